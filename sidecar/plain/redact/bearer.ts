import { BACKSLASH, STOP, WORD, byteAt, hasWord, isAt, isBefore, runEnd, type Find, type Span } from './span.ts';

const NAME = 'authorization';
/** Between that name and the scheme: `Authorization: Bearer`, `"authorization":"Bearer`, `authorization=Bearer`. */
const MOST_SIGNS = 8;
const SHORTEST = 8;
/** A word of prose ("bearer authentication") has fewer letters. */
const SURE = 20;

/** The token after "Bearer" (RFC 6750, section 2.1), from the "b". */
export const findBearer: Find = (text, at, place) => {
  if (!hasWord(text, at, 'bearer') || isBefore(text, at, WORD)) return false;
  let from = at + 6;
  while (isGap(byteAt(text, from))) from++;
  place.next = from;
  if (from === at + 6) return false;
  let to = endOfToken(text, from);
  place.next = to;
  while (to > from && text.bytes[to - 1] === 46) to--;
  if (to === from || !(isToken(text, from, to) || followsName(text, at))) return false;
  place.from = from;
  place.to = to;
  return true;
};

const isGap = (byte: number): boolean => byte === 32 || byte === 9;

/** token68 of RFC 9110, section 11.2. */
function endOfToken(text: Span, at: number): number {
  for (;;) {
    at = runEnd(text, at, WORD);
    const byte = byteAt(text, at);
    if (byte !== 46 && byte !== 126 && byte !== 43 && byte !== 47 && byte !== 61) return at;
    at++;
  }
}

/** Whether it looks like a token, and not like the next word of a sentence. */
function isToken(text: Span, from: number, to: number): boolean {
  if (to - from >= SURE) return true;
  if (to - from < SHORTEST) return false;
  for (let at = from; at < to; at++) {
    const byte = text.bytes[at]!;
    // Digits, "_", "~", "+", "=".
    if ((byte >= 48 && byte <= 57) || byte === 95 || byte === 126 || byte === 43 || byte === 61) return true;
  }
  return false;
}

function followsName(text: Span, at: number): boolean {
  for (let signs = 0; signs < MOST_SIGNS; signs++, at--) {
    const byte = byteAt(text, at - 1);
    const isSign = byte === 58 || byte === 61 || byte === BACKSLASH || isAt(text, at - 1, STOP);
    if (!isSign) break;
  }
  return hasWord(text, at - NAME.length, NAME);
}
