// One record whose lines are not just one in the chunk: a group of lines, or one that was put together.
import { NEWLINE, OPEN_BRACE } from './bytes';
import { JSON, LOGFMT, UNKNOWN, writeClose, writeFields } from './document';
import { LEVEL, endOf, forget, has, startOf } from './facts';
import { members, writeMembers } from './object';
import { candidate } from './redact';
import { readText, writePairs } from './text/text';
import { isUrgent } from './urgent';
import { isUtf8 } from './utf8';

/** The record that was written last has a level of which people want to know at once. */
export let wasUrgent: bool = false;

/**
 * Writes the payload [at, end) behind the opening of its document, and the end of that; returns the address after it. 0, and
 * nothing that counts is written, when the plain writer must look at it. Behind a payload that may be JSON there is a newline.
 */
export function writePayload(to: usize, at: usize, end: usize, offset: f64, bytes: u32, kinds: u32): usize {
  if ((kinds && candidate(at, end, kinds)) || !isUtf8(at, end)) return 0;
  if (end > at && load<u8>(at) == OPEN_BRACE && load<u8>(end) == NEWLINE)
    return writeObject(to, at, end, offset, bytes);
  forget();
  const format = readText(at, end);
  if (format == UNKNOWN) return 0;
  to = writeFields(to, format, <u64>offset, bytes);
  if (format == LOGFMT) to = writePairs(to);
  return closed(to);
}

function writeObject(to: usize, at: usize, end: usize, offset: f64, bytes: u32): usize {
  if (members(at) != end) return 0;
  return closed(writeMembers(writeFields(to, JSON, <u64>offset, bytes)));
}

function closed(to: usize): usize {
  wasUrgent = has(LEVEL) && isUrgent(startOf(LEVEL), endOf(LEVEL));
  return writeClose(to);
}
