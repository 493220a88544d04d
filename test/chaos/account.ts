import { LANES } from '../../sidecar/source/lane.ts';
import type { Sums } from '../../sidecar/source/checkpoint.ts';
import { wrongContent, type Source } from './content.ts';
import { lanesOf, type LaneOf, type WrittenFile, type WrittenLine } from './written.ts';

/** Where a document lies: among the records, or among the dead letters. */
export type Shelf = 'stored' | 'deadLettered';

/** Lines that stand together in a lane. */
export interface Gap {
  readonly lane: LaneOf;
  /** The place of its first line in the lane. */
  readonly from: number;
  /** Whether no document covers the line at this place of the lane. */
  readonly isFree: (at: number) => boolean;
  readonly lines: readonly WrittenLine[];
  readonly bytes: number;
}

export interface AccountOptions {
  /** The limits past which a record may have been cut. */
  readonly limits: readonly number[];
  /** Lines of the application may have been joined to one record. */
  readonly groupsLines: boolean;
  /** A sidecar was told to end while the application wrote: for it the file ended there, and with it what was open. */
  readonly endsAnywhere: boolean;
}

/** What lies in Elasticsearch of one file: each document is looked at by itself, and noted on the lines that it covers. */
export class Account {
  readonly file: WrittenFile;
  readonly sums: Record<Shelf, Sums> = { stored: noSums(), deadLettered: noSums() };
  readonly #options: AccountOptions;
  readonly #lanes: readonly LaneOf[];
  /** By lane and line: the documents that cover it. */
  readonly #cover: readonly string[][][];

  constructor(file: WrittenFile, options: AccountOptions) {
    this.file = file;
    this.#options = options;
    this.#lanes = lanesOf(file);
    this.#cover = this.#lanes.map(({ lines }) => lines.map(() => []));
  }

  /** Takes a document; returns what is wrong with it. */
  take(id: string, source: Source, shelf: Shelf): string | undefined {
    const { 'log.offset': offset, stream = 'unframed', tracewell } = source;
    const number = LANES.indexOf(stream);
    const lane = this.#lanes[number]!;
    const place = lane.find({ offset, bytes: tracewell.bytes });
    if (!place) return `is not made of lines of ${stream}`;
    for (let at = place.from; at < place.to; at++) this.#cover[number]![at]!.push(id);
    const { records, bytes, offsets } = this.sums[shelf];
    this.sums[shelf] = { records: records + 1, bytes: bytes + tracewell.bytes, offsets: offsets + BigInt(offset) };
    const { stamp } = lane.lines[place.from]!;
    const original = { text: lane.text(place), stamp, container: this.file.container };
    return this.#wrongBounds(lane, place) ?? wrongContent(source, original, this.#options.limits);
  }

  /** The documents that share a line with another one, set by set. */
  *overlaps(): Generator<readonly string[]> {
    for (const ids of this.#cover.flat()) if (ids.length > 1) yield ids;
  }

  /** What no document covers: line by line of the application. */
  *gaps(): Generator<Gap> {
    for (const [number, lane] of this.#lanes.entries()) {
      const { lines } = lane;
      const isFree = (at: number) => this.#cover[number]![at]?.length === 0;
      for (let from = 0; from < lines.length; from++) {
        if (!isFree(from)) continue;
        let to = from + 1;
        while (isFree(to) && lines[to - 1]!.more) to++;
        const gap = lines.slice(from, to);
        yield { lane, from, isFree, lines: gap, bytes: gap.reduce((sum, { bytes }) => sum + bytes, 0) };
        from = to - 1;
      }
    }
  }

  /** A record begins where a line of the application begins, and ends where one ends. */
  #wrongBounds({ lines }: LaneOf, { from, to }: { from: number; to: number }): string | undefined {
    const { endsAnywhere, groupsLines } = this.#options;
    if (!endsAnywhere && lines[from - 1]?.more) return 'begins inside a line of the application';
    if (!endsAnywhere && lines[to - 1]!.more && to < lines.length) return 'ends inside a line of the application';
    const ends = lines.slice(from, to).filter(({ more }) => !more).length;
    return ends > 1 && !groupsLines ? `joins ${ends} lines, and multiline is off` : undefined;
  }
}

const noSums = (): Sums => ({ records: 0, bytes: 0, offsets: 0n });
