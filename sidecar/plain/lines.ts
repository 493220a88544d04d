import { LANES, UNFRAMED, type Lane } from '../source/lane.ts';
import type { Assembler, RawRecord } from './assemble.ts';
import { newHeader, parseCri } from './cri.ts';

const NEWLINE = 10;

/** Takes a record, whose text is valid only during the call; false when there is no room for another one. */
export type Emit = (record: RawRecord) => boolean;

/**
 * Reads the lines of one log file, chunk after chunk, and hands over its records. It knows offsets, lanes and parts, nothing
 * of JSON, and is told where each lane goes on after a restart.
 */
export class LineReader {
  readonly #assembler: Assembler;
  readonly #from: readonly number[];
  /** Of the line that is being read; a line longer than a chunk has several pieces. */
  readonly #header = newHeader();
  readonly #line: RawRecord;
  #chunk: Buffer = Buffer.alloc(0);
  /** Where the chunk stands in the file. */
  #base = 0;
  #midLine = false;

  constructor(assembler: Assembler, from: readonly number[]) {
    this.#assembler = assembler;
    this.#from = from;
    const buffer = this.#chunk;
    this.#line = { offset: 0, bytes: 0, lane: UNFRAMED, stamp: undefined, buffer, start: 0, end: 0, cut: 0 };
  }

  /**
   * Takes `chunk[0, length)`, which stands at `offset` of the file, and returns how many bytes were consumed: up to the last
   * newline, less when there was no more room, or all of a chunk that is `full` and has no newline. A full chunk holds at
   * least a header.
   */
  read(chunk: Buffer, length: number, { offset, full }: { offset: number; full: boolean }, emit: Emit): number {
    this.#chunk = chunk;
    this.#base = offset;
    let start = 0;
    while (start < length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0 || newline >= length) {
        if (start > 0 || !full) break;
        this.#take(start, length, length, true);
        return length;
      }
      const whole = this.#take(start, newline, newline + 1, false);
      start = newline + 1;
      if (whole && !emit(this.#line)) break;
    }
    return start;
  }

  /** The file ends here: what is still open becomes a record. `rest` is a last line without newline. */
  finish(rest: Buffer, offset: number, emit: Emit): void {
    this.#chunk = rest;
    this.#base = offset;
    if (rest.length > 0 && this.#take(0, rest.length, rest.length, false)) emit(this.#line);
    this.#midLine = false;
    for (const lane of LANES.keys()) if (this.#assembler.close(lane as Lane, this.#line)) emit(this.#line);
  }

  /** Takes `[start, end)`, a line or with `more` a piece of one, and the bytes up to `next`; true when `#line` is a record. */
  #take(start: number, end: number, next: number, more: boolean): boolean {
    const header = this.#header;
    const first = !this.#midLine;
    this.#midLine = more;
    if (first && !parseCri(this.#chunk, start, end, header)) {
      header.lane = UNFRAMED;
      header.partial = false;
      header.payload = start;
      header.stampEnd = start;
    }
    const line = this.#line;
    line.lane = header.lane;
    line.offset = this.#base + start;
    if (line.offset < this.#from[line.lane]!) return false;
    line.stamp = first && header.stampEnd > start ? this.#chunk.toString('latin1', start, header.stampEnd) : undefined;
    line.bytes = next - start;
    line.buffer = this.#chunk;
    line.start = first ? header.payload : start;
    line.end = end;
    return this.#assembler.take(line, more || header.partial);
  }
}
