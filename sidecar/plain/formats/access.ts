import { NUMBER, PLAIN, type Facts } from '../facts.ts';
import { BODY_BYTES, CLIENT_ADDRESS, HTTP_VERSION, METHOD, STATUS, URL_ORIGINAL, USER_AGENT } from '../fields.ts';
import { endOfDigits, endOfToken, indexOf, looksLike, standsAt } from './alphabet.ts';
import { isCount } from './number.ts';

const [SPACE, QUOTE, PLUS, HYPHEN, DOT, OPEN, BACKSLASH] = [32, 34, 43, 45, 46, 91, 92];
const TIME = '[00/AAA/0000:00:00:00 ';
/** Behind its sign. */
const ZONE = '0000] "';
const LONGEST_METHOD = 20;

/**
 * An access log of Apache or nginx: `client identity user [dd/Mon/yyyy:hh:mm:ss +zone] "request" status bytes`, before it
 * perhaps a virtual host, behind it perhaps `"referrer" "user agent"` and whatever else (httpd.apache.org/docs/current/logs.html,
 * common, vhost_common and combined; nginx.org, ngx_http_log_module, combined). It gives client, method, URL, HTTP version,
 * status, bytes and user agent; `-` is none, and a request that is not `METHOD url HTTP/version` gives none of the three.
 */
export function access(bytes: Uint8Array, start: number, end: number, facts: Facts): boolean {
  const first = endOfToken(bytes, start, end);
  const second = first < 0 ? -1 : endOfToken(bytes, first + 1, end);
  const third = second < 0 ? -1 : endOfToken(bytes, second + 1, end);
  if (third < 0) return false;
  const hasHost = bytes[third + 1] !== OPEN;
  const before = hasHost ? endOfToken(bytes, third + 1, end) : third;
  if (before < 0 || !isTime(bytes, before + 1, end)) return false;
  const request = before + 1 + TIME.length + 1 + ZONE.length;
  const requestEnd = endOfQuoted(bytes, request, end);
  if (requestEnd < 0 || !looksLike('" 000 ', bytes, requestEnd, end)) return false;
  const status = requestEnd + 2;
  const size = status + 4;
  const sizeEnd = endOfSize(bytes, size, end);
  if (sizeEnd < 0) return false;

  if (bytes[status]! >= 49 && bytes[status]! <= 53) facts.set(STATUS, NUMBER, status, status + 3);
  if (isCount(bytes, size, sizeEnd)) facts.set(BODY_BYTES, NUMBER, size, sizeEnd);
  const client = hasHost ? first + 1 : start;
  const clientEnd = hasHost ? second : first;
  if (!isNone(bytes, client, clientEnd)) facts.set(CLIENT_ADDRESS, PLAIN, client, clientEnd);
  takeRequest(bytes, request, requestEnd, facts);
  takeAgent(bytes, sizeEnd, end, facts);
  return true;
}

/** `[10/Oct/2000:13:55:36 -0700] "` */
function isTime(bytes: Uint8Array, at: number, end: number): boolean {
  if (!looksLike(TIME, bytes, at, end)) return false;
  const zone = at + TIME.length;
  return (bytes[zone] === PLUS || bytes[zone] === HYPHEN) && looksLike(ZONE, bytes, zone + 1, end);
}

/** Index of the quote that closes the text at `at`; a backslash takes the character behind it along. */
function endOfQuoted(bytes: Uint8Array, at: number, end: number): number {
  for (let i = at; i < end; i++) {
    if (bytes[i] === QUOTE) return i;
    if (bytes[i] === BACKSLASH) i++;
  }
  return -1;
}

/** Index after the number, or the hyphen, at `at`; -1 when there is none, or something else directly behind it. */
function endOfSize(bytes: Uint8Array, at: number, end: number): number {
  const last = at < end && bytes[at] === HYPHEN ? at + 1 : endOfDigits(bytes, at, end);
  return last === at || (last < end && bytes[last] !== SPACE) ? -1 : last;
}

const isNone = (bytes: Uint8Array, start: number, end: number): boolean =>
  start === end || (end === start + 1 && bytes[start] === HYPHEN);

/** `METHOD url HTTP/version` */
function takeRequest(bytes: Uint8Array, start: number, end: number, facts: Facts): void {
  let method = start;
  while (method < end && isCapital(bytes[method]!)) method++;
  if (method === start || method - start > LONGEST_METHOD || bytes[method] !== SPACE) return;
  const url = indexOf(bytes, SPACE, method + 1, end);
  if (url <= method + 1 || !standsAt('HTTP/', bytes, url + 1, end)) return;
  const version = url + 1 + 'HTTP/'.length;
  if (!isVersion(bytes, version, end)) return;
  facts.set(METHOD, PLAIN, start, method);
  facts.set(URL_ORIGINAL, PLAIN, method + 1, url);
  facts.set(HTTP_VERSION, PLAIN, version, end);
}

const isCapital = (byte: number): boolean => byte >= 65 && byte <= 90;

/** `1.1`, `2.0`, `3` */
function isVersion(bytes: Uint8Array, at: number, end: number): boolean {
  return looksLike('0', bytes, at, end) && (at + 1 === end || (bytes[at + 1] === DOT && isCount(bytes, at + 2, end)));
}

/** Of `"referrer" "user agent"` the second. */
function takeAgent(bytes: Uint8Array, at: number, end: number, facts: Facts): void {
  if (!standsAt(' "', bytes, at, end)) return;
  const between = endOfQuoted(bytes, at + 2, end);
  if (between < 0 || !standsAt('" "', bytes, between, end)) return;
  const agent = between + 3;
  const last = endOfQuoted(bytes, agent, end);
  if (last >= 0 && !isNone(bytes, agent, last)) facts.set(USER_AGENT, PLAIN, agent, last);
}
