// How a line of text opens (plain/traces/opening.ts), and whether that tells that it stands for itself: that no rule of the
// stack traces (plain/traces/rules.ts) could have it begin, or go on with, anything but an ordinary record.
import { CARRIAGE_RETURN } from './bytes';

/** A line that begins a group; one that comes behind an ordinary line. */
export const BEGIN: u32 = 0;
export const BEHIND_TEXT: u32 = 1;

/** What the host fills in: by byte, its role in a word and whether it is a letter. */
export const roles = memory.data(256);
export const letters = memory.data(256);
const GOES_ON: u8 = 2;
const ENDS_PLAIN: u8 = 0;
const COMPOUND: u32 = 256;
const OPENINGS: u32 = 512;
const LONGEST_WORD: usize = 32;
const EMPTY: u32 = 10;

/** By row and opening: 0 when no rule has it; 255 when one has it, whatever follows; else the number of a group of beginnings. */
export const ways = memory.data(2 * 512);
const UNKNOWN: u8 = 255;
/** Groups of at most 7 beginnings, the first 8 bytes of each and their mask; a mask of 0 is behind the last. */
const GROUP: usize = 128;
export const beginnings = memory.data(255 * 128);

/** The opening of the line [at, end). */
function openingOf(at: usize, end: usize): u32 {
  if (at >= end) return EMPTY;
  const first: u32 = load<u8>(at);
  if (!load<u8>(letters + first)) return first;
  const last = min(end, at + LONGEST_WORD);
  while (++at < last) {
    const role = load<u8>(roles + load<u8>(at));
    if (role != GOES_ON) return role == ENDS_PLAIN ? first : first + COMPOUND;
  }
  return first + COMPOUND;
}

/** Whether the line [at, end) is an ordinary one for certain, in this row. */
export function isOrdinary(row: u32, at: usize, end: usize): bool {
  if (end > at && load<u8>(end - 1) == CARRIAGE_RETURN) end--;
  const way = load<u8>(ways + row * OPENINGS + openingOf(at, end));
  if (way == 0) return true;
  if (way == UNKNOWN) return false;
  // What is read behind the line can only make it look less ordinary than it is.
  const head = load<u64>(at);
  let entry = beginnings + <usize>way * GROUP;
  while (true) {
    const mask = load<u64>(entry, 8);
    if (!mask) return true;
    if ((head & mask) == load<u64>(entry)) return false;
    entry += 16;
  }
}
