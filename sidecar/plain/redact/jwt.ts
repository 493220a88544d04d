import { WORD, byteAt, hasWord, isAt, isBefore, runEnd, type Find } from './span.ts';

/** `{"` in base64url. */
const OPENING = 'eyJ';
const SHORTEST_HEADER = 10;
const SHORTEST_PAYLOAD = 3;
/** An encrypted one has five parts (RFC 7516, section 7.1), a signed one three (RFC 7519). */
const MOST_PARTS = 5;

/** A JSON Web Token, from the "J" of its opening; also one whose last parts were cut off. */
export const findJwt: Find = (text, at, place) => {
  const from = at - 2;
  if (text.bytes[at - 1] !== OPENING.charCodeAt(1) || !hasWord(text, from, 'eyj') || text.bytes[from] !== 101)
    return false;
  if (isBefore(text, from, WORD)) return false;
  let to = runEnd(text, at, WORD);
  place.next = to;
  if (to - from < SHORTEST_HEADER) return false;
  let payload = 0;
  for (let parts = 1; parts < MOST_PARTS && byteAt(text, to) === 46; parts++) {
    if (!isAt(text, to + 1, WORD) && byteAt(text, to + 1) !== 46) break;
    const end = runEnd(text, to + 1, WORD);
    payload = Math.max(payload, end - to - 1);
    to = end;
  }
  if (payload < SHORTEST_PAYLOAD) return false;
  place.from = from;
  place.to = to;
  place.next = to;
  return true;
};
