import { LANES, type Lane } from '../source/lane.ts';

/** One record of a log file, handed over as soon as its last line was read. `text` is valid only during the call. */
export interface RawRecord {
  /** Offset of its first line. */
  offset: number;
  /** Bytes of its own lines, headers and newlines included: over a file they add up to its size. */
  bytes: number;
  lane: Lane;
  /** RFC 3339, of its first line; undefined for a line without CRI header. */
  stamp: string | undefined;
  /** The text is `[start, end)` of this buffer. */
  buffer: Buffer;
  start: number;
  end: number;
  /** Bytes of the text that were left out because it is longer than the limit. */
  cut: number;
}

interface Open {
  offset: number;
  bytes: number;
  stamp: string | undefined;
  text: Buffer;
  length: number;
  cut: number;
}

/**
 * Joins the parts of long lines, per lane. The common line, whole and alone, passes through without a copy; parts are kept up
 * to `limit` bytes of text, and counted past it.
 */
export class Assembler {
  readonly #open: (Open | undefined)[] = LANES.map(() => undefined);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where the lane's unfinished record begins, if there is one. */
  openAt(lane: Lane): number | undefined {
    return this.#open[lane]?.offset;
  }

  /** Takes one line, or a part of one; `line.cut` is set here. True when `line` now holds a whole record. */
  take(line: RawRecord, more: boolean): boolean {
    const open = this.#open[line.lane];
    if (!open && !more) {
      line.cut = Math.max(0, line.end - line.start - this.#limit);
      line.end -= line.cut;
      return true;
    }
    const joined = open ?? this.#begin(line);
    joined.bytes += line.bytes;
    this.#append(joined, line);
    if (more) return false;
    this.#open[line.lane] = undefined;
    fill(line, joined);
    return true;
  }

  /** Ends the lane's unfinished record: the file ends here. False when there is none. */
  close(lane: Lane, into: RawRecord): boolean {
    const open = this.#open[lane];
    if (!open) return false;
    this.#open[lane] = undefined;
    into.lane = lane;
    fill(into, open);
    return true;
  }

  #begin(line: RawRecord): Open {
    const open = { offset: line.offset, bytes: 0, stamp: line.stamp, text: Buffer.allocUnsafe(0), length: 0, cut: 0 };
    this.#open[line.lane] = open;
    return open;
  }

  #append(open: Open, line: RawRecord): void {
    const size = line.end - line.start;
    const kept = Math.min(size, this.#limit - open.length);
    open.cut += size - kept;
    if (open.length + kept > open.text.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#limit, Math.max(65_536, 2 * (open.length + kept))));
      open.text.copy(grown, 0, 0, open.length);
      open.text = grown;
    }
    line.buffer.copy(open.text, open.length, line.start, line.start + kept);
    open.length += kept;
  }
}

function fill(record: RawRecord, open: Open): void {
  record.offset = open.offset;
  record.bytes = open.bytes;
  record.stamp = open.stamp;
  record.buffer = open.text;
  record.start = 0;
  record.end = open.length;
  record.cut = open.cut;
}
