// The payload of a JSON record: checked, what is promoted noted (facts.ts), the rest kept as pieces to be copied.
import { CLOSE_BRACE, COLON, COMMA, OPEN_BRACE, QUOTE, copy, literal, put } from './bytes';
import { COMPANY_SHIFT, FIELD_BITS, HOW_BITS, LATE, NEEDED_SHIFT, OUTER, RARE } from './codes';
import { BARE, QUOTED, forget, has } from './facts';
import { blank, string, value } from './json';
import { codeOf } from './keys';
import { read as readValue } from './read';

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

/** The value [at, end) of a key of the table. */
function promote(code: u32, at: usize, end: usize): u32 {
  const first = load<u8>(at);
  if ((code & HOW_BITS) == RARE || (first == OPEN_BRACE && code & OUTER)) return UNSURE;
  company |= (code >> COMPANY_SHIFT) & 3;
  if (code & LATE) return first == QUOTE ? APART : KEPT;
  return read(code, at, end);
}

/** Reads the value [at, end) as its code says, into a field that has none. */
function read(code: u32, at: usize, end: usize): u32 {
  const how = code & HOW_BITS;
  const field = code & FIELD_BITS;
  if (!how || has(field)) return KEPT;
  const isText = load<u8>(at) == QUOTE;
  const isTaken = isText ? readValue(how, field, QUOTED, at + 1, end - 1) : readValue(how, field, BARE, at, end);
  return isTaken ? TAKEN : KEPT;
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
