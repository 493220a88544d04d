// A line of logfmt as pairs (plain/formats/logfmt.ts).
import { BACKSLASH, QUOTE, SPACE, TAB } from '../bytes';
import { BARE, ESCAPED, PLAIN } from '../facts';
import { EQUALS, UNDERSCORE, among, isLetter, letters, same } from './alphabet';
import { isNumber } from './number';

/** What a line is. Unsure: perhaps one, but with an escape that JSON does not have. */
export const NO_PAIRS: u32 = 0;
export const PAIRS: u32 = 1;
export const UNSURE: u32 = 2;

/** A line of more pairs is kept as text. */
const MOST_PAIRS: u32 = 64;
/** Of a pair, in four bytes each: where key and value begin and end, the kind of the value, and what the table says of the key. */
export const PAIR: usize = 32;
export const KEY_END: usize = 4;
export const VALUE: usize = 8;
export const VALUE_END: usize = 12;
export const KIND: usize = 16;
export const CODE: usize = 20;
/** The key's size and its first eight bytes. */
const HEAD: usize = 24;
export const pairs = memory.data(64 * 32);
/** After the last pair. */
export let pairsEnd: usize = 0;

const AT_SIGN: u8 = 0x40;
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;
/** `true` and `alse` as little-endian numbers. */
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
/** Escapes that mean the same in Go and in JSON: `"`, `\`, and of the letters from `a` to `t` b, f, n, r, t, a bit each. */
const LETTERS: u32 = 0xa2022;
const UNSURE_VALUE: usize = 1;

/** Whether a line that begins with this byte may be logfmt. @inline */
export function mayBePairs(first: u32): bool {
  return isLetter(first) || first == UNDERSCORE || first == AT_SIGN;
}

/** Reads [at, end) into `pairs`. */
export function readPairs(at: usize, end: usize): u32 {
  let pair = pairs;
  // A bit for each key that there was, by its hash.
  let seen: u64 = 0;
  while (at < end) {
    const equals = endOfKey(at, end);
    if (!equals || pair == pairs + <usize>MOST_PAIRS * PAIR) return NO_PAIRS;
    const key = headOf(at, equals - at);
    const bit = (<u64>1) << ((key * MULTIPLIER) >> 58);
    store<u32>(pair, <u32>at);
    store<u32>(pair, <u32>equals, KEY_END);
    store<u64>(pair, key, HEAD);
    if (seen & bit && isTwice(pair, at, equals)) return NO_PAIRS;
    seen |= bit;
    const last = readValue(pair, equals + 1, end);
    if (last <= UNSURE_VALUE) return last ? UNSURE : NO_PAIRS;
    pair += PAIR;
    at = last;
    if (at == end) break;
    if (!isGap(load<u8>(at))) return NO_PAIRS;
    while (++at < end && isGap(load<u8>(at)));
  }
  pairsEnd = pair;
  return pair > pairs + PAIR ? PAIRS : NO_PAIRS;
}

/** @inline */
function isGap(byte: u32): bool {
  return byte == SPACE || byte == TAB;
}

/** The `=` behind the key at `at`; 0 when there is none. */
function endOfKey(at: usize, end: usize): usize {
  if (!mayBePairs(load<u8>(at))) return 0;
  while (at < end) {
    const bytes = v128.load(at);
    // `-./` and the digits stand side by side.
    const marks = v128.or(among(bytes, 0x2d, 13), v128.or(same(bytes, AT_SIGN), same(bytes, UNDERSCORE)));
    const others = <u32>i8x16.bitmask(v128.or(marks, letters(bytes))) ^ 0xffff;
    if (others) {
      at += ctz(others);
      return at < end && load<u8>(at) == EQUALS ? at : 0;
    }
    at += 16;
  }
  return 0;
}

/** The first bytes of a key, and its size. @inline */
function headOf(at: usize, size: usize): u64 {
  const bytes = load<u64>(at);
  const head = size < 8 ? bytes & (((<u64>1) << ((<u64>size) << 3)) - 1) : bytes;
  return head ^ ((<u64>size) << 56);
}

/** Whether one of the pairs before has this key. */
function isTwice(pair: usize, at: usize, end: usize): bool {
  const head = load<u64>(pair, HEAD);
  for (let other = pairs; other < pair; other += PAIR) {
    if (load<u64>(other, HEAD) != head) continue;
    const key: usize = load<u32>(other);
    if (<usize>load<u32>(other, KEY_END) - key != end - at) continue;
    if (memory.compare(key, at, end - at) == 0) return true;
  }
  return false;
}

/** Reads the value at `at`; returns the address after it, 0 when it is none, `UNSURE_VALUE`. @inline */
function readValue(pair: usize, at: usize, end: usize): usize {
  return at < end && load<u8>(at) == QUOTE ? quoted(pair, at + 1, end) : bare(pair, at, end);
}

/** @inline */
function setValue(pair: usize, at: usize, end: usize, kind: u32): void {
  store<u32>(pair, <u32>at, VALUE);
  store<u32>(pair, <u32>end, VALUE_END);
  store<u32>(pair, kind, KIND);
}

function quoted(pair: usize, start: usize, end: usize): usize {
  let kind: u32 = PLAIN;
  let at = start;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = <u32>i8x16.bitmask(v128.or(same(bytes, QUOTE), same(bytes, BACKSLASH)));
    if (!stops) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    if (at >= end) return 0;
    if (load<u8>(at) == QUOTE) {
      setValue(pair, start, at, kind);
      return at + 1;
    }
    if (at + 1 >= end) return 0;
    if (!isCommonEscape(load<u8>(at, 1))) return UNSURE_VALUE;
    kind = ESCAPED;
    at += 2;
  }
  return 0;
}

function isCommonEscape(byte: u32): bool {
  if (byte == QUOTE || byte == BACKSLASH) return true;
  return byte - 0x61 < 20 && ((LETTERS >> (byte - 0x61)) & 1) != 0;
}

/** A value up to what cannot be part of it, which the caller looks at. */
function bare(pair: usize, start: usize, end: usize): usize {
  let at = start;
  while (at < end) {
    const bytes = v128.load(at);
    const stops = <u32>i8x16.bitmask(v128.or(same(bytes, QUOTE), i8x16.lt_u(bytes, i8x16.splat(SPACE + 1))));
    if (!stops) {
      at += 16;
      continue;
    }
    at += ctz(stops);
    break;
  }
  at = min(at, end);
  setValue(pair, start, at, kindOf(start, at));
  return at;
}

function kindOf(at: usize, end: usize): u32 {
  if (isNumber(at, end)) return BARE;
  if (end - at == 4 && load<u32>(at) == TRUE) return BARE;
  return end - at == 5 && load<u8>(at) == 0x66 && load<u32>(at, 1) == ALSE ? BARE : PLAIN;
}
