import {
  ALNUM,
  BACKSLASH,
  DIGIT,
  LINK,
  LOCAL,
  WORD,
  byteAt,
  isAt,
  runEnd,
  runStart,
  type Find,
  type Span,
} from './span.ts';

const DASH = 45;
const DOT = 46;

/** An e-mail address as people have them (RFC 5321 allows more), from its "@". */
export const findEmail: Find = (text, at, place) => {
  let from = runStart(text, at, WORD | LOCAL);
  // The letter of an escape such as \n, which is no part of the name.
  if (byteAt(text, from - 1) === BACKSLASH) from++;
  while (from < at && !isAt(text, from, ALNUM) && text.bytes[from] !== 95) from++;
  if (from >= at) return false;
  const to = endOfDomain(text, at + 1);
  if (to < 0) return false;
  place.from = from;
  place.to = to;
  place.next = to;
  return true;
};

/** Index after a domain of at least two labels, the last of letters only; or -1. */
function endOfDomain(text: Span, at: number): number {
  let to = -1;
  for (let labels = 1; ; labels++) {
    const end = endOfLabel(text, at);
    if (end === at) return to;
    if (labels > 1 && end - at >= 2 && isOfLetters(text, at, end)) to = end;
    if (byteAt(text, end) !== DOT) return to;
    at = end + 1;
  }
}

/** A label does not begin or end with a dash. */
function endOfLabel(text: Span, at: number): number {
  if (!isAt(text, at, ALNUM)) return at;
  let end = at;
  while (isAt(text, end, ALNUM) || byteAt(text, end) === DASH) end++;
  while (text.bytes[end - 1] === DASH) end--;
  return end;
}

const isOfLetters = (text: Span, from: number, to: number): boolean =>
  runEnd(text, from, ALNUM & ~DIGIT, to) === to && !isAt(text, to, LINK);
