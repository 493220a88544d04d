import { LineReader, type Chunk, type Line } from './lines.ts';
import { shorten, type Extent, type Text } from './record.ts';

const CHUNK_BYTES = 65_536;
/** Of a chunk: the header of a line must be in it. */
const LEAST_BYTES = 1024;
const NEWLINE = Buffer.from('\n');

/** Reads into a buffer from a place in a file; returns how many bytes there were. */
export type ReadAt = (into: Buffer, offset: number) => number;

/**
 * Reads the text of an extent from its file: a record of several lines is not kept in memory while it grows, the file is its
 * buffer. Parts that the runtime cut are put together as they were, lines are joined by newlines.
 */
export class Collector {
  #chunk = Buffer.alloc(0);
  #text = Buffer.alloc(0);

  /** The text, cut to `limit` bytes, valid until the next call; undefined when the file does not have the whole extent. */
  collect(readAt: ReadAt, { offset, bytes, lane }: Extent, limit: number): Text | undefined {
    if (this.#chunk.length === 0) this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    const text: Text = { buffer: this.#text, start: 0, end: 0, cut: 0 };
    const lines = new LineReader();
    const state = { rest: bytes, isMidLine: true };
    // No more than there is of it, unless lines of another lane stand between.
    const most = Math.max(LEAST_BYTES, bytes);
    const chunk: Chunk = { bytes: this.#chunk.subarray(0, most), from: 0, to: 0, base: offset, isLast: false };
    const onLine = (line: Line): boolean => {
      if (line.lane !== lane) return true;
      state.rest -= line.bytes;
      if (!state.isMidLine) this.#append(text, NEWLINE, limit);
      this.#append(text, chunk.bytes.subarray(line.start, line.end), limit);
      state.isMidLine = line.more;
      return state.rest > 0;
    };
    while (state.rest > 0) {
      chunk.to = readAt(chunk.bytes, chunk.base);
      let consumed = lines.read(chunk, onLine);
      if (consumed === 0 && chunk.to > 0) consumed = lines.read({ ...chunk, isLast: true }, onLine);
      if (consumed === 0) return undefined;
      chunk.base += consumed;
    }
    if (state.rest < 0) return undefined;
    shorten(text, limit);
    return text;
  }

  /** Lets go of what a large record made it grow to. */
  shrink(): void {
    this.#chunk = Buffer.alloc(0);
    this.#text = Buffer.alloc(0);
  }

  /** Keeps one byte more than the limit, so that the end can tell whether the cut falls inside a character. */
  #append(text: Text, more: Buffer, limit: number): void {
    const most = limit + 1;
    const kept = Math.min(more.length, most - text.end);
    if (text.end + kept > this.#text.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(most, Math.max(CHUNK_BYTES, 2 * (text.end + kept))));
      this.#text.copy(grown, 0, 0, text.end);
      this.#text = grown;
      text.buffer = grown;
    }
    more.copy(this.#text, text.end, 0, kept);
    text.end += kept;
    text.cut += more.length - kept;
  }
}
