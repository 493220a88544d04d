// The payload of a JSON record: checked, what is promoted noted (facts.ts), the rest kept as pieces to be copied.
import { CLOSE_BRACE, COLON, COMMA, OPEN_BRACE, QUOTE, copy, isDigit, isHex16, isZero16, literal, put } from './bytes';
import {
  ANY,
  COMPANY_SHIFT,
  CONTEXT,
  FIELD_BITS,
  FILLED,
  HEX,
  HOW_BITS,
  LATE,
  LEVEL_CODE,
  NEEDED_SHIFT,
  OUTER,
  RARE,
  STATUS_CODE,
} from './codes';
import { BARE, LEVEL, QUOTED, SPAN_ID, TRACE_ID, WORD, forget, has, set, setLevel, setSpan, setTrace } from './facts';
import { blank, string, value } from './json';
import { codeOf } from './keys';

/**
 * What is left of the object: neighbouring members that are kept, from the first key (without its quote) to the end of the last
 * value. A member that may still be taken is a piece of its own: 16 bytes with start, end, whether it was taken, and whether
 * it stands right behind the one before.
 */
const MOST_PIECES: u32 = 64;
const pieces = memory.data(64 * 16);
let pieceCount: u32 = 0;

/** @inline */
function pieceAt(piece: u32): usize {
  return pieces + ((<usize>piece) << 4);
}

/** Begins a piece with the member [key, end); false when there are too many. */
function beginPiece(key: usize, end: usize, isJoined: bool): bool {
  if (pieceCount == MOST_PIECES) return false;
  const piece = pieceAt(pieceCount);
  pieceCount++;
  store<u32>(piece, <u32>key);
  store<u32>(piece, <u32>end, 4);
  store<u32>(piece, 0, 8);
  store<u32>(piece, <u32>isJoined, 12);
  return true;
}

/** Members that count only where no other gives their field, 16 bytes each: code, start and end of the value, and the piece. */
const MOST_LATE: u32 = 4;
const late = memory.data(4 * 16);
let lateCount: u32 = 0;
/** Kinds of company that were met. */
let company: u32 = 0;

/** What became of a member. */
const KEPT: u32 = 0;
const TAKEN: u32 = 1;
const UNSURE: u32 = 2;
const APART: u32 = 3;

const LONGEST_LEVEL: usize = 32;

/** Whether [at, end) is a word of letters, then also digits, `_` and `-`. */
function isLevel(at: usize, end: usize): bool {
  if (end - at - 1 >= LONGEST_LEVEL || (<u32>load<u8>(at) | 0x20) - 0x61 >= 26) return false;
  while (++at < end) {
    const byte: u32 = load<u8>(at);
    if ((byte | 0x20) - 0x61 >= 26 && !isDigit(byte) && byte != 0x5f && byte != 0x2d) return false;
  }
  return true;
}

/** A word, or a number of pino and bunyan. */
function level(at: usize, end: usize): u32 {
  if (load<u8>(at) == QUOTE) {
    if (!isLevel(at + 1, end - 1)) return KEPT;
    // A letter may stand for a word.
    if (end - at == 3) return UNSURE;
    set(LEVEL, WORD, at + 1, end - 1);
    return TAKEN;
  }
  const tens = <u32>load<u8>(at) - 0x31;
  if (end - at != 2 || load<u8>(at, 1) != 0x30 || tens > 5) return KEPT;
  setLevel(tens);
  return TAKEN;
}

/** An id of 32 or 16 hex digits in lower case; every other form of one is the plain writer's. */
function hex(field: u32, at: usize, end: usize): u32 {
  if (load<u8>(at) != QUOTE || end - at < 10) return KEPT;
  const size = end - at - 2;
  if (field == TRACE_ID) {
    if (size != 32 || !isHex16(at + 1) || !isHex16(at + 17)) return UNSURE;
    if (isZero16(at + 1) && isZero16(at + 17)) return UNSURE;
    setTrace(at + 1);
  } else {
    if (size != 16 || !isHex16(at + 1) || isZero16(at + 1)) return UNSURE;
    setSpan(at + 1);
  }
  return TAKEN;
}

/** `00-<trace id>-<span id>-01`, where no span id is known. */
function context(at: usize, end: usize): u32 {
  if (load<u8>(at) != QUOTE) return KEPT;
  if (has(SPAN_ID) || end - at != 57 || load<u16>(at, 1) != 0x3030) return UNSURE;
  if (load<u8>(at, 3) != 0x2d || load<u8>(at, 36) != 0x2d || load<u8>(at, 53) != 0x2d) return UNSURE;
  if (!isHex16(at + 4) || !isHex16(at + 20) || !isHex16(at + 37)) return UNSURE;
  if ((isZero16(at + 4) && isZero16(at + 20)) || isZero16(at + 37)) return UNSURE;
  if (load<u8>(at, 54) != 0x30 || <u32>load<u8>(at, 55) - 0x30 > 1) return UNSURE;
  setTrace(at + 4);
  setSpan(at + 37);
  return TAKEN;
}

/** A whole number as JSON has it, of at most 15 digits. */
function isCount(at: usize, end: usize): bool {
  if (end - at > 15 || (load<u8>(at) == 0x30 && end - at > 1)) return false;
  while (at < end) if (!isDigit(load<u8>(at++))) return false;
  return true;
}

/** The value [at, end) of a key of the table. */
function promote(code: u32, at: usize, end: usize): u32 {
  const first = load<u8>(at);
  if (code & RARE || (first == OPEN_BRACE && code & OUTER)) return UNSURE;
  company |= (code >> COMPANY_SHIFT) & 3;
  if (code & LATE) return first == QUOTE ? APART : KEPT;
  return read(code, at, end);
}

/** Reads the value [at, end) as its code says, into a field that has none. */
function read(code: u32, at: usize, end: usize): u32 {
  const first = load<u8>(at);
  const how = code & HOW_BITS;
  const field = code & FIELD_BITS;
  if (!how || has(field)) return KEPT;
  if (how == LEVEL_CODE) return level(at, end);
  if (how == HEX) return hex(field, at, end);
  if (how == CONTEXT) return context(at, end);
  if (how == ANY || how == FILLED) {
    if (first != QUOTE || (how == FILLED && end - at == 2)) return KEPT;
    set(field, QUOTED, at + 1, end - 1);
    return TAKEN;
  }
  if (!isCount(at, end) || (how == STATUS_CODE && (end - at != 3 || first > 0x35))) return KEPT;
  set(field, BARE, at, end);
  return TAKEN;
}

/** Remembers the last piece as one that may still be taken; false when there are too many of them. */
function postpone(code: u32, at: usize, end: usize): bool {
  if (lateCount == MOST_LATE) return false;
  const entry = late + ((<usize>lateCount) << 4);
  lateCount++;
  store<u32>(entry, code);
  store<u32>(entry, <u32>at, 4);
  store<u32>(entry, <u32>end, 8);
  store<u32>(entry, pieceCount - 1, 12);
  return true;
}

/** Takes of what was postponed what counts after all. */
function settleLate(): void {
  for (let i: u32 = 0; i < lateCount; i++) {
    const entry = late + ((<usize>i) << 4);
    const code = load<u32>(entry);
    const needed = code >> NEEDED_SHIFT;
    if (needed && !(needed & company)) continue;
    if (read(code, load<u32>(entry, 4), load<u32>(entry, 8)) == TAKEN) store<u32>(pieceAt(load<u32>(entry, 12)), 1, 8);
  }
}

/**
 * Reads the object at `at`. Returns the address after it; 0 when it is none, or when the plain writer must look at it: a value
 * in a form that is rare, or nested deeply.
 */
export function members(at: usize): usize {
  forget();
  pieceCount = 0;
  lateCount = 0;
  company = 0;
  // Whether the member before is kept, and whether its piece may go on.
  let isKept = false;
  let isOpen = false;
  at = blank(at + 1);
  if (load<u8>(at) == CLOSE_BRACE) return at + 1;
  while (true) {
    if (load<u8>(at) != QUOTE) return 0;
    const key = at + 1;
    at = string(key);
    if (!at) return 0;
    const code = codeOf(key, at - 1 - key);
    at = blank(at);
    if (load<u8>(at) != COLON) return 0;
    const from = blank(at + 1);
    at = load<u8>(from) == QUOTE ? string(from + 1) : value(from, 1);
    if (!at) return 0;
    const fate = code ? promote(code, from, at) : KEPT;
    if (fate == UNSURE) return 0;
    if (fate == TAKEN) {
      isKept = false;
      isOpen = false;
    } else {
      if (fate == KEPT && isOpen) store<u32>(pieceAt(pieceCount - 1), <u32>at, 4);
      else if (!beginPiece(key, at, isKept)) return 0;
      isKept = true;
      isOpen = fate == KEPT;
      if (fate == APART && !postpone(code, from, at)) return 0;
    }
    at = blank(at);
    const byte = load<u8>(at++);
    if (byte == CLOSE_BRACE) {
      if (lateCount) settleLate();
      return at;
    }
    if (byte != COMMA) return 0;
    at = blank(at);
  }
}

const APP = literal(',"app":{"', 9);
const MEMBER = literal(',"', 2);

/** Writes `,"app":{…}` with what is left of the object that was read, if anything is. */
export function writeMembers(to: usize): usize {
  let isFirst = true;
  let piece: u32 = 0;
  while (piece < pieceCount) {
    const entry = pieceAt(piece++);
    if (load<u32>(entry, 8)) continue;
    // Pieces that are neighbours, and all kept, go over as one, with the application's own blanks.
    let end: usize = load<u32>(entry, 4);
    while (piece < pieceCount && load<u32>(pieceAt(piece), 12) && !load<u32>(pieceAt(piece), 8)) {
      end = load<u32>(pieceAt(piece++), 4);
    }
    to = isFirst ? put(to, APP, 9) : put(to, MEMBER, 2);
    isFirst = false;
    const at: usize = load<u32>(entry);
    to = copy(to, at, end - at);
  }
  if (!isFirst) store<u8>(to++, CLOSE_BRACE);
  return to;
}
