import { BACKSLASH, type Span } from './span.ts';

/** Room that is kept once there was need of any: most pods' texts have no escape. */
const LEAST_BYTES = 4096;
const LOWER_U = 117;
/** By the letter after a backslash in JSON (RFC 8259, section 7): what it stands for. */
const MEANING = new Map(
  Array.from('"\\/bfnrt', (letter, index) => [letter.charCodeAt(0), '"\\/\b\f\n\r\t'.charCodeAt(index)]),
);
/** Of these one looks through escapes even where a text only resembles JSON; `C:\new` stays what it is. */
const PLAIN = new Set(Buffer.from('"/'));

/** A text without its escapes, and from where in the text each of its bytes comes. Kept and filled again. */
export class View {
  #bytes = Buffer.alloc(0);
  #origins = new Float64Array(1);
  #length = 0;

  get span(): Span {
    return { bytes: this.#bytes, start: 0, end: this.#length };
  }

  /** Place in the text that was read of the byte at `at`; for the length of this one the end of that. */
  origin(at: number): number {
    return this.#origins[at]!;
  }

  /** Reads the inside of a string of JSON: every escape becomes what it stands for. */
  readJson(text: Span): void {
    this.#read(text, true);
  }

  /** Reads text that may hold JSON, whole or in pieces: `\"`, `\/` and `\u00XX` of ASCII become what they stand for. */
  readText(text: Span): void {
    this.#read(text, false);
  }

  #read(text: Span, isJson: boolean): void {
    const { bytes, start, end } = text;
    this.#reserve(end - start);
    this.#length = 0;
    for (let at = start; at < end;) {
      const byte = bytes[at]!;
      const letter = byte === BACKSLASH && at + 1 < end ? bytes[at + 1]! : -1;
      if (letter === LOWER_U) {
        at = this.#unicode(text, at, isJson);
      } else if (isJson ? MEANING.has(letter) : PLAIN.has(letter)) {
        this.#add(MEANING.get(letter)!, at);
        at += 2;
      } else {
        this.#add(byte, at++);
      }
    }
    this.#origins[this.#length] = end;
  }

  /** Reads the escape at `at`; returns the index after it. */
  #unicode(text: Span, at: number, isJson: boolean): number {
    const unit = unitAt(text, at);
    if (unit < 0 || (!isJson && unit > 127)) {
      this.#add(BACKSLASH, at);
      return at + 1;
    }
    let point = unit;
    let next = at + 6;
    const low = unit >= 0xd800 && unit < 0xdc00 ? unitAt(text, next) : -1;
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00;
      next += 6;
    } else if (unit >= 0xd800 && unit < 0xe000) {
      point = 0xfffd;
    }
    for (const byte of utf8(point)) this.#add(byte, at);
    return next;
  }

  #add(byte: number, origin: number): void {
    this.#bytes[this.#length] = byte;
    this.#origins[this.#length++] = origin;
  }

  /** An escape is never shorter than what it stands for. */
  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length && this.#bytes.length <= Math.max(LEAST_BYTES, 16 * bytes)) return;
    const room = Math.max(LEAST_BYTES, bytes);
    this.#bytes = Buffer.allocUnsafeSlow(room);
    this.#origins = new Float64Array(room + 1);
  }
}

/** The number of `\uXXXX` at `at`, or -1. */
function unitAt({ bytes, end }: Span, at: number): number {
  if (at + 6 > end || bytes[at] !== BACKSLASH || bytes[at + 1] !== LOWER_U) return -1;
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const byte = bytes[i]!;
    const digit =
      byte >= 48 && byte <= 57 ? byte - 48 : (byte | 32) >= 97 && (byte | 32) <= 102 ? (byte | 32) - 87 : -1;
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

function utf8(point: number): readonly number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}
