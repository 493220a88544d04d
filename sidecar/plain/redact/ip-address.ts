import { ALNUM, DIGIT, HEX, byteAt, isAt, isBefore, runEnd, runStart, type Find, type Span } from './span.ts';

const COLON = 58;
const DOT = 46;
const UNDERSCORE = 95;

/** An IPv4 address in its dotted form, from its first digit. */
export const findIpv4: Find = (text, at, place) => {
  const before = byteAt(text, at - 1);
  if (before === DOT || before === UNDERSCORE || isBefore(text, at, ALNUM)) return false;
  const to = endOfIpv4(text, at);
  const after = byteAt(text, to);
  if (to < 0 || after === UNDERSCORE || isAt(text, to, ALNUM) || (after === DOT && isAt(text, to + 1, DIGIT)))
    return false;
  place.from = at;
  place.to = to;
  place.next = to;
  return true;
};

/** Index after four numbers up to 255 with dots between them, or -1. */
function endOfIpv4(text: Span, at: number): number {
  for (let octet = 0; ; octet++) {
    const end = runEnd(text, at, DIGIT, at + 3);
    let value = 0;
    for (let i = at; i < end; i++) value = value * 10 + text.bytes[i]! - 48;
    if (end === at || value > 255) return -1;
    if (octet === 3) return end;
    if (byteAt(text, end) !== DOT) return -1;
    at = end + 1;
  }
}

/** The longest form: six groups and an IPv4 address. */
const MOST_BYTES = 45;

/** An IPv6 address (RFC 4291, section 2.2) that has a digit, from its first colon. */
export const findIpv6: Find = (text, at, place) => {
  let from = runStart(text, at, HEX, at - 4);
  // Part of a longer word, as in "client:2001:db8::1": the address begins after the colon.
  if (isBefore(text, from, ALNUM) || byteAt(text, from - 1) === UNDERSCORE) from = at;
  if (from === at && byteAt(text, at + 1) !== COLON) from = at + 1;
  let to = from;
  while (isAt(text, to, HEX) || byteAt(text, to) === COLON || byteAt(text, to) === DOT) to++;
  place.next = Math.max(to, at + 1);
  if (isAt(text, to, ALNUM) || byteAt(text, to) === UNDERSCORE) return false;
  // What ends a sentence or goes before its rest.
  while (to > from && (text.bytes[to - 1] === DOT || (text.bytes[to - 1] === COLON && text.bytes[to - 2] !== COLON)))
    to--;
  if (to - from > MOST_BYTES || !isIpv6({ bytes: text.bytes, start: from, end: to })) return false;
  place.from = from;
  place.to = to;
  return true;
};

function isIpv6(text: Span): boolean {
  const { bytes, start, end } = text;
  let groups = 0;
  let isShort = false;
  let hasDigit = false;
  let at = start;
  if (byteAt(text, at) === COLON) {
    if (byteAt(text, at + 1) !== COLON) return false;
    isShort = true;
    at += 2;
  }
  while (at < end) {
    const stop = runEnd(text, at, HEX, at + 4);
    if (stop === at) return false;
    for (let i = at; i < stop; i++) hasDigit ||= bytes[i]! < 58;
    groups++;
    if (byteAt(text, stop) === DOT) {
      if (endOfIpv4(text, at) !== end) return false;
      groups++;
      at = end;
      break;
    }
    if (stop === end) break;
    if (bytes[stop] !== COLON || stop + 1 === end) return false;
    at = stop + 1;
    if (bytes[at] !== COLON) continue;
    if (isShort) return false;
    isShort = true;
    at++;
  }
  return hasDigit && (isShort ? groups < 8 : groups === 8);
}
