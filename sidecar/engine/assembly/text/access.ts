// Access logs of Apache and nginx (plain/formats/access.ts).
import { OPEN_BRACKET, QUOTE, SPACE, find, isDigit, literal } from '../bytes';
import {
  BARE,
  BODY_BYTES,
  CLIENT_ADDRESS,
  HTTP_VERSION,
  METHOD,
  PLAIN,
  STATUS,
  URL_ORIGINAL,
  USER_AGENT,
  set,
} from '../facts';
import { DOT, HYPHEN, endOfDigits, endOfQuoted, endOfToken, isCount, looksLike } from './alphabet';

const TIME_BYTES: usize = 22;
const TIME = literal('[00/AAA/0000:00:00:00 ', 22);
/** Behind its sign. */
const ZONE_BYTES: usize = 7;
const ZONE = literal('0000] "', 7);
const STATUS_BYTES: usize = 6;
const STATUS_SHAPE = literal('" 000 ', 6);
const LONGEST_METHOD: usize = 20;

const PLUS: u8 = 0x2b;
const ONE: u8 = 0x31;
const FIVE: u8 = 0x35;
/** `HTTP`, `/`, ` "` and `" ` as little-endian numbers. */
const HTTP: u32 = 0x50545448;
const SLASH: u8 = 0x2f;
const SPACE_QUOTE: u16 = 0x2220;
const QUOTE_SPACE: u16 = 0x2022;

/** Takes what a line of an access log says; whether it is one. */
export function access(start: usize, end: usize): bool {
  const first = endOfToken(start, end);
  const second = first ? endOfToken(first + 1, end) : 0;
  const third = second ? endOfToken(second + 1, end) : 0;
  if (!third) return false;
  const hasHost = load<u8>(third, 1) != OPEN_BRACKET;
  const before = hasHost ? endOfToken(third + 1, end) : third;
  if (!before || load<u8>(before, 1) != OPEN_BRACKET || !isTime(before + 1, end)) return false;
  const request = before + 1 + TIME_BYTES + 1 + ZONE_BYTES;
  const requestEnd = endOfQuoted(request, end);
  if (!requestEnd || !looksLike(STATUS_SHAPE, STATUS_BYTES, requestEnd, end)) return false;
  const status = requestEnd + 2;
  const size = status + 4;
  const sizeEnd = endOfSize(size, end);
  if (!sizeEnd) return false;

  if (load<u8>(status) >= ONE && load<u8>(status) <= FIVE) set(STATUS, BARE, status, status + 3);
  if (isCount(size, sizeEnd)) set(BODY_BYTES, BARE, size, sizeEnd);
  const client = hasHost ? first + 1 : start;
  const clientEnd = hasHost ? second : first;
  if (!isNone(client, clientEnd)) set(CLIENT_ADDRESS, PLAIN, client, clientEnd);
  takeRequest(request, requestEnd);
  takeAgent(sizeEnd, end);
  return true;
}

/** `[10/Oct/2000:13:55:36 -0700] "` */
function isTime(at: usize, end: usize): bool {
  if (!looksLike(TIME, TIME_BYTES, at, end)) return false;
  const sign = load<u8>(at, 22);
  return (sign == PLUS || sign == HYPHEN) && looksLike(ZONE, ZONE_BYTES, at + TIME_BYTES + 1, end);
}

/** After the number, or the hyphen, at `at`; 0 when there is none, or something else directly behind it. */
function endOfSize(at: usize, end: usize): usize {
  const last = at < end && load<u8>(at) == HYPHEN ? at + 1 : endOfDigits(at, end);
  return last == at || (last < end && load<u8>(last) != SPACE) ? 0 : last;
}

function isNone(at: usize, end: usize): bool {
  return at == end || (end == at + 1 && load<u8>(at) == HYPHEN);
}

/** `METHOD url HTTP/version` */
function takeRequest(at: usize, end: usize): void {
  let method = at;
  while (method < end && <u32>load<u8>(method) - 0x41 < 26) method++;
  if (method == at || method - at > LONGEST_METHOD || method == end || load<u8>(method) != SPACE) return;
  const url = find(method + 1, end, SPACE);
  if (url == method + 1 || url + 6 > end || load<u32>(url, 1) != HTTP || load<u8>(url, 5) != SLASH) return;
  const version = url + 6;
  if (!isVersion(version, end)) return;
  set(METHOD, PLAIN, at, method);
  set(URL_ORIGINAL, PLAIN, method + 1, url);
  set(HTTP_VERSION, PLAIN, version, end);
}

/** `1.1`, `2.0`, `3` */
function isVersion(at: usize, end: usize): bool {
  if (at >= end || !isDigit(load<u8>(at))) return false;
  return at + 1 == end || (load<u8>(at, 1) == DOT && isCount(at + 2, end));
}

/** Of `"referrer" "user agent"` the second. */
function takeAgent(at: usize, end: usize): void {
  if (at + 2 > end || load<u16>(at) != SPACE_QUOTE) return;
  const between = endOfQuoted(at + 2, end);
  if (!between || between + 3 > end || load<u16>(between) != QUOTE_SPACE || load<u8>(between, 2) != QUOTE) return;
  const agent = between + 3;
  const last = endOfQuoted(agent, end);
  if (last && !isNone(agent, last)) set(USER_AGENT, PLAIN, agent, last);
}
