import { endOfHex, isDigit } from './alphabet.ts';

const QUOTE = 34;
const BACKSLASH = 92;
/** One character behind a backslash, and what it stands for. */
const SHORT = new Map(
  [
    ['a', 7],
    ['b', 8],
    ['f', 12],
    ['n', 10],
    ['r', 13],
    ['t', 9],
    ['v', 11],
    ['\\', BACKSLASH],
    ['"', QUOTE],
    ["'", 39],
    ['/', 47],
  ].map(([letter, byte]) => [String(letter).charCodeAt(0), Number(byte)]),
);
/** `\x`, `\u`, `\U`: how many hex digits follow. */
const DIGITS = new Map([
  [120, 2],
  [117, 4],
  [85, 8],
]);
const LARGEST = 0x10ffff;
const REPLACEMENT = 0xfffd;

/**
 * Index after the escape whose backslash stands at `at`, or -1 when it is none. Escapes are those of Go's string literals,
 * as `strconv.Quote` writes them (go.dev/ref/spec, "Rune literals"): `\n` and its like, `\x1b`, `\033`, `\u00e9`,
 * `\U0001f4a5`; and `\/` of JSON.
 */
export function endOfEscape(bytes: Uint8Array, at: number, end: number): number {
  const letter = bytes[at + 1]!;
  if (at + 1 >= end) return -1;
  if (SHORT.has(letter)) return at + 2;
  if (isDigit(letter)) return isOctal(bytes, at + 1, end) ? at + 4 : -1;
  const last = at + 2 + (DIGITS.get(letter) ?? end);
  return last <= end && endOfHex(bytes, at + 2, last) === last ? last : -1;
}

/** Three octal digits that are a byte. */
function isOctal(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 3 > end || bytes[at]! > 51) return false;
  for (let i = at; i < at + 3; i++) if (!isDigit(bytes[i]) || bytes[i]! > 55) return false;
  return true;
}

/**
 * The text `[start, end)`, whose escapes are all whole, without them. Escaped bytes and those around them are read as one
 * UTF-8 text, pairs of surrogates as one character; what is broken, and numbers past Unicode, become U+FFFD.
 */
export function unescaped(bytes: Uint8Array, start: number, end: number): string {
  const out = Buffer.alloc(end - start);
  let length = 0;
  for (let at = start; at < end;) {
    const byte = bytes[at]!;
    if (byte !== BACKSLASH) {
      out[length++] = byte;
      at++;
      continue;
    }
    const letter = bytes[at + 1]!;
    const next = endOfEscape(bytes, at, end);
    if (next === at + 2) out[length++] = SHORT.get(letter)!;
    else if (letter === 120) out[length++] = numberAt(bytes, at + 2, next, 16);
    else if (isDigit(letter)) out[length++] = numberAt(bytes, at + 1, next, 8);
    else {
      const code = numberAt(bytes, at + 2, next, 16);
      const low = isHigh(code) ? lowAt(bytes, next, end) : 0;
      length += out.write(characterOf(code, low), length);
      at = low > 0 ? next + 6 : next;
      continue;
    }
    at = next;
  }
  return out.toString('utf8', 0, length);
}

const numberAt = (bytes: Uint8Array, start: number, end: number, base: number): number =>
  Number.parseInt(String.fromCharCode(...bytes.subarray(start, end)), base);

const isHigh = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

/** The second half of a surrogate pair that is escaped at `at`; 0 when there is none. */
function lowAt(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== BACKSLASH || bytes[at + 1] !== 117 || endOfEscape(bytes, at, end) < 0) return 0;
  const code = numberAt(bytes, at + 2, at + 6, 16);
  return isLow(code) ? code : 0;
}

function characterOf(code: number, low: number): string {
  if (low > 0) return String.fromCharCode(code, low);
  return String.fromCodePoint(code > LARGEST || isHigh(code) || isLow(code) ? REPLACEMENT : code);
}
