// What the readers of text ask of bytes. An address is 0 where there is none, and nothing at `end` or behind it decides.
import { BACKSLASH, QUOTE, SPACE, find, isDigit } from '../bytes';

export const SINGLE_QUOTE: u8 = 0x27;
export const HYPHEN: u8 = 0x2d;
export const DOT: u8 = 0x2e;
export const UNDERSCORE: u8 = 0x5f;
export const EQUALS: u8 = 0x3d;

/** @inline */
export function isLetter(byte: u32): bool {
  return (byte | 0x20) - 0x61 < 26;
}

/** An ASCII letter or digit. @inline */
export function isWord(byte: u32): bool {
  return isDigit(byte) || isLetter(byte);
}

/** @inline */
export function isQuote(byte: u32): bool {
  return byte == QUOTE || byte == SINGLE_QUOTE;
}

/** Space, tab, and what else moves the caret. @inline */
export function isBlank(byte: u32): bool {
  return byte == SPACE || byte - 9 < 5;
}

/** Which of 16 bytes are equal to `byte`. @inline */
export function same(bytes: v128, byte: u8): v128 {
  return i8x16.eq(bytes, i8x16.splat(byte));
}

/** Which of 16 bytes are one of `count` that begin with `first`. @inline */
export function among(bytes: v128, first: u8, count: u8): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(first)), i8x16.splat(count));
}

/** Which of 16 bytes are ASCII letters. @inline */
export function letters(bytes: v128): v128 {
  return among(v128.or(bytes, i8x16.splat(0x20)), 0x61, 26);
}

/** @inline */
export function digits(bytes: v128): v128 {
  return among(bytes, 0x30, 10);
}

/** @inline */
export function capitals(bytes: v128): v128 {
  return among(bytes, 0x41, 26);
}

/** Of 16 bytes from `at` a bit each: only those before `end` are left. @inline */
export function before(end: usize, at: usize, bits: u32): u32 {
  return end - at < 16 ? bits & ((1 << (<u32>(end - at))) - 1) : bits;
}

/** After the digits at `at`. @inline */
export function endOfDigits(at: usize, end: usize): usize {
  while (at < end && isDigit(load<u8>(at))) at++;
  return at;
}

/** After the letters at `at`, or after 16 of them. @inline */
export function endOfLetters(at: usize, end: usize): usize {
  return min(at + <usize>ctz(~i8x16.bitmask(letters(v128.load(at)))), end);
}

/** After the hex digits at `at`. */
export function endOfHex(at: usize, end: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    const others =
      <u32>i8x16.bitmask(v128.or(digits(bytes), among(v128.or(bytes, i8x16.splat(0x20)), 0x61, 6))) ^ 0xffff;
    if (others) return min(at + ctz(others), end);
    at += 16;
  }
  return end;
}

/** The space behind the word at `at`; 0 when there is no word or no space. */
export function endOfToken(at: usize, end: usize): usize {
  if (at >= end) return 0;
  const space = find(at, end, SPACE);
  return space == at || space == end ? 0 : space;
}

/** The quote that closes the text at `at`; a backslash takes the character behind it along. */
export function endOfQuoted(at: usize, end: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    const stops = <u32>i8x16.bitmask(v128.or(same(bytes, QUOTE), same(bytes, BACKSLASH)));
    if (!stops) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    if (at >= end) return 0;
    if (load<u8>(at) == QUOTE) return at;
    at += 2;
  }
  return 0;
}

/**
 * Whether [at, end) begins with the `size` bytes of a shape: `0` there is any digit, `A` any letter, every other character, which is
 * neither, is itself.
 */
export function looksLike(shape: usize, size: usize, at: usize, end: usize): bool {
  if (at + size > end) return false;
  for (let i: usize = 0; i < size; i += 16) {
    let bytes = v128.load(at + i);
    bytes = v128.bitselect(i8x16.splat(0x30), bytes, digits(bytes));
    bytes = v128.bitselect(i8x16.splat(0x41), bytes, letters(bytes));
    const other = <u32>i8x16.bitmask(i8x16.eq(bytes, v128.load(shape + i))) ^ 0xffff;
    if (before(size, i, other)) return false;
  }
  return true;
}

/** Whether [at, end) is a whole number as JSON has it, of at most 15 digits (plain/formats/number.ts). */
export function isCount(at: usize, end: usize): bool {
  if (end <= at || end - at > 15 || (load<u8>(at) == 0x30 && end - at > 1)) return false;
  return endOfDigits(at, end) == end;
}
