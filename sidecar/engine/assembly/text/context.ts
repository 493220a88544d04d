// Trace context anywhere in a text, and a level behind a key there (plain/formats/context.ts, level.ts), in one pass: 16 bytes at
// a time are sifted for places where one may stand, and only these are looked at closely.
import { BACKSLASH, COLON, COMMA, OPEN_BRACKET, CLOSE_BRACKET, QUOTE, SPACE, literal } from '../bytes';
import { LEVEL, SPAN_ID, TRACE_ID, drop, has, setSpan, setTrace } from '../facts';
import {
  DOT,
  EQUALS,
  HYPHEN,
  SINGLE_QUOTE,
  UNDERSCORE,
  before,
  capitals,
  digits,
  endOfDigits,
  endOfHex,
  isQuote,
  isWord,
  letters,
  same,
} from './alphabet';
import { LEAST_DIGITS, SPAN_BYTES, TRACE_BYTES, decimalId, hexId } from './ids';
import { keyedLevel, levelBehind } from './level';
import { takeHeader, takeSleuth, takeSpring, takeTraceparent, takeXray } from './paired-ids';

const ONE: u8 = 0x31;
const THREE: u8 = 0x33;
const SMALL_D: u8 = 0x64;
const SMALL_L: u8 = 0x6c;
const SMALL_Y: u8 = 0x79;

/** What a key says of the value behind it; 2 is the id of a span. */
const TRACE: u32 = 1;
const DATADOG_TRACE: u32 = 3;
const DATADOG_SPAN: u32 = 4;
const HEADER: u32 = 5;
/** Keys in 16 bytes each, as they end there, and what they say. */
const KEY_COUNT: usize = 16;
const KEYS = literal(
  '\0\0\0\0\0\0\0\0trace_id\0\0\0\0\0\0\0\0\0traceid\0\0\0\0\0\0\0\0trace.id\0\0\0\0\0\0\0\0trace-id' +
    '\0\0\0\0\0oteltraceid\0\0\0\0x-b3-traceid\0\0\0\0\0\0\0\0\0span_id\0\0\0\0\0\0\0\0\0\0spanid' +
    '\0\0\0\0\0\0\0\0\0span.id\0\0\0\0\0\0\0\0\0span-id\0\0\0\0\0\0otelspanid\0\0\0\0\0x-b3-spanid' +
    '\0\0\0\0\0dd.trace_id\0\0\0\0\0\0dd.span_id\0\0\0uber-trace-id\0\0\0\0\0\0\0\0\0\0\0\0\0\0b3',
  16 * 16,
);
const MEANINGS = memory.data<u8>([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 4, 5, 5]);
const LONGEST_KEY: usize = 13;
/** From the `n`th byte on a mask of the last `n` of 16 bytes. */
const LAST = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255,
]);
/** An application's name in brackets before the ids is not looked at any further. */
const LONGEST_NAME: usize = 64;

/**
 * Which of the 16 bytes at `at` are marks that may count: `=` and `:` behind what may end a key of ours, and hyphens and commas
 * at the right distance from those that belong to them. @inline
 */
function marks(at: usize): u32 {
  const bytes = v128.load(at);
  const hyphens = same(bytes, HYPHEN);
  const commas = same(bytes, COMMA);
  const assigns = v128.or(same(bytes, EQUALS), same(bytes, COLON));
  if (!v128.any_true(v128.or(assigns, v128.or(hyphens, commas)))) return 0;
  const previous = v128.load(at - 1);
  const small = v128.or(previous, i8x16.splat(0x20));
  const quotes = v128.or(same(previous, QUOTE), same(previous, SINGLE_QUOTE));
  const ids = v128.or(same(small, SMALL_D), same(previous, THREE));
  const levels = v128.or(same(previous, SMALL_L), same(previous, SMALL_Y));
  const keyed = v128.and(assigns, v128.or(quotes, v128.or(ids, levels)));
  const near = v128.load(at + 17);
  const far = v128.load(at + 33);
  const lists = v128.and(commas, v128.or(same(near, COMMA), same(far, COMMA)));
  const xrays = v128.and(same(previous, ONE), same(v128.load(at + 9), HYPHEN));
  const pairs = v128.and(hyphens, v128.or(xrays, v128.or(same(near, CLOSE_BRACKET), same(far, HYPHEN))));
  return <u32>i8x16.bitmask(v128.or(keyed, v128.or(lists, pairs)));
}

/**
 * Takes the ids in [start, end), of several the first, for trace and span each; and the level behind a key, when `withLevel` and
 * none is known. Linear: constant work at each mark.
 */
export function scan(start: usize, end: usize, withLevel: bool): void {
  for (let block = start; block < end; block += 16) {
    let left = before(end, block, marks(block));
    while (left) {
      const at = block + ctz(left);
      left &= left - 1;
      const byte = load<u8>(at);
      if (byte == HYPHEN) {
        if (!hyphen(start, at, end)) continue;
        // Nothing counts any more but a level.
        if (withLevel && !has(LEVEL)) keyedLevel(start, at, end);
        return;
      }
      if (byte == COMMA) {
        if (at + 34 < end && isInBracket(start, at)) takeSleuth(at, end);
        continue;
      }
      if (byte == EQUALS && withLevel && !has(LEVEL)) levelBehind(start, at, end);
      const meaning = meaningOf(start, at);
      if (meaning) take(meaning, valueAfter(at, end), end);
    }
  }
  if (!has(TRACE_ID)) drop(SPAN_ID);
}

/** Looks for ids of which a hyphen is part; returns whether there is a `traceparent`, before which nothing counts. */
function hyphen(start: usize, at: usize, end: usize): bool {
  if (at >= start + 2 && beginsWord(start, at - 2) && takeTraceparent(at - 2, end)) return true;
  if (at >= start + 1 && beginsWord(start, at - 1)) takeXray(at - 1, end);
  if (at >= start + 33) takeSpring(at - 33, end);
  return false;
}

/** @inline */
function beginsWord(start: usize, at: usize): bool {
  return at == start || !isWord(load<u8>(at - 1));
}

/** Whether a bracket opened before `at`, and did not close. */
function isInBracket(start: usize, at: usize): bool {
  const first = max(start, at - LONGEST_NAME);
  while (at > first) {
    const byte = load<u8>(--at);
    if (byte == OPEN_BRACKET) return true;
    if (byte == CLOSE_BRACKET) return false;
  }
  return false;
}

/** What the key before the `=` or `:` at `at` says; quotes around it, escaped or not, do not count. 0: nothing. */
function meaningOf(start: usize, at: usize): u32 {
  let end = at;
  if (end > start && isQuote(load<u8>(end - 1))) end--;
  if (end > start && end < at && load<u8>(end - 1) == BACKSLASH) end--;
  if (end == start) return 0;
  const last = load<u8>(end - 1);
  if ((last | 0x20) != SMALL_D && last != THREE) return 0;
  const tail = v128.load(end - 16);
  const words = v128.or(letters(tail), digits(tail));
  const joints = v128.or(same(tail, UNDERSCORE), v128.or(same(tail, DOT), same(tail, HYPHEN)));
  const others = <u32>i8x16.bitmask(v128.or(words, joints)) ^ 0xffff;
  // Of a key and the byte before it those from its first letter on, in the highest of 16 bits.
  const reach = min<usize>(min<usize>(clz((others << 16) | 0x8000), LONGEST_KEY + 1), end - start);
  const first = ctz(<u32>i8x16.bitmask(words) & ((0xffff << (16 - <u32>reach)) | 0x10000));
  const size: usize = 16 - first;
  if (size > LONGEST_KEY) return 0;
  const small = v128.or(tail, v128.and(capitals(tail), i8x16.splat(0x20)));
  const key = v128.and(small, v128.load(LAST + size));
  for (let i: usize = 0; i < KEY_COUNT; i++) {
    if (i8x16.all_true(i8x16.eq(key, v128.load(KEYS + (i << 4))))) return load<u8>(MEANINGS + i);
  }
  return 0;
}

/** Where the value behind the `=` or `:` at `at` begins: one space and one quote, escaped or not, are stepped over. */
function valueAfter(at: usize, end: usize): usize {
  let value = at + 1;
  if (value < end && load<u8>(value) == SPACE) value++;
  if (value + 1 < end && load<u8>(value) == BACKSLASH && isQuote(load<u8>(value, 1))) value++;
  if (value < end && isQuote(load<u8>(value))) value++;
  return value;
}

function take(meaning: u32, at: usize, end: usize): void {
  if (meaning == HEADER) {
    takeHeader(at, end);
    return;
  }
  const isTrace = meaning == TRACE || meaning == DATADOG_TRACE;
  if (has(isTrace ? TRACE_ID : SPAN_ID)) return;
  const width = isTrace ? TRACE_BYTES : SPAN_BYTES;
  let last: usize = meaning == DATADOG_TRACE || meaning == DATADOG_SPAN ? endOfDecimal(at, end) : 0;
  let id: usize = 0;
  if (last) {
    id = decimalId(at, last, width);
  } else {
    last = endOfId(at, end, width);
    if (last) id = hexId(at, last, width);
  }
  if (!id) return;
  if (isTrace) setTrace(id);
  else setSpan(id);
}

/** After the hex digits of an id of at most `width`; 0 when there are none. A hyphen behind fewer is a UUID's. */
function endOfId(at: usize, end: usize, width: usize): usize {
  const last = endOfHex(at, min(end, at + width + 1));
  if (last < at + LEAST_DIGITS || last > at + width) return 0;
  if (last == end) return last;
  const next = load<u8>(last);
  return isWord(next) || next == UNDERSCORE || (next == HYPHEN && last < at + width) ? 0 : last;
}

/** After the digits of a decimal id; 0 when there are none, or more of them than it has. */
function endOfDecimal(at: usize, end: usize): usize {
  const last = endOfDigits(at, min(end, at + 21));
  return last == at || last == at + 21 || (last < end && isWord(load<u8>(last))) ? 0 : last;
}
