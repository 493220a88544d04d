// Kinds of bytes as rules of redaction see them: those of plain/redact/span.ts.

export const DIGIT: u8 = 1;
export const UPPER: u8 = 2;
export const LOWER: u8 = 4;
export const ALNUM: u8 = 7;
/** ALNUM, `-` and `_`. */
export const LINK: u8 = 8;
export const WORD: u8 = 15;
export const HEX: u8 = 16;
/** `.`, `%` and `+`: besides WORD of the local part of an address. */
export const LOCAL: u8 = 64;
/** White space, control characters, quotes, `<` and `>`. */
export const STOP: u8 = 128;

const classes = memory.data(256);

function allow(first: u32, last: u32, kinds: u8): void {
  for (let byte: usize = first; byte <= last; byte++) store<u8>(classes + byte, load<u8>(classes + byte) | kinds);
}
allow(0x30, 0x39, DIGIT | HEX);
allow(0x41, 0x5a, UPPER);
allow(0x61, 0x7a, LOWER);
allow(0x41, 0x46, HEX);
allow(0x61, 0x66, HEX);
allow(0x2d, 0x2d, LINK);
allow(0x5f, 0x5f, LINK);
allow(0x25, 0x25, LOCAL);
allow(0x2b, 0x2b, LOCAL);
allow(0x2e, 0x2e, LOCAL);
allow(0, 0x20, STOP);
allow(0x7f, 0x7f, STOP);
allow(0x22, 0x22, STOP);
allow(0x27, 0x27, STOP);
allow(0x60, 0x60, STOP);
allow(0x3c, 0x3c, STOP);
allow(0x3e, 0x3e, STOP);

/** Whether the byte at `at` is of one of these kinds. @inline */
export function is(at: usize, kinds: u8): bool {
  return (load<u8>(classes + load<u8>(at)) & kinds) != 0;
}

/** Address after the bytes of these kinds at `at`, at most `end`. @inline */
export function run(at: usize, end: usize, kinds: u8): usize {
  while (at < end && is(at, kinds)) at++;
  return at;
}

/**
 * Whether a byte of these kinds stands before `at` in a text that begins at `start`. The letter of an escape does not count: what
 * follows it begins anew.
 */
export function isBefore(at: usize, start: usize, kinds: u8): bool {
  if (at <= start || !is(at - 1, kinds)) return false;
  return at - 1 == start || load<u8>(at - 2) != 0x5c;
}

/** Four bytes in small letters, as a little-endian number; `_` becomes 0x7f. @inline */
export function four(at: usize): u32 {
  return load<u32>(at) | 0x20202020;
}
