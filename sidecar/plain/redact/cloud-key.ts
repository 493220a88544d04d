import {
  ALNUM,
  BACKSLASH,
  BASE64,
  DIGIT,
  LINK,
  LOWER,
  STOP,
  UPPER,
  WORD,
  byteAt,
  hasWord,
  isAt,
  isBefore,
  runEnd,
  type Find,
  type Place,
  type Span,
} from './span.ts';

/** Keys of clouds and code hosts, by the byte that tells them; docs/redaction.md names the source of each form. */
export const findCloudKey: Find = (text, at, place) => {
  const byte = text.bytes[at]!;
  if (byte === 65) return accessKeyId(text, at, place) || googleKey(text, at, place);
  if (byte === 95) return githubToken(text, at, place);
  if (byte === 120) return slackToken(text, at, place);
  return hasWord(text, at, 'key') && (azureKey(text, at, place) || secretKey(text, at, place));
};

/** Of a long-term key, a session, a bearer token, a context. */
const ACCESS_KEYS = ['akia', 'asia', 'abia', 'acca'];

function accessKeyId(text: Span, at: number, place: Place): boolean {
  if (isBefore(text, at, ALNUM) || runEnd(text, at, UPPER, at + 4) < at + 4) return false;
  const to = at + 20;
  if (runEnd(text, at, UPPER | DIGIT, to) < to || isAt(text, to, ALNUM)) return false;
  return ACCESS_KEYS.some((prefix) => hasWord(text, at, prefix)) && found(place, at, to);
}

function googleKey(text: Span, at: number, place: Place): boolean {
  const { bytes } = text;
  if (!hasWord(text, at, 'aiza') || bytes[at + 1] !== 73 || bytes[at + 2] !== 122 || bytes[at + 3] !== 97) return false;
  const to = at + 39;
  if (isBefore(text, at, ALNUM) || runEnd(text, at, WORD, to) < to || isAt(text, to, WORD)) return false;
  return found(place, at, to);
}

const FINE_GRAINED = 'github_pat_';
const SHORTEST_GITHUB = 30;
const SHORTEST_FINE_GRAINED = 22;

function githubToken(text: Span, at: number, place: Place): boolean {
  if (hasWord(text, at - 10, FINE_GRAINED)) return githubRun(text, at - 10, at + 1 + SHORTEST_FINE_GRAINED, place);
  const kind = byteAt(text, at - 1);
  const isToken = kind === 112 || kind === 111 || kind === 117 || kind === 115 || kind === 114;
  return isToken && hasWord(text, at - 3, 'gh') && githubRun(text, at - 3, at + 1 + SHORTEST_GITHUB, place);
}

function githubRun(text: Span, from: number, least: number, place: Place): boolean {
  if (isBefore(text, from, ALNUM)) return false;
  let to = from;
  while (isAt(text, to, ALNUM) || byteAt(text, to) === 95) to++;
  return to >= least && found(place, from, to);
}

const SHORTEST_SLACK = 10;

function slackToken(text: Span, at: number, place: Place): boolean {
  if (isBefore(text, at, ALNUM)) return false;
  const isOfUser = hasWord(text, at, 'xox') && isAt(text, at + 3, LOWER) && byteAt(text, at + 4) === 45;
  if (!isOfUser && !hasWord(text, at, 'xapp-')) return false;
  const to = runEnd(text, at, ALNUM | LINK);
  return to - at - 5 >= SHORTEST_SLACK && found(place, at, to);
}

/** `AccountKey=` of a connection string, and `SharedAccessKey=`. */
const AZURE_NAMES = ['account', 'sharedaccess'];
const SHORTEST_AZURE = 40;

function azureKey(text: Span, at: number, place: Place): boolean {
  if (byteAt(text, at + 3) !== 61 || !AZURE_NAMES.some((name) => hasWord(text, at - name.length, name))) return false;
  const from = at + 4;
  let to = runEnd(text, from, BASE64);
  if (to - from < SHORTEST_AZURE) return false;
  while (byteAt(text, to) === 61) to++;
  return found(place, from, to);
}

const SECRET_BYTES = 40;

/** The secret of an AWS access key: nothing but forty characters, so it is known by the name before it only. */
function secretKey(text: Span, at: number, place: Place): boolean {
  if (!endsSecretName(text, at + 3)) return false;
  let from = at + 3;
  while (isSign(text, from)) from++;
  return from > at + 3 && isSecretKey(text, from, from + SECRET_BYTES) && found(place, from, from + SECRET_BYTES);
}

/** Whether `[from, to)` could be such a secret, and ends there. */
export function isSecretKey(text: Span, from: number, to: number): boolean {
  return to - from === SECRET_BYTES && runEnd(text, from, BASE64, to) === to && !isAt(text, to, BASE64);
}

/** Whether `secret_access_key`, `SecretAccessKey`, `secret-key` or the like ends before `at`. */
export function endsSecretName(text: Span, at: number): boolean {
  let before = at - 3;
  if (!hasWord(text, before, 'key')) return false;
  before = withoutLink(text, before);
  if (hasWord(text, before - 6, 'access')) before = withoutLink(text, before - 6);
  return hasWord(text, before - 6, 'secret');
}

function withoutLink(text: Span, at: number): number {
  return isAt(text, at - 1, LINK) || byteAt(text, at - 1) === 46 || byteAt(text, at - 1) === 32 ? at - 1 : at;
}

/** Between a name and its value. */
function isSign(text: Span, at: number): boolean {
  const byte = byteAt(text, at);
  return byte === 58 || byte === 61 || byte === BACKSLASH || isAt(text, at, STOP);
}

function found(place: Place, from: number, to: number): boolean {
  place.from = from;
  place.to = to;
  place.next = to;
  return true;
}
