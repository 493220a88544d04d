// The header of a syslog message (plain/formats/syslog.ts).
import { BACKSLASH, CLOSE_BRACKET, COLON, OPEN_BRACKET, QUOTE, SPACE, literal } from '../bytes';
import { BARE, PLAIN, PROCESS_NAME, PROCESS_PID, set, setLevel } from '../facts';
import { DOT, HYPHEN, UNDERSCORE, endOfDigits, endOfToken, isCount, isLetter, isWord, looksLike } from './alphabet';

const LESS: u8 = 0x3c;
const GREATER: u8 = 0x3e;
const ONE: u8 = 0x31;
const SLASH: u8 = 0x2f;
const AT_SIGN: u8 = 0x40;
/** `1 ` and `- ` as little-endian numbers. */
const ONE_SPACE: u16 = 0x2031;
const HYPHEN_SPACE: u16 = 0x202d;
/** With a letter where a `T` must be. */
const STAMP_BYTES: usize = 19;
const STAMP = literal('0000-00-00A00:00:00', 19);
const CAPITAL_T: u8 = 0x54;
/** In four bytes each. */
const MONTHS = literal('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ', 48);
const NEW_DAY = literal(' 00', 3);
const OLD_DAY = literal('  0', 3);
const OLD_TIME_BYTES: usize = 10;
const OLD_TIME = literal(' 00:00:00 ', 10);
const MOST_PRIORITY: u32 = 191;
const LONGEST_TAG: usize = 48;
/** Of the severities 0 to 7 the level (`LEVELS` of facts.ts). */
const SEVERITIES = memory.data<u8>([6, 7, 8, 9, 10, 11, 2, 1]);

/** Whether a text that begins with this byte may be of syslog: a priority, a version, a month. @inline */
export function mayBeSyslog(first: u32): bool {
  // A, D, F, J, M, N, O, S
  return first == LESS || first == ONE || (first - 0x41 < 26 && ((<u32>0x00047229 >> (first - 0x41)) & 1) != 0);
}

/** Takes what the header of [start, end) says; whether there is one. */
export function syslog(start: usize, end: usize): bool {
  const header = endOfPriority(start, end);
  if (!header) return false;
  const mayBeNew = header > start || isStamp(start + 2, end);
  if (!(mayBeNew && takeNew(header, end)) && !takeOld(header, end)) return false;
  if (header > start) setLevel(load<u8>(SEVERITIES + (numberAt(start + 1, header - 1) & 7)));
  return true;
}

/** After `<priority>`; `start` when there is none, 0 when what begins like one is wrong. */
function endOfPriority(start: usize, end: usize): usize {
  if (load<u8>(start) != LESS) return start;
  const last = endOfDigits(start + 1, min(end, start + 4));
  if (!isCount(start + 1, last) || last >= end || load<u8>(last) != GREATER) return 0;
  return numberAt(start + 1, last) > MOST_PRIORITY ? 0 : last + 1;
}

function numberAt(at: usize, end: usize): u32 {
  let number: u32 = 0;
  for (; at < end; at++) number = number * 10 + load<u8>(at) - 48;
  return number;
}

function isStamp(at: usize, end: usize): bool {
  return looksLike(STAMP, STAMP_BYTES, at, end) && load<u8>(at, 10) == CAPITAL_T;
}

/** RFC 5424, section 6, behind the priority. */
function takeNew(at: usize, end: usize): bool {
  if (at + 2 > end || load<u16>(at) != ONE_SPACE) return false;
  const stamp = at + 2;
  if (!isStamp(stamp, end) && !(stamp + 2 <= end && load<u16>(stamp) == HYPHEN_SPACE)) return false;
  const stampEnd = endOfToken(stamp, end);
  const hostEnd = stampEnd ? endOfToken(stampEnd + 1, end) : 0;
  const nameEnd = hostEnd ? endOfToken(hostEnd + 1, end) : 0;
  const pidEnd = nameEnd ? endOfToken(nameEnd + 1, end) : 0;
  const idEnd = pidEnd ? endOfToken(pidEnd + 1, end) : 0;
  const last = idEnd ? endOfData(idEnd + 1, end) : 0;
  if (!last || (last < end && load<u8>(last) != SPACE)) return false;
  const name = hostEnd + 1;
  if (nameEnd > name + 1 || load<u8>(name) != HYPHEN) set(PROCESS_NAME, PLAIN, name, nameEnd);
  if (isCount(nameEnd + 1, pidEnd)) set(PROCESS_PID, BARE, nameEnd + 1, pidEnd);
  return true;
}

/** After the structured data at `at`: `-`, or elements in brackets, whose values are quoted. */
function endOfData(at: usize, end: usize): usize {
  if (at < end && load<u8>(at) == HYPHEN) return at + 1;
  let last: usize = 0;
  while (at < end && load<u8>(at) == OPEN_BRACKET) {
    last = endOfElement(at + 1, end);
    if (!last) return 0;
    at = last;
  }
  return last;
}

function endOfElement(at: usize, end: usize): usize {
  let isQuoted = false;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == BACKSLASH && isQuoted) at++;
    else if (byte == QUOTE) isQuoted = !isQuoted;
    else if (byte == CLOSE_BRACKET && !isQuoted) return at + 1;
  }
  return 0;
}

/** RFC 3164, section 4.1, behind the priority. */
function takeOld(at: usize, end: usize): bool {
  if (at + 16 > end || !isMonth(load<u32>(at) & 0xffffff)) return false;
  if (!looksLike(NEW_DAY, 3, at + 3, end) && !looksLike(OLD_DAY, 3, at + 3, end)) return false;
  if (!looksLike(OLD_TIME, OLD_TIME_BYTES, at + 6, end)) return false;
  const host = at + 6 + OLD_TIME_BYTES;
  if (takeTag(host, end)) return true;
  const hostEnd = endOfToken(host, end);
  return hostEnd != 0 && takeTag(hostEnd + 1, end);
}

function isMonth(three: u32): bool {
  for (let i: usize = 0; i < 48; i += 4) if ((load<u32>(MONTHS + i) & 0xffffff) == three) return true;
  return false;
}

/** `tag:` or `tag[pid]:` at `at`. */
function takeTag(at: usize, end: usize): bool {
  const name = endOfTag(at, end);
  if (name == at || name - at > LONGEST_TAG || name >= end) return false;
  const hasPid = load<u8>(name) == OPEN_BRACKET;
  const pidEnd = hasPid ? endOfDigits(name + 1, end) : name;
  if (hasPid && (pidEnd >= end || load<u8>(pidEnd) != CLOSE_BRACKET)) return false;
  const colon = hasPid ? pidEnd + 1 : name;
  if (colon >= end || load<u8>(colon) != COLON || (colon + 1 < end && load<u8>(colon, 1) > SPACE)) return false;
  set(PROCESS_NAME, PLAIN, at, name);
  if (hasPid && isCount(name + 1, pidEnd)) set(PROCESS_PID, BARE, name + 1, pidEnd);
  return true;
}

/** After letters, digits and `-._/@` at `at`, the first of them a letter. */
function endOfTag(at: usize, end: usize): usize {
  if (at >= end || !isLetter(load<u8>(at))) return at;
  while (at < end) {
    const byte = load<u8>(at);
    if (!isWord(byte) && byte != HYPHEN && byte != DOT && byte != SLASH && byte != AT_SIGN && byte != UNDERSCORE) break;
    at++;
  }
  return at;
}
