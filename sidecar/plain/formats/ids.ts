import { HEX, isDigit, isWord, NOT_HEX } from './alphabet.ts';

/** What became of an id. */
export const NO_ID = 0;
/** It is written in the payload as in the document. */
export const SAME = 1;
/** It is written in another way: upper case, shorter, decimal. */
export const NORMALISED = 2;

/** Fewer digits under a key of ours are hardly an id. */
export const LEAST_DIGITS = 8;
const MOST_DECIMALS = 20;
/** `1-58406520-a006649127e371903a2de979` */
export const XRAY_BYTES = 35;

const ZERO = 48;
const HYPHEN = 45;

/**
 * Writes the hex digits `[start, end)` into `id` as its length (32 or 16) asks: in lower case, with zeros before them. No id
 * are other bytes, too many digits, and zeros alone.
 */
export function hexId(bytes: Uint8Array, start: number, end: number, id: Uint8Array): number {
  const padding = id.length - (end - start);
  if (padding < 0 || start >= end) return NO_ID;
  let outcome = padding === 0 ? SAME : NORMALISED;
  let sum = 0;
  id.fill(ZERO, 0, padding);
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const value = HEX[byte]!;
    if (value === NOT_HEX) return NO_ID;
    sum |= value;
    if (value > 9 && byte < 97) outcome = NORMALISED;
    id[padding + i - start] = value > 9 ? byte | 32 : byte;
  }
  return sum === 0 ? NO_ID : outcome;
}

/**
 * Writes the decimal number `[start, end)` into `id` as hex digits: Datadog's ids, unsigned and of 64 bits
 * (docs.datadoghq.com, "Correlate logs and traces"). No id are zero and what is larger.
 */
export function decimalId(bytes: Uint8Array, start: number, end: number, id: Uint8Array): number {
  if (start >= end || end - start > MOST_DECIMALS) return NO_ID;
  id.fill(0);
  const first = id.length - 16;
  let sum = 0;
  for (let i = start; i < end; i++) {
    if (!isDigit(bytes[i])) return NO_ID;
    let carry = bytes[i]! - ZERO;
    sum |= carry;
    for (let at = id.length - 1; at >= first; at--) {
      carry += id[at]! * 10;
      id[at] = carry & 15;
      carry >>= 4;
    }
    if (carry > 0) return NO_ID;
  }
  for (let at = 0; at < id.length; at++) id[at] = id[at]! + (id[at]! > 9 ? 87 : ZERO);
  return sum === 0 ? NO_ID : NORMALISED;
}

/**
 * Writes the X-Ray trace id at `at` into `id` (of 32): `1-`, 8 hex digits, `-`, 24 hex digits, and no letter or digit behind
 * (docs.aws.amazon.com/xray, "Tracing header"). Without `1` and hyphens it is the W3C id.
 */
export function xrayId(bytes: Uint8Array, at: number, end: number, id: Uint8Array): number {
  const last = at + XRAY_BYTES;
  if (last > end || bytes[at] !== 49 || bytes[at + 1] !== HYPHEN || bytes[at + 10] !== HYPHEN) return NO_ID;
  if (last < end && isWord(bytes[last])) return NO_ID;
  let sum = 0;
  let place = 0;
  for (let i = at + 2; i < last; i++) {
    if (i === at + 10) continue;
    const byte = bytes[i]!;
    const value = HEX[byte]!;
    if (value === NOT_HEX) return NO_ID;
    sum |= value;
    id[place++] = value > 9 ? byte | 32 : byte;
  }
  return sum === 0 ? NO_ID : NORMALISED;
}

/** Whether these bytes are hex digits in lower case, and one of them is not zero. */
export function isLowerHexId(bytes: Uint8Array, start: number, end: number): boolean {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const value = HEX[byte]!;
    if (value === NOT_HEX || (value > 9 && byte < 97)) return false;
    sum |= value;
  }
  return sum !== 0;
}
