/**
 * The top-level members of a JSON object, as places in the bytes that hold it: [key start, key end, value start, value end]
 * each, keys without their quotes. Spliced, not parsed and printed again: a number of twenty digits stays what it was.
 */
export type Members = number[];

const QUOTE = 34;
const BACKSLASH = 92;

/** Reads the members of `[start, end)`, which `JSON.parse` has accepted as an object; `into` is emptied first. */
export function readMembers(bytes: Uint8Array, start: number, end: number, into: Members): void {
  into.length = 0;
  let at = start + 1;
  for (;;) {
    while (at < end && bytes[at] !== QUOTE) at++;
    if (at >= end) return;
    const key = at + 1;
    at = endOfString(bytes, key);
    const keyEnd = at;
    at++;
    while (bytes[at] !== 58) at++;
    at++;
    while (isBlank(bytes[at]!)) at++;
    const value = at;
    at = endOfValue(bytes, at);
    into.push(key, keyEnd, value, at);
  }
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9 || byte === 10 || byte === 13;

/** Index of the closing quote of the string whose text begins at `at`. */
function endOfString(bytes: Uint8Array, at: number): number {
  for (;;) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    at += byte === BACKSLASH ? 2 : 1;
  }
}

/** Index after the value that begins at `at`: a string, a number, a word, or a nested object or array. */
function endOfValue(bytes: Uint8Array, at: number): number {
  let depth = 0;
  for (;;) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1) + 1;
      if (depth === 0) return at;
      continue;
    }
    if (byte === 123 || byte === 91) depth++;
    else if (byte === 125 || byte === 93) {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (byte === 44 || isBlank(byte))) return at;
    at++;
  }
}
