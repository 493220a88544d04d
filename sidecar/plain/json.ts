/**
 * The top-level members of a JSON object, as places in the bytes that hold it: [key start, key end, value start, value end]
 * each, keys without their quotes.
 */
export type Members = number[];

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_ARRAY = 91;
const OPEN = 123;
const CLOSE = 125;
/** Deeper objects are kept as text: at 900 levels a single record ends a node of Elasticsearch by a stack overflow. */
export const MAX_DEPTH = 64;

/** Bytes of a string by what they need: 0 nothing, 1 a look (quote, backslash, control), 2 the check of UTF-8. */
const KIND = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === QUOTE || byte === BACKSLASH || byte < 32 ? 1 : byte > 127 ? 2 : 0,
);
/** What may follow a backslash, besides `u` and four hex digits. */
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'));

/** White space of JSON (RFC 8259, section 2). */
export const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
const isHex = (byte: number | undefined): boolean =>
  isDigit(byte) || (byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 102);

/**
 * Finds the top-level members of a JSON object, and checks all of it on the way, as strictly as `JSON.parse` (a test holds
 * them together) but for two things: UTF-8, where `isAscii` says whether that needs to be looked at, and depth, which ends at
 * `MAX_DEPTH` levels. The members are spliced into the document,
 * not parsed and printed again: a number of twenty digits stays what it was.
 */
export class ObjectReader {
  readonly members: Members = [];
  isAscii = true;
  /** The kinds of the containers around the place in a nested value. */
  readonly #nesting: number[] = [];
  #bytes: Uint8Array = new Uint8Array();
  #end = 0;

  /** Reads `[start, end)`; false when it is not an object from its first byte to its last. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#end = end;
    this.isAscii = true;
    const { members } = this;
    members.length = 0;
    if (bytes[start] !== OPEN) return false;
    let at = this.#blanks(start + 1);
    if (bytes[at] === CLOSE) return at + 1 === end;
    for (;;) {
      const key = at + 1;
      const keyEnd = this.#string(at);
      const value = this.#colon(keyEnd);
      const valueEnd = this.#value(value);
      if (valueEnd < 0) return false;
      members.push(key, keyEnd - 1, value, valueEnd);
      at = this.#blanks(valueEnd);
      if (bytes[at] === CLOSE) return at + 1 === end;
      if (bytes[at] !== COMMA) return false;
      at = this.#blanks(at + 1);
    }
  }

  #blanks(at: number): number {
    const bytes = this.#bytes;
    while (isBlank(bytes[at])) at++;
    return at;
  }

  /** From the end of a key to the start of its value; -1 for -1 and where no colon is. */
  #colon(keyEnd: number): number {
    if (keyEnd < 0) return -1;
    const at = this.#blanks(keyEnd);
    return this.#bytes[at] === COLON ? this.#blanks(at + 1) : -1;
  }

  /** Index after the value that begins at `at`, or -1. */
  #value(at: number): number {
    const bytes = this.#bytes;
    const nesting = this.#nesting;
    nesting.length = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte !== OPEN && byte !== OPEN_ARRAY) {
        at = this.#scalar(at);
      } else {
        // The object around the members is a level, too.
        if (nesting.length + 1 >= MAX_DEPTH) return -1;
        const inside = this.#blanks(at + 1);
        if (bytes[inside] === byte + 2) {
          at = inside + 1;
        } else {
          nesting.push(byte);
          at = byte === OPEN ? this.#colon(this.#string(inside)) : inside;
          if (at < 0) return -1;
          continue;
        }
      }
      if (at < 0) return -1;
      // A value has ended, and with it perhaps those around it.
      for (;;) {
        const around = nesting.at(-1);
        if (around === undefined) return at;
        at = this.#blanks(at);
        if (bytes[at] !== around + 2) break;
        nesting.pop();
        at++;
      }
      if (bytes[at] !== COMMA) return -1;
      at = this.#blanks(at + 1);
      if (nesting.at(-1) === OPEN) at = this.#colon(this.#string(at));
      if (at < 0) return -1;
    }
  }

  #scalar(at: number): number {
    const byte = this.#bytes[at];
    if (byte === QUOTE) return this.#string(at);
    if (byte === MINUS || isDigit(byte)) return this.#number(at);
    if (byte === 116) return this.#word(at, 'true');
    if (byte === 102) return this.#word(at, 'false');
    return byte === 110 ? this.#word(at, 'null') : -1;
  }

  /** Index after the closing quote of the string that begins at `at`, or -1. */
  #string(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    if (bytes[at] !== QUOTE) return -1;
    for (at++; at < end; at++) {
      const byte = bytes[at]!;
      const kind = KIND[byte];
      if (kind === 0) continue;
      if (kind === 2) {
        this.isAscii = false;
        continue;
      }
      if (byte === QUOTE) return at + 1;
      if (byte !== BACKSLASH) return -1;
      const escaped = bytes[++at]!;
      if (ESCAPED.has(escaped)) continue;
      if (escaped !== 117 || !this.#hex(at + 1)) return -1;
      at += 4;
    }
    return -1;
  }

  #hex(at: number): boolean {
    for (let i = 0; i < 4; i++) if (!isHex(this.#bytes[at + i])) return false;
    return true;
  }

  #number(at: number): number {
    const bytes = this.#bytes;
    if (bytes[at] === MINUS) at++;
    const first = at;
    at = this.#digits(at);
    if (at < 0 || (bytes[first] === 48 && at > first + 1)) return -1;
    if (bytes[at] === 46) at = this.#digits(at + 1);
    if (at < 0 || (bytes[at]! | 32) !== 101) return at;
    at++;
    return this.#digits(bytes[at] === 43 || bytes[at] === MINUS ? at + 1 : at);
  }

  /** Index after the digits at `at`, of which there must be one. */
  #digits(at: number): number {
    if (!isDigit(this.#bytes[at])) return -1;
    while (isDigit(this.#bytes[at])) at++;
    return at;
  }

  #word(at: number, word: string): number {
    for (let i = 0; i < word.length; i++) if (this.#bytes[at + i] !== word.charCodeAt(i)) return -1;
    return at + word.length;
  }
}
