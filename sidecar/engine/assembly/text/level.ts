// The level of a text (plain/formats/level.ts).
import { CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, SPACE, find, literal } from '../bytes';
import { LEVEL, WORD, set } from '../facts';
import { EQUALS, among, before, capitals, endOfLetters, isBlank, isQuote, isWord, letters, same } from './alphabet';

/** No more of a text than this is searched for a level that has no key. */
const REACH: usize = 128;
const SHORTEST: usize = 3;
/** Behind a key, and of the words that are known. */
const LONGEST: usize = 12;
const LONGEST_WORD: usize = 8;

const OPEN: u8 = 0x28;
const CLOSE: u8 = 0x29;
const LESS: u8 = 0x3c;
const GREATER: u8 = 0x3e;
const BAR: u8 = 0x7c;

/** `leve`, `seve`, `rity` and `lv` as little-endian numbers. */
const LEVE: u32 = 0x6576656c;
const SEVE: u32 = 0x65766573;
const RITY: u32 = 0x79746972;
const LV: u16 = 0x766c;
const SMALL_L: u8 = 0x6c;

/** Words in eight bytes each, the usual ones first. */
const UPPER_WORDS: usize = 14;
const UPPER = literal(
  'INFO\0\0\0\0WARN\0\0\0\0ERROR\0\0\0DEBUG\0\0\0WARNING\0TRACE\0\0\0FATAL\0\0\0SEVERE\0\0' +
    'NOTICE\0\0CRITICALCRIT\0\0\0\0PANIC\0\0\0ALERT\0\0\0EMERG\0\0\0',
  14 * 8,
);
const LOWER_WORDS: usize = 16;
const LOWER = literal(
  'info\0\0\0\0warn\0\0\0\0error\0\0\0debug\0\0\0warning\0trace\0\0\0fatal\0\0\0notice\0\0critical' +
    'crit\0\0\0\0panic\0\0\0alert\0\0\0emerg\0\0\0trce\0\0\0\0dbug\0\0\0\0fail\0\0\0\0',
  16 * 8,
);

/** Takes the level behind the `=` at `at`, if a key of levels stands before it; whether there was one. */
export function levelBehind(start: usize, at: usize, end: usize): bool {
  const key = keyBefore(start, at);
  if (!key || (key > start && !opensKey(load<u8>(key - 1)))) return false;
  const first = at + 1 < end && isQuote(load<u8>(at, 1)) ? at + 2 : at + 1;
  const last = endOfLetters(first, end);
  if (last < first + SHORTEST || last > first + LONGEST || (last < end && isWord(load<u8>(last)))) return false;
  set(LEVEL, WORD, first, last);
  return true;
}

/** Where `level`, `severity` or `lvl` begins, which ends at `at`. */
function keyBefore(start: usize, at: usize): usize {
  if (load<u8>(at - 1) != SMALL_L) {
    return at >= start + 8 && load<u32>(at - 4) == RITY && load<u32>(at - 8) == SEVE ? at - 8 : 0;
  }
  if (at >= start + 5 && load<u32>(at - 5) == LEVE) return at - 5;
  return at >= start + 3 && load<u16>(at - 3) == LV ? at - 3 : 0;
}

function opensKey(byte: u32): bool {
  return isBlank(byte) || byte == COMMA || byte == OPEN_BRACE || byte == OPEN_BRACKET || byte == OPEN;
}

/** Takes the level behind a key anywhere in [at, end) of the text that begins at `start`. */
export function keyedLevel(start: usize, at: usize, end: usize): void {
  for (at = find(at, end, EQUALS); at < end; at = find(at + 1, end, EQUALS)) if (levelBehind(start, at, end)) return;
}

/** Where in 16 bytes a word may begin: in capitals and set apart, or in small letters behind a bracket. @inline */
function words(at: usize): u32 {
  const bytes = v128.load(at);
  const previous = v128.load(at - 1);
  const brackets = v128.or(v128.or(same(previous, OPEN_BRACKET), same(previous, OPEN)), same(previous, LESS));
  const blanks = v128.or(v128.or(same(previous, SPACE), among(previous, 9, 5)), same(previous, BAR));
  const high = v128.and(capitals(bytes), capitals(v128.load(at + 1)));
  const low = v128.and(letters(bytes), brackets);
  return <u32>i8x16.bitmask(v128.or(low, v128.and(high, v128.or(brackets, blanks))));
}

/** Takes the first word in capitals that is a level; without one, the first in small letters. */
export function wordLevel(start: usize, end: usize): void {
  const reach = min(end, start + REACH);
  let isFound = false;
  for (let block = start; block < reach; block += 16) {
    let left = words(block);
    if (block == start) left |= 1;
    left = before(reach, block, left);
    while (left) {
      const at = block + ctz(left);
      left &= left - 1;
      const last = endOfLetters(at, end);
      if (last < at + SHORTEST || last > at + LONGEST_WORD) continue;
      const word = head(at, last);
      if (isApart(start, at, last, end) && isOneOf(UPPER, UPPER_WORDS, word)) {
        set(LEVEL, WORD, at, last);
        return;
      }
      if (isFound || !isMarked(start, at, last, end) || !isOneOf(LOWER, LOWER_WORDS, word)) continue;
      isFound = true;
      set(LEVEL, WORD, at, last);
    }
  }
}

/** A word of at most eight bytes as a number. @inline */
function head(at: usize, end: usize): u64 {
  const size = <u64>(end - at);
  const bytes = load<u64>(at);
  return size < 8 ? bytes & (((<u64>1) << (size << 3)) - 1) : bytes;
}

function isOneOf(words: usize, count: usize, word: u64): bool {
  for (let i: usize = 0; i < count; i++) if (load<u64>(words + (i << 3)) == word) return true;
  return false;
}

/** Whether blanks, brackets or the like stand around a word. */
function isApart(start: usize, at: usize, last: usize, end: usize): bool {
  if (at > start) {
    const byte: u32 = load<u8>(at - 1);
    if (!isBlank(byte) && !opens(byte) && byte != BAR) return false;
  }
  if (last == end) return true;
  const next: u32 = load<u8>(last);
  return isBlank(next) || closes(next) || next == BAR || next == COLON || next == COMMA;
}

/** Whether brackets stand around a word, a colon for the second one, or it opens the text and a colon follows. */
function isMarked(start: usize, at: usize, last: usize, end: usize): bool {
  if (last == end) return false;
  const next: u32 = load<u8>(last);
  if (at == start) return next == COLON;
  return opens(load<u8>(at - 1)) && (closes(next) || next == COLON);
}

/** @inline */
function opens(byte: u32): bool {
  return byte == OPEN_BRACKET || byte == OPEN || byte == LESS;
}

/** @inline */
function closes(byte: u32): bool {
  return byte == CLOSE_BRACKET || byte == CLOSE || byte == GREATER;
}
