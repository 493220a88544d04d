import { LANES, type Lane } from '../../sidecar/source/lane.ts';

/** A line of a log file as the container runtime wrote it. */
export interface WrittenLine {
  readonly offset: number;
  /** Header and newline included. */
  readonly bytes: number;
  readonly lane: Lane;
  /** Tag `P`: the runtime cut the application's line here. */
  readonly more: boolean;
  /** RFC 3339; undefined for a line without CRI header. */
  readonly stamp: string | undefined;
  /** Without header and newline. */
  readonly text: Buffer;
  /** The record that begins with this line has `log.level: debug`. */
  readonly isDebug: boolean;
}

/** A log file from its first byte to its last, whatever became of it afterwards. */
export interface WrittenFile {
  /** As `sidecar/source/identity.ts` computes it. */
  readonly id: string;
  readonly container: string;
  readonly run: number;
  readonly lines: readonly WrittenLine[];
  readonly size: number;
  /** When its first byte was written and when its last name was gone, milliseconds of the test's steady clock. */
  readonly createdAt: number;
  readonly removedAt: number | undefined;
}

/** Part of a file, as a document's `_id` names it. */
export interface Extent {
  readonly offset: number;
  readonly bytes: number;
  readonly lane: Lane;
}

/** The lines of one lane of a file, found by offset. */
export class LaneOf {
  readonly lines: readonly WrittenLine[];
  readonly #at: ReadonlyMap<number, number>;

  constructor(file: WrittenFile, lane: Lane) {
    this.lines = file.lines.filter((line) => line.lane === lane);
    this.#at = new Map(this.lines.map(({ offset }, index) => [offset, index]));
  }

  /** The places of an extent's lines, `[from, to)`; undefined when it is not made of whole lines of this lane. */
  find({ offset, bytes }: Pick<Extent, 'offset' | 'bytes'>): { from: number; to: number } | undefined {
    const from = this.#at.get(offset);
    if (from === undefined) return undefined;
    let to = from;
    for (let left = bytes; left > 0; to++) {
      const line = this.lines[to];
      if (!line) return undefined;
      left -= line.bytes;
      if (left < 0) return undefined;
    }
    return to > from ? { from, to } : undefined;
  }

  /** What the application wrote there: parts put together as they were, lines joined by newlines. */
  text({ from, to }: { from: number; to: number }): Buffer {
    const pieces: Buffer[] = [];
    for (let at = from; at < to; at++) {
      if (at > from && !this.lines[at - 1]!.more) pieces.push(Buffer.from('\n'));
      pieces.push(this.lines[at]!.text);
    }
    return Buffer.concat(pieces);
  }
}

/** All lanes of a file, in the order of `LANES`. */
export const lanesOf = (file: WrittenFile): LaneOf[] => LANES.map((_, lane) => new LaneOf(file, lane as Lane));
