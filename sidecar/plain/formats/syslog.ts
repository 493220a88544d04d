import { NUMBER, PLAIN, SEVERITIES, type Facts } from '../facts.ts';
import { PROCESS_NAME, PROCESS_PID } from '../fields.ts';
import { endOfDigits, endOfToken, isLetter, isWord, looksLike, standsAt } from './alphabet.ts';
import { isCount } from './number.ts';

const [SPACE, QUOTE, HYPHEN] = [32, 34, 45];
const [LESS, GREATER, OPEN, BACKSLASH, CLOSE] = [60, 62, 91, 92, 93];
const STAMP = '0000-00-00T00:00:00';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
const OLD_TIME = ' 00:00:00 ';
const MOST_PRIORITY = 191;
const LONGEST_TAG = 48;
const TAG = Uint8Array.from({ length: 256 }, (_, byte) => Number(isWord(byte) || [45, 46, 47, 64, 95].includes(byte)));

/**
 * A syslog message, with `<priority>` before it or not. RFC 5424: `1 stamp host app procid msgid [structured data] message`, each of
 * which may be `-`, the stamp only behind a priority. RFC 3164: `Mmm dd hh:mm:ss host tag[pid]: message`, where the host may be
 * missing, as the C library leaves it out. It gives the level by the priority's severity, and name and id of the process. Only
 * the header is looked at: other lines may follow.
 */
export function syslog(bytes: Uint8Array, start: number, end: number, facts: Facts): boolean {
  const header = endOfPriority(bytes, start, end);
  if (header < 0) return false;
  const mayBeNew = header > start || looksLike(STAMP, bytes, start + 2, end);
  if (!(mayBeNew && takeNew(bytes, header, end, facts)) && !takeOld(bytes, header, end, facts)) return false;
  if (header > start) facts.setLevel(SEVERITIES[numberAt(bytes, start + 1, header - 1) & 7]!);
  return true;
}

/** Index after `<priority>`; `start` when there is none, -1 when what begins like one is wrong. */
function endOfPriority(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || bytes[start] !== LESS) return start;
  const last = endOfDigits(bytes, start + 1, Math.min(end, start + 4));
  if (!isCount(bytes, start + 1, last) || last >= end || bytes[last] !== GREATER) return -1;
  return numberAt(bytes, start + 1, last) > MOST_PRIORITY ? -1 : last + 1;
}

function numberAt(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let i = start; i < end; i++) number = number * 10 + bytes[i]! - 48;
  return number;
}

/** RFC 5424, section 6, behind the priority. */
function takeNew(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  if (!standsAt('1 ', bytes, at, end)) return false;
  const stamp = at + 2;
  if (!looksLike(STAMP, bytes, stamp, end) && !standsAt('- ', bytes, stamp, end)) return false;
  const host = endOfToken(bytes, stamp, end) + 1;
  const name = host === 0 ? 0 : endOfToken(bytes, host, end) + 1;
  const pid = name === 0 ? 0 : endOfToken(bytes, name, end) + 1;
  const id = pid === 0 ? 0 : endOfToken(bytes, pid, end) + 1;
  const data = id === 0 ? 0 : endOfToken(bytes, id, end) + 1;
  const last = data === 0 ? -1 : endOfData(bytes, data, end);
  if (last < 0 || (last < end && bytes[last] !== SPACE)) return false;
  if (pid - 1 > name + 1 || bytes[name] !== HYPHEN) facts.set(PROCESS_NAME, PLAIN, name, pid - 1);
  if (isCount(bytes, pid, id - 1)) facts.set(PROCESS_PID, NUMBER, pid, id - 1);
  return true;
}

/** Index after the structured data at `at`: `-`, or elements in brackets, whose values are quoted. */
function endOfData(bytes: Uint8Array, at: number, end: number): number {
  if (at < end && bytes[at] === HYPHEN) return at + 1;
  let last = -1;
  while (at < end && bytes[at] === OPEN) {
    last = endOfElement(bytes, at + 1, end);
    if (last < 0) return -1;
    at = last;
  }
  return last;
}

function endOfElement(bytes: Uint8Array, at: number, end: number): number {
  let isQuoted = false;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH && isQuoted) at++;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === CLOSE && !isQuoted) return at + 1;
  }
  return -1;
}

/** RFC 3164, section 4.1, behind the priority. */
function takeOld(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  if (!isMonth(bytes, at, end) || !isDay(bytes, at + 3, end) || !looksLike(OLD_TIME, bytes, at + 6, end)) return false;
  const host = at + 6 + OLD_TIME.length;
  if (takeTag(bytes, host, end, facts)) return true;
  const tag = endOfToken(bytes, host, end) + 1;
  return tag > 0 && takeTag(bytes, tag, end, facts);
}

function isMonth(bytes: Uint8Array, at: number, end: number): boolean {
  for (const month of MONTHS) if (standsAt(month, bytes, at, end)) return true;
  return false;
}

/** A space, and a day of two digits or of one behind another space. */
function isDay(bytes: Uint8Array, at: number, end: number): boolean {
  return looksLike(' 00', bytes, at, end) || looksLike('  0', bytes, at, end);
}

/** `tag:` or `tag[pid]:` at `at`. */
function takeTag(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  const name = endOfTag(bytes, at, end);
  if (name === at || name - at > LONGEST_TAG) return false;
  const hasPid = name < end && bytes[name] === OPEN;
  const pidEnd = hasPid ? endOfDigits(bytes, name + 1, end) : name;
  if (hasPid && !standsAt(']', bytes, pidEnd, end)) return false;
  const colon = hasPid ? pidEnd + 1 : name;
  if (!standsAt(':', bytes, colon, end) || (colon + 1 < end && bytes[colon + 1]! > SPACE)) return false;
  facts.set(PROCESS_NAME, PLAIN, at, name);
  if (hasPid && isCount(bytes, name + 1, pidEnd)) facts.set(PROCESS_PID, NUMBER, name + 1, pidEnd);
  return true;
}

/** Index after letters, digits and `-._/@` at `at`, the first of them a letter. */
function endOfTag(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || !isLetter(bytes[at])) return at;
  while (at < end && TAG[bytes[at]!] === 1) at++;
  return at;
}
