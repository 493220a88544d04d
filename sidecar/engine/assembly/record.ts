// One record whose lines are not just one in the chunk: a group of lines, or one that was put together.
import { LOGFMT, UNKNOWN, writeClose, writeFields } from './document';
import { LEVEL, endOf, forget, has, startOf } from './facts';
import { candidate } from './redact';
import { readText, writePairs } from './text/text';
import { isUrgent } from './urgent';
import { isUtf8 } from './utf8';

/** The record that was written last has a level of which people want to know at once. */
export let wasUrgent: bool = false;

/**
 * Writes the text [at, end) behind the opening of its document, and the end of that; returns the address after it. 0, and
 * nothing that counts is written, when the plain writer must look at it.
 */
export function writeText(to: usize, at: usize, end: usize, offset: f64, bytes: u32, kinds: u32): usize {
  if ((kinds && candidate(at, end, kinds)) || !isUtf8(at, end)) return 0;
  forget();
  const format = readText(at, end);
  if (format == UNKNOWN) return 0;
  wasUrgent = has(LEVEL) && isUrgent(startOf(LEVEL), endOf(LEVEL));
  to = writeFields(to, format, <u64>offset, bytes);
  if (format == LOGFMT) to = writePairs(to);
  return writeClose(to);
}
