import type { Origin } from '../plain/document.ts';
import type { Extent } from '../plain/record.ts';
import { UNFRAMED, type Lane } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import type { Rows } from './bulk-body.ts';
import type { Packed } from './slice.ts';

/** A record of a batch: which extent of which file it is, and where its two lines stand in the body. */
export interface Entry extends Extent {
  file: LogFile;
  origin: Origin;
  start: number;
  end: number;
}

/** Neighbouring records `[from, to)` of one file, that are sent, or that one rule of the policy leaves out. */
export interface Run {
  file: LogFile;
  /** Undefined for records that are left out. */
  origin: Origin | undefined;
  rule: string | undefined;
  from: number;
  to: number;
  /** Sums over them: what is settled all at once is not counted one by one. */
  bytes: number;
  offsets: number;
  unframed: number;
}

/** Some records of a run. */
interface Part extends Pick<Run, 'file' | 'origin' | 'rule'> {
  bytes: number;
  offsets: number;
  unframed: number;
}

/** What an entry without lines counts as, so that a batch of nothing but those is full some time. */
const DISCARDED_BYTES = 64;
const INITIAL = 256;

/**
 * Records on their way to one `_bulk` request, as columns, for there is no time to make an object of each. Filled, packed,
 * sent, answered for, emptied, filled again.
 */
export class Batch {
  count = 0;
  offsets = new Float64Array(INITIAL);
  bytes = new Uint32Array(INITIAL);
  /** Where a record's lines end in the body; one that is left out has none, and ends where the one before does. */
  ends = new Uint32Array(INITIAL);
  lanes = new Uint8Array(INITIAL);
  readonly runs: Run[] = [];
  /** How often which rule replaced something, by file. */
  readonly redactions = new Map<LogFile, Record<string, number>>();
  /** It has a record that somebody may be waiting for. */
  isUrgent = false;
  /** Its body, once that is packed. */
  gzip: Buffer = Buffer.alloc(0);
  #discarded = 0;

  /** A record whose lines end at `end` of the body. */
  add(file: LogFile, origin: Origin, extent: Extent, end: number): void {
    this.#row(extent, end);
    this.#extend({ file, origin, rule: undefined, ...sumsOf(extent) });
  }

  /** A record that a rule leaves out: it is answered for when its turn comes. */
  discard(file: LogFile, extent: Extent, rule: string): void {
    this.#row(extent, this.#end);
    this.#discarded++;
    this.#extend({ file, origin: undefined, rule, ...sumsOf(extent) });
  }

  /** What was replaced in records that were added. */
  addRedactions(file: LogFile, hits: ReadonlyMap<string, number>): void {
    if (hits.size === 0) return;
    const counts = this.redactions.get(file) ?? {};
    for (const [rule, count] of hits) counts[rule] = (counts[rule] ?? 0) + count;
    this.redactions.set(file, counts);
  }

  /** Many records of one file at once. */
  addRows(file: LogFile, origin: Origin, rows: Rows): void {
    const { count, covered, offsets, bytes, ends, lanes, offsetSum, redactions } = rows;
    if (count === 0) return;
    this.#reserve(count);
    const at = this.count;
    this.offsets.set(offsets.subarray(0, count), at);
    this.bytes.set(bytes.subarray(0, count), at);
    this.ends.set(ends.subarray(0, count), at);
    this.lanes.set(lanes.subarray(0, count), at);
    this.count += count;
    // Each line has a header.
    this.#extend({ file, origin, rule: undefined, bytes: covered, offsets: offsetSum, unframed: 0 });
    this.addRedactions(file, redactions);
  }

  /** The record at a place, which is one that is sent. */
  at(place: number): Entry {
    const { file, origin } = this.runs.find(({ to }) => place < to)!;
    return {
      file,
      origin: origin!,
      offset: this.offsets[place]!,
      bytes: this.bytes[place]!,
      lane: this.lanes[place] as Lane,
      start: place > 0 ? this.ends[place - 1]! : 0,
      end: this.ends[place]!,
    };
  }

  /** The places of the records that are sent; undefined when all are. */
  get sent(): number[] | undefined {
    if (this.#discarded === 0) return undefined;
    return this.runs.flatMap(({ rule, from, to }) =>
      rule === undefined ? Array.from({ length: to - from }, (_, i) => from + i) : [],
    );
  }

  get packed(): Packed {
    return { gzip: this.gzip, ends: this.ends.subarray(0, this.count) };
  }

  /** How large it is: its body, and a little for each record without lines. */
  get size(): number {
    return this.#end + this.#discarded * DISCARDED_BYTES;
  }

  /** Empties it; its memory is kept, unless it has more of it than `bytes` of records need. */
  clear(bytes: number): void {
    this.count = 0;
    this.runs.length = 0;
    if (this.redactions.size > 0) this.redactions.clear();
    this.isUrgent = false;
    this.#discarded = 0;
    if (this.gzip.buffer.byteLength > bytes) this.gzip = Buffer.alloc(0);
    if (this.offsets.length * DISCARDED_BYTES > bytes) this.#grow(INITIAL);
  }

  get #end(): number {
    return this.count > 0 ? this.ends[this.count - 1]! : 0;
  }

  #row({ offset, bytes, lane }: Extent, end: number): void {
    this.#reserve(1);
    this.offsets[this.count] = offset;
    this.bytes[this.count] = bytes;
    this.ends[this.count] = end;
    this.lanes[this.count] = lane;
    this.count++;
  }

  /** The last records belong to this run. */
  #extend(part: Part): void {
    const last = this.runs.at(-1);
    const { file, origin, rule, bytes, offsets, unframed } = part;
    if (!last || last.file !== file || last.origin !== origin || last.rule !== rule) {
      this.runs.push({ from: last?.to ?? 0, to: this.count, ...part });
      return;
    }
    last.to = this.count;
    last.bytes += bytes;
    last.offsets += offsets;
    last.unframed += unframed;
  }

  #reserve(more: number): void {
    const needed = this.count + more;
    if (needed > this.offsets.length) this.#grow(Math.max(needed, 2 * this.offsets.length));
  }

  #grow(length: number): void {
    const { offsets, bytes, ends, lanes, count } = this;
    this.offsets = new Float64Array(length);
    this.bytes = new Uint32Array(length);
    this.ends = new Uint32Array(length);
    this.lanes = new Uint8Array(length);
    this.offsets.set(offsets.subarray(0, count));
    this.bytes.set(bytes.subarray(0, count));
    this.ends.set(ends.subarray(0, count));
    this.lanes.set(lanes.subarray(0, count));
  }
}

const sumsOf = ({ offset, bytes, lane }: Extent) => ({ bytes, offsets: offset, unframed: lane === UNFRAMED ? 1 : 0 });
