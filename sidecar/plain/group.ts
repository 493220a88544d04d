import { UNFRAMED } from '../source/lane.ts';
import { TEXT } from './continuation.ts';
import type { Line } from './lines.ts';
import { stampMs } from './stamp.ts';

const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** The chunk that is being read: its first byte stands at `base` of the file. */
export interface View {
  bytes: Buffer;
  base: number;
  /** Where its bytes end in the buffer. */
  to: number;
}

/** The runtime's stamp of a line, as it is written; undefined without one. */
export function stampOf(bytes: Buffer, { head, stampEnd }: Line): string | undefined {
  return stampEnd > head ? bytes.toString('latin1', head, stampEnd) : undefined;
}

/** A line from `{` to `}` is taken for a JSON object: complete at once, whether it is one or not. */
export function isObject(bytes: Buffer, { start, end }: Line): boolean {
  return bytes[start] === OPEN_BRACE && bytes[end - 1] === CLOSE_BRACE && end - start > 1;
}

/**
 * A record of one lane that is not whole yet: nothing but where it is, for its text is in the file. One object is used again
 * for every group of its lane.
 */
export class Group {
  isOpen = false;
  /** Its last line goes on. */
  isMidLine = false;
  offset = 0;
  bytes = 0;
  /** Length of its text, bytes. */
  length = 0;
  stamp: string | undefined;
  /** Milliseconds since 1970, of its last line's stamp. */
  lastMs = 0;
  /** When its last line was read, by the steady clock. */
  readAt = 0;
  /** What `Continuation` knows of it. */
  state = 0;
  continued = false;
  /** Where the text stands in the file, when that is one piece; else -1. */
  textAt = -1;
  /** It is one line so far, from this byte to that one; -1 while it has none. */
  #isLine = true;
  #firstByte = -1;
  #lastByte = -1;

  begin(line: Line, { bytes, base }: View, steady: number): void {
    this.isOpen = true;
    this.offset = line.offset;
    this.bytes = 0;
    this.length = 0;
    this.stamp = stampOf(bytes, line);
    this.lastMs = 0;
    this.state = 0;
    this.#isLine = true;
    this.#firstByte = -1;
    this.#lastByte = -1;
    this.#take(line, bytes, steady);
    this.textAt = base + line.start;
  }

  /** The line before goes on with this one. */
  extend(line: Line, { bytes }: View, steady: number): void {
    this.#take(line, bytes, steady);
  }

  /** The record goes on with this line. */
  append(line: Line, { bytes }: View, steady: number): void {
    this.length++;
    this.#isLine = false;
    this.#take(line, bytes, steady);
  }

  /** Whether it is one line that nothing can go on with: a JSON object, or one that is not of the runtime's form. */
  isWhole({ lane, more }: Line): boolean {
    if (more) return false;
    return lane === UNFRAMED || (this.#isLine && this.#firstByte === OPEN_BRACE && this.#lastByte === CLOSE_BRACE);
  }

  /** Whether it is one line of text so far, nothing out of the ordinary, all of which is in the chunk. */
  isOrdinary(base: number): boolean {
    return (
      this.isOpen && !this.isMidLine && !this.continued && this.#isLine && this.state === TEXT && this.textAt >= base
    );
  }

  #take({ start, end, head, stampEnd, bytes: size, more }: Line, bytes: Buffer, steady: number): void {
    this.bytes += size;
    this.length += end - start;
    if (stampEnd > head) this.lastMs = stampMs(bytes, head, stampEnd);
    this.readAt = steady;
    this.isMidLine = more;
    this.textAt = -1;
    if (end === start) return;
    if (this.#firstByte < 0) this.#firstByte = bytes[start]!;
    this.#lastByte = bytes[end - 1]!;
  }
}
