// What a text is, and what it says: byte for byte as plain/text.ts has it, or the plain writer's.
import { CARRIAGE_RETURN, NEWLINE, OPEN_BRACE, SPACE, TAB, find } from '../bytes';
import { ACCESS, KLOG, LOGFMT, SYSLOG, TEXT, UNKNOWN } from '../document';
import { LEVEL, MESSAGE, PLAIN, has, set } from '../facts';
import { access } from './access';
import { scan } from './context';
import { klog, mayBeKlog } from './klog';
import { wordLevel } from './level';
import { NO_PAIRS, PAIRS, mayBePairs, readPairs } from './logfmt';
import { promotePairs } from './pairs';
import { mayBeSyslog, syslog } from './syslog';

export { writePairs } from './pairs';

/** Finds the fields of the text [at, end), and returns its format; `UNKNOWN` when the plain writer must look at it. */
export function readText(at: usize, end: usize): u32 {
  if (mayBeObject(at, end)) return UNKNOWN;
  const newline = find(at, end, NEWLINE);
  const isLine = newline == end;
  const last = newline > at && load<u8>(newline - 1) == CARRIAGE_RETURN ? newline - 1 : newline;
  const first: u32 = last > at ? load<u8>(at) : 0;
  if (isLine && mayBePairs(first)) {
    const are = readPairs(at, last);
    if (are != NO_PAIRS) return are == PAIRS && promotePairs() ? withMessage(at, end) : UNKNOWN;
  }
  set(MESSAGE, PLAIN, at, end);
  const format = formatOf(first, at, last, isLine);
  // What an access log says about levels is part of a URL.
  const withLevel = format != ACCESS && !has(LEVEL);
  scan(at, end, withLevel);
  if (withLevel && !has(LEVEL)) wordLevel(at, end);
  return format;
}

/** Blanks do not count before an object of JSON. @inline */
function mayBeObject(at: usize, end: usize): bool {
  while (at < end && isGap(load<u8>(at))) at++;
  return at < end && load<u8>(at) == OPEN_BRACE;
}

/** @inline */
function isGap(byte: u32): bool {
  return byte == SPACE || byte == TAB || byte == NEWLINE || byte == CARRIAGE_RETURN;
}

/** Logfmt without a message of its own has the whole line. @inline */
function withMessage(at: usize, end: usize): u32 {
  if (!has(MESSAGE)) set(MESSAGE, PLAIN, at, end);
  return LOGFMT;
}

/** Takes what the header of a line says, if it has one of those that are known. `end`: of the first line. */
function formatOf(first: u32, at: usize, end: usize, isLine: bool): u32 {
  if (at == end) return TEXT;
  if (mayBeKlog(first) && klog(at, end)) return KLOG;
  if (isLine && access(at, end)) return ACCESS;
  return mayBeSyslog(first) && syslog(at, end) ? SYSLOG : TEXT;
}
