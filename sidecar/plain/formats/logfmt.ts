import { ESCAPED, LITERAL, NUMBER, PLAIN } from '../facts.ts';
import { isLetter, isWord, standsAt } from './alphabet.ts';
import { endOfEscape } from './escape.ts';
import { isNumber } from './number.ts';

/** A line of more pairs is kept as text. */
export const MOST_PAIRS = 64;
/** Of a pair: where key and value begin and end, and what kind of value it is. */
export const PAIR = 5;

const [TAB, SPACE, QUOTE, EQUALS, BACKSLASH] = [9, 32, 34, 61, 92];
/** Bytes of a key: letters, digits, and `-./@_`. */
const KEY = Uint8Array.from({ length: 256 }, (_, byte) => Number(isWord(byte) || [45, 46, 47, 64, 95].includes(byte)));

/**
 * A line of logfmt: nothing but pairs `key=value` with spaces between them, at least two and at most 64, no key twice. A key
 * is letters, digits and `-./@_`, and begins with a letter, `_` or `@`; a value is quoted, with Go's escapes (`escape.ts`), or goes up to
 * the next space, holds no quote and may be empty (brandur.org/logfmt; go-logfmt, logrus and slog write it). Numbers and booleans are what
 * looks like them and is not quoted. Pairs are places in the bytes, in one list that is used again for every line.
 */
export class Logfmt {
  /** `PAIR` numbers for each pair. */
  readonly pairs = new Int32Array(MOST_PAIRS * PAIR);
  count = 0;

  /** Whether `[start, end)` is such a line; then `pairs` and `count` hold what it says. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.count = 0;
    let at = start;
    while (at < end) {
      if (this.count === MOST_PAIRS) return false;
      const last = this.#pair(bytes, at, end);
      if (last < 0 || (last < end && !isBlank(bytes[last]!))) return false;
      at = last;
      while (at < end && isBlank(bytes[at]!)) at++;
    }
    return this.count > 1;
  }

  /** Index after the pair at `at`; -1 when it is none, or its key was there before. */
  #pair(bytes: Uint8Array, at: number, end: number): number {
    const equals = endOfKey(bytes, at, end);
    if (equals < 0 || this.#isTwice(bytes, at, equals)) return -1;
    const { pairs } = this;
    const place = this.count * PAIR;
    pairs[place] = at;
    pairs[place + 1] = equals;
    this.count++;
    return equals + 1 < end && bytes[equals + 1] === QUOTE
      ? this.#quoted(bytes, equals + 2, end, place)
      : this.#bare(bytes, equals + 1, end, place);
  }

  #quoted(bytes: Uint8Array, start: number, end: number, place: number): number {
    let kind = PLAIN;
    for (let at = start; at < end;) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        this.#set(place, start, at, kind);
        return at + 1;
      }
      if (byte === BACKSLASH) kind = ESCAPED;
      at = byte === BACKSLASH ? endOfEscape(bytes, at, end) : at + 1;
      if (at < 0) return -1;
    }
    return -1;
  }

  #bare(bytes: Uint8Array, start: number, end: number, place: number): number {
    let at = start;
    for (; at < end && !isBlank(bytes[at]!); at++) if (bytes[at] === QUOTE || bytes[at]! < SPACE) return -1;
    this.#set(place, start, at, kindOf(bytes, start, at));
    return at;
  }

  #set(place: number, start: number, end: number, kind: number): void {
    this.pairs[place + 2] = start;
    this.pairs[place + 3] = end;
    this.pairs[place + 4] = kind;
  }

  #isTwice(bytes: Uint8Array, start: number, end: number): boolean {
    const { pairs } = this;
    for (let place = 0; place < this.count * PAIR; place += PAIR) {
      const other = pairs[place]!;
      if (pairs[place + 1]! - other !== end - start) continue;
      let i = start;
      while (i < end && bytes[i] === bytes[other + i - start]) i++;
      if (i === end) return true;
    }
    return false;
  }
}

const isBlank = (byte: number): boolean => byte === SPACE || byte === TAB;

/** Index of the `=` behind the key at `at`; -1 when there is no key. */
function endOfKey(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (!isLetter(first) && first !== 95 && first !== 64) return -1;
  while (at < end && KEY[bytes[at]!] === 1) at++;
  return at < end && bytes[at] === EQUALS ? at : -1;
}

function kindOf(bytes: Uint8Array, start: number, end: number): number {
  if (isNumber(bytes, start, end)) return NUMBER;
  const isBoolean =
    end - start === 4 ? standsAt('true', bytes, start, end) : end - start === 5 && standsAt('false', bytes, start, end);
  return isBoolean ? LITERAL : PLAIN;
}
