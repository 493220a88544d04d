import { UNFRAMED, type Lane } from '../source/lane.ts';
import { newHeader, parseCri } from './cri.ts';

const NEWLINE = 10;

/** A line of a log file, or a piece of one that is longer than a chunk; one object is used again for every line. */
export interface Line {
  /** Where it stands in the file. */
  offset: number;
  /** Header and newline included. */
  bytes: number;
  lane: Lane;
  /** Its text is `[start, end)` of the chunk. */
  start: number;
  end: number;
  /** Its stamp is `[head, stampEnd)` of the chunk: empty for a line without CRI header, and for a later piece. */
  head: number;
  stampEnd: number;
  /** The text goes on in the lane's next line: the runtime cut it (tag `P`), or the chunk ends here. */
  more: boolean;
}

/** Takes a line; false when reading should end after it. */
export type OnLine = (line: Line) => boolean;

/** A chunk of a file: `[from, to)` of `bytes`, whose first byte stands at `base` of the file. */
export interface Chunk {
  bytes: Buffer;
  from: number;
  to: number;
  base: number;
  /** No more of the file is there: what is left without newline is a line. */
  isLast: boolean;
}

/** Reads the lines of one log file, chunk after chunk: where they stand, on which lane, and where their text is. */
export class LineReader {
  readonly #header = newHeader();
  readonly #line: Line = {
    offset: 0,
    bytes: 0,
    lane: UNFRAMED,
    start: 0,
    end: 0,
    head: 0,
    stampEnd: 0,
    more: false,
  };
  /** The chunk before ended inside a line. */
  #midLine = false;

  get isMidLine(): boolean {
    return this.#midLine;
  }

  /**
   * Hands over the lines of a chunk, and returns up to where it got: after the last newline, or earlier when `onLine` said so.
   * A chunk that fills its buffer and has no newline is handed over as a piece; it holds at least a header.
   */
  read(chunk: Chunk, onLine: OnLine): number {
    const { bytes, to, isLast } = chunk;
    let start = chunk.from;
    while (start < to) {
      const found = bytes.indexOf(NEWLINE, start);
      const isWhole = found >= 0 && found < to;
      if (!isWhole && !isLast && (start > 0 || to < bytes.length)) break;
      this.#take(chunk, start, isWhole ? found : to);
      this.#line.bytes += isWhole ? 1 : 0;
      this.#midLine = !isWhole && !isLast;
      this.#line.more ||= this.#midLine;
      start = isWhole ? found + 1 : to;
      if (!onLine(this.#line)) break;
    }
    // A later run of the program may have added to the file: that begins a line.
    if (isLast && start === to) this.#midLine = false;
    return start;
  }

  /** The line that begins at `start` of a chunk, which has all of it. */
  lineAt(chunk: Chunk, start: number): Line {
    this.#take(chunk, start, chunk.bytes.indexOf(NEWLINE, start));
    this.#line.bytes++;
    return this.#line;
  }

  /** The line or piece `[start, end)`, without its newline. */
  #take({ bytes, base }: Chunk, start: number, end: number): void {
    const header = this.#header;
    const isFirst = !this.#midLine;
    if (isFirst && !parseCri(bytes, start, end, header)) {
      header.lane = UNFRAMED;
      header.partial = false;
      header.payload = start;
      header.stampEnd = start;
    }
    const line = this.#line;
    line.offset = base + start;
    line.bytes = end - start;
    line.lane = header.lane;
    line.start = isFirst ? header.payload : start;
    line.end = end;
    line.head = start;
    line.stampEnd = isFirst ? header.stampEnd : start;
    line.more = header.partial;
  }
}
