import { STOP, byteAt, hasWord, isAt, type Find, type Place, type Span } from './span.ts';

const COLON = 58;
const EQUALS = 61;
const SLASH = 47;
const AT = 64;

/** A password in a URL, from the colon of its scheme; or the value of a telling name, from its equals sign. */
export const findUrlPassword: Find = (text, at, place) =>
  text.bytes[at] === COLON ? inAuthority(text, at, place) : inQuery(text, at, place);

/** `user:password@` (RFC 3986, section 3.2.1). */
function inAuthority(text: Span, at: number, place: Place): boolean {
  if (byteAt(text, at + 1) !== SLASH || byteAt(text, at + 2) !== SLASH) return false;
  let colon = -1;
  let last = -1;
  let to = at + 3;
  for (; to < text.end && !isAt(text, to, STOP); to++) {
    const byte = text.bytes[to]!;
    if (byte === SLASH || byte === 63 || byte === 35) break;
    if (byte === COLON && colon < 0) colon = to;
    else if (byte === AT) last = to;
  }
  place.next = to;
  if (colon < 0 || last <= colon + 1) return false;
  place.from = colon + 1;
  place.to = last;
  return true;
}

/** What the names of secrets end with. */
const NAMES = [
  'password',
  'passwd',
  'pwd',
  'passphrase',
  'secret',
  'token',
  ...['api', 'access', 'secret', 'private'].flatMap((word) => [`${word}key`, `${word}_key`, `${word}-key`]),
];
/** Only in the query of a URL: elsewhere they are something else. */
const NAMES_IN_QUERY = ['signature', 'sig'];
const LAST_LETTERS = new Set([...NAMES, ...NAMES_IN_QUERY].map((name) => name.charCodeAt(name.length - 1)));

/** `name=value`, in a query, in a form, in a connection string, in logfmt. */
function inQuery(text: Span, at: number, place: Place): boolean {
  if (!isTelling(text, endOfName(text, at))) return false;
  const quote = byteAt(text, at + 1);
  if (quote === EQUALS) return false;
  const isQuoted = quote === 34 || quote === 39;
  const from = isQuoted ? at + 2 : at + 1;
  const closing = isQuoted ? endOfQuoted(text, from, quote) : -1;
  if (closing >= 0) return found(place, from, closing);
  let to = from;
  while (to < text.end && !isAt(text, to, STOP) && !isSeparator(text.bytes[to]!)) to++;
  place.next = to;
  // What closes a list around it: "{password=x, user=y}".
  while (to > from && isClosing(text.bytes[to - 1]!)) to--;
  return to > from && found(place, from, to);
}

/** In the form `user[password]=x`, written as it is or with percent signs, the name ends before the bracket. */
function endOfName(text: Span, at: number): number {
  if (byteAt(text, at - 1) === 93) return at - 1;
  return hasWord(text, at - 3, '%5d') ? at - 3 : at;
}

/** Whether a telling name ends before `at`, be it the end of a longer one: `db_password`, `accessToken`. */
function isTelling(text: Span, at: number): boolean {
  if (!LAST_LETTERS.has(byteAt(text, at - 1) | 32)) return false;
  return (
    NAMES.some((name) => hasWord(text, at - name.length, name)) ||
    NAMES_IN_QUERY.some((name) => isNamedInQuery(text, at, name))
  );
}

function isNamedInQuery(text: Span, at: number, name: string): boolean {
  const from = at - name.length;
  const before = byteAt(text, from - 1);
  return hasWord(text, from, name) && (before === 63 || before === 38 || before === 45);
}

/** Index of the closing quote on the same line, or -1. */
function endOfQuoted(text: Span, at: number, quote: number): number {
  const { bytes, end } = text;
  for (; at < end && bytes[at] !== 10; at++) if (bytes[at] === quote) return at;
  return -1;
}

/** Between members of a query or of a connection string. */
const isSeparator = (byte: number): boolean => byte === 38 || byte === 59 || byte === 35;
const isClosing = (byte: number): boolean => byte === 44 || byte === 41 || byte === 93 || byte === 125;

function found(place: Place, from: number, to: number): boolean {
  if (to === from) return false;
  place.from = from;
  place.to = to;
  place.next = to;
  return true;
}
