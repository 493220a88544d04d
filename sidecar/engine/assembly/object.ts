// The payload of a JSON record: checked, what is promoted noted (facts.ts), the rest kept as pieces to be copied.
import { CLOSE_BRACE, COLON, COMMA, OPEN_BRACE, QUOTE, find, isDigit, isHex16, isZero16, BACKSLASH } from './bytes';
import {
  INTEGER,
  LEVEL,
  MESSAGE,
  OUTER,
  RARE,
  SPAN_ID,
  TEXT,
  TRACE_ID,
  fields,
  forget,
  levelAt,
  messageAt,
  setField,
  setLevel,
  setLevelNumber,
  setMessage,
  setSpan,
  setTrace,
  spanAt,
  traceAt,
} from './facts';
import { blank, string, value } from './json';
import { codeOf } from './keys';

/** Neighbouring members that are kept, from the first key (without its quote) to the end of the last value. */
const MOST_PIECES: u32 = 64;
const pieces = memory.data(64 * 8);
export let pieceCount: u32 = 0;

/** @inline */
export function pieceAt(piece: u32): usize {
  return load<u32>(pieces + ((<usize>piece) << 3));
}

/** @inline */
export function pieceEnd(piece: u32): usize {
  return load<u32>(pieces + ((<usize>piece) << 3), 4);
}

/** What became of a member. */
const KEPT: u32 = 0;
const TAKEN: u32 = 1;
const UNSURE: u32 = 2;

const NULL: u32 = 0x6c6c756e;
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

function level(at: usize, end: usize): u32 {
  if (levelAt) return KEPT;
  const first = load<u8>(at);
  if (first == QUOTE) {
    if (isLevel(at + 1, end - 1)) {
      setLevel(at + 1, end - 1);
      return TAKEN;
    }
    // An escape may stand for a letter.
    return find(at + 1, end, BACKSLASH) < end ? UNSURE : KEPT;
  }
  if (!isDigit(first)) return first == 0x2d ? UNSURE : KEPT;
  if (end - at != 2 || load<u8>(at, 1) != 0x30) {
    for (let digit = at; digit < end; digit++) if (!isDigit(load<u8>(digit))) return UNSURE;
    return KEPT;
  }
  const tens = <u32>first - 0x30;
  if (tens - 1 > 5) return KEPT;
  setLevelNumber(tens);
  return TAKEN;
}

/** An id of 32 or 16 hexadecimal digits in lower case; every other form of one is the plain writer's. */
function id(code: u32, at: usize, end: usize): u32 {
  const isTrace = code == TRACE_ID;
  if (isTrace ? traceAt : spanAt) return KEPT;
  if (load<u8>(at) != QUOTE) return load<u32>(at) == NULL ? KEPT : UNSURE;
  const size = end - at - 2;
  if (size == 0) return KEPT;
  if (size != (isTrace ? 32 : 16) || !isHex16(at + 1)) return UNSURE;
  if (!isTrace) {
    if (isZero16(at + 1)) return UNSURE;
    setSpan(at + 1);
    return TAKEN;
  }
  if (!isHex16(at + 17) || (isZero16(at + 1) && isZero16(at + 17))) return UNSURE;
  setTrace(at + 1);
  return TAKEN;
}

/** Digits only, and not so many that they could be another number in a double. */
function isInteger(at: usize, end: usize): bool {
  if (end - at > 15) return false;
  while (at < end) if (!isDigit(load<u8>(at++))) return false;
  return true;
}

/** The value [at, end) of a key of the table. */
function promote(code: u32, at: usize, end: usize): u32 {
  const first = load<u8>(at);
  if (code == MESSAGE) {
    if (messageAt || first != QUOTE) return KEPT;
    setMessage(at, end);
    return TAKEN;
  }
  if (code == LEVEL) return level(at, end);
  if (code == TRACE_ID || code == SPAN_ID) return id(code, at, end);
  if (code == RARE || first == OPEN_BRACE) return UNSURE;
  if (code == OUTER) return KEPT;
  const isText = code < INTEGER;
  const field = code - (isText ? TEXT : INTEGER);
  if (fields & (1 << field)) return KEPT;
  if (isText ? first != QUOTE : !isInteger(at, end)) return isText ? KEPT : UNSURE;
  setField(field, at, end);
  return TAKEN;
}

/**
 * Reads the object at `at`. Returns the address after it; 0 when it is none, or when the plain writer must look at it: a value
 * in a form that is rare, or nested deeply.
 */
export function members(at: usize): usize {
  forget();
  pieceCount = 0;
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
      isOpen = false;
    } else {
      if (!isOpen) {
        if (pieceCount == MOST_PIECES) return 0;
        store<u32>(pieces + ((<usize>pieceCount) << 3), <u32>key);
        pieceCount++;
        isOpen = true;
      }
      store<u32>(pieces + ((<usize>(pieceCount - 1)) << 3), <u32>at, 4);
    }
    at = blank(at);
    const byte = load<u8>(at++);
    if (byte == CLOSE_BRACE) return at;
    if (byte != COMMA) return 0;
    at = blank(at);
  }
}
