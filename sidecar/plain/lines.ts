import { newHeader, parseCri } from './cri.ts';
import type { Assembler, RawRecord } from './assemble.ts';
import { UNFRAMED } from '../source/lane.ts';

const NEWLINE = 10;

/**
 * Reads the lines of one log file, chunk after chunk, and hands over its records. It knows offsets, lanes and parts, nothing
 * of JSON, and is told where each lane goes on after a restart.
 */
export class LineReader {
  readonly #assembler: Assembler;
  readonly #from: readonly number[];
  readonly #header = newHeader();
  readonly #line: RawRecord;
  /** Inside a line longer than a chunk: everything up to its newline is text, whatever it looks like. */
  #inLongLine = false;

  constructor(assembler: Assembler, from: readonly number[]) {
    this.#assembler = assembler;
    this.#from = from;
    this.#line = {
      offset: 0,
      bytes: 0,
      lane: UNFRAMED,
      stamp: undefined,
      buffer: Buffer.alloc(0),
      start: 0,
      end: 0,
      cut: 0,
    };
  }

  /**
   * Takes `chunk[0, length)`, which stands at `offset` of the file, and returns how many bytes were consumed: up to the last
   * newline, or all of a chunk that is `full` and has none. `emit` says whether there is room for more records.
   */
  read(
    chunk: Buffer,
    length: number,
    at: { offset: number; full: boolean },
    emit: (record: RawRecord) => boolean,
  ): number {
    let start = 0;
    while (start < length) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0 || newline >= length) {
        if (start > 0 || !at.full) return start;
        this.#take(chunk, { start, end: length, next: length }, at.offset, emit);
        return length;
      }
      const room = this.#take(chunk, { start, end: newline, next: newline + 1 }, at.offset, emit);
      start = newline + 1;
      if (!room) return start;
    }
    return start;
  }

  /** The file ends here: what is still open becomes a record. `rest` is a last line without newline. */
  finish(rest: Buffer, offset: number, emit: (record: RawRecord) => boolean): void {
    if (rest.length > 0) this.#take(rest, { start: 0, end: rest.length, next: rest.length }, offset, emit, true);
    for (const lane of [0, 1, 2] as const) if (this.#assembler.close(lane, this.#line)) emit(this.#line);
    this.#inLongLine = false;
  }

  // eslint-disable-next-line max-params -- one call per line; an object per line costs a tenth of the throughput
  #take(
    chunk: Buffer,
    at: { start: number; end: number; next: number },
    base: number,
    emit: (record: RawRecord) => boolean,
    last = false,
  ): boolean {
    const { start, end, next } = at;
    const line = this.#line;
    const header = this.#header;
    const framed = !this.#inLongLine && next > end && parseCri(chunk, start, end, header);
    const framedLast = !framed && last && !this.#inLongLine && parseCri(chunk, start, end, header);
    let more: boolean;
    if (framed || framedLast) {
      line.lane = header.lane;
      line.start = header.payload;
      line.stamp = undefined;
      more = header.partial;
    } else {
      more = next === end && !last;
      this.#inLongLine = more;
      line.lane = UNFRAMED;
      line.start = start;
      line.stamp = undefined;
    }
    line.offset = base + start;
    if (line.offset < this.#from[line.lane]!) return true;
    if (framed || framedLast) line.stamp = chunk.toString('latin1', start, header.stampEnd);
    line.bytes = next - start;
    line.buffer = chunk;
    line.end = end;
    return this.#assembler.take(line, more) ? emit(line) : true;
  }
}
