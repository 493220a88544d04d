// Ids of traces and spans in any form in which they are written (plain/formats/ids.ts). Each reader returns where the id then
// stands, in lower case and at its full length: in the text, or, written in another way there, in memory of its own. 0: it is
// none.
import { isDigit, isHex16, isZero16 } from '../bytes';
import { HYPHEN, isLetter, isWord } from './alphabet';

export const TRACE_BYTES: usize = 32;
export const SPAN_BYTES: usize = 16;
/** Fewer digits under a key of ours are hardly an id. */
export const LEAST_DIGITS: usize = 8;
const MOST_DECIMALS: usize = 20;
/** `1-58406520-a006649127e371903a2de979` */
export const XRAY_BYTES: usize = 35;

const ZERO: u8 = 0x30;
const ONE: u8 = 0x31;
/** An id of a trace, and behind it one of a span. */
const written = memory.data(64);

/** Where an id of `width` bytes is written. @inline */
function placeOf(width: usize): usize {
  return width == TRACE_BYTES ? written : written + TRACE_BYTES;
}

/** Whether `width` hex digits in lower case stand at `at`, not all of them nought. */
export function isLowerId(at: usize, width: usize): bool {
  if (!isHex16(at)) return false;
  return width == SPAN_BYTES ? !isZero16(at) : isHex16(at + 16) && !(isZero16(at) && isZero16(at + 16));
}

/** The id that the hex digits [at, end) are, at most `width` of them. */
export function hexId(at: usize, end: usize, width: usize): usize {
  const size = end - at;
  if (at >= end || size > width) return 0;
  if (size == width && isLowerId(at, width)) return at;
  const id = placeOf(width);
  let to = id + width - size;
  memory.fill(id, ZERO, width - size);
  let sum: u32 = 0;
  for (; at < end; at++) {
    const byte: u32 = load<u8>(at);
    const isOther = isLetter(byte);
    if (isOther ? (byte | 0x20) > 0x66 : !isDigit(byte)) return 0;
    sum |= byte ^ ZERO;
    store<u8>(to++, isOther ? byte | 0x20 : byte);
  }
  return sum ? id : 0;
}

/** The id that the decimal number [at, end) is: Datadog's are unsigned, and have 64 bits. */
export function decimalId(at: usize, end: usize, width: usize): usize {
  if (at >= end || end - at > MOST_DECIMALS) return 0;
  let value: u64 = 0;
  for (; at < end; at++) {
    const byte: u32 = load<u8>(at);
    if (!isDigit(byte)) return 0;
    const digit = <u64>(byte - ZERO);
    if (value > (u64.MAX_VALUE - digit) / 10) return 0;
    value = value * 10 + digit;
  }
  if (!value) return 0;
  const id = placeOf(width);
  memory.fill(id, ZERO, width);
  for (let to = id + width - 1; value; to--) {
    const digit = <u32>(value & 15);
    store<u8>(to, digit + (digit < 10 ? 0x30 : 0x57));
    value >>= 4;
  }
  return id;
}

/** The X-Ray id of a trace at `at`, with no letter or digit behind it. */
export function xrayId(at: usize, end: usize): usize {
  const last = at + XRAY_BYTES;
  if (last > end || load<u8>(at) != ONE || load<u8>(at, 1) != HYPHEN || load<u8>(at, 10) != HYPHEN) return 0;
  if (last < end && isWord(load<u8>(last))) return 0;
  const id = placeOf(TRACE_BYTES);
  store<u64>(id, load<u64>(at, 2));
  store<u64>(id, load<u64>(at, 11), 8);
  v128.store(id, v128.load(at, 19), 16);
  // Digits and letters are checked, and made small, where they stand.
  return hexId(id, id + TRACE_BYTES, TRACE_BYTES);
}
