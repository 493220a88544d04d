// Which pairs of a line of logfmt become fields of ours, and what is left of it (plain/pairs.ts).
import { CLOSE_BRACE, copy, literal, put } from '../bytes';
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
  RARE,
  STATUS_CODE,
} from '../codes';
import { value } from '../document';
import { BARE, LEVEL, PLAIN, SPAN_ID, TRACE_ID, WORD, has, set, setLevel, setSpan, setTrace } from '../facts';
import { codeOf } from '../keys';
import { HYPHEN, UNDERSCORE, isCount, isLetter, isWord } from './alphabet';
import { scan } from './context';
import { LEAST_DIGITS, SPAN_BYTES, TRACE_BYTES, XRAY_BYTES, hexId, xrayId } from './ids';
import { letterLevel } from './letter';
import { CODE, KEY_END, KIND, PAIR, VALUE, VALUE_END, pairs, pairsEnd } from './logfmt';
import { TRACEPARENT_BYTES, takeTraceparent } from './paired-ids';

/** The kind of a pair that became a field. */
const TAKEN: u32 = 0;
const LONGEST_LEVEL: usize = 32;
const ZERO: u8 = 0x30;
const FIVE: u8 = 0x35;

/** Takes what has a row in the table; false when the plain writer must look at it. */
export function promotePairs(): bool {
  const end = pairsEnd;
  let company: u32 = 0;
  let late: u32 = 0;
  for (let pair = pairs; pair < end; pair += PAIR) {
    const key: usize = load<u32>(pair);
    const code = codeOf(key, <usize>load<u32>(pair, KEY_END) - key);
    store<u32>(pair, code, CODE);
    if (!code) continue;
    if (code & RARE) return false;
    company |= (code >> COMPANY_SHIFT) & 3;
    late |= code & LATE;
    if (!(code & LATE)) promote(pair, code);
  }
  if (!late) return true;
  for (let pair = pairs; pair < end; pair += PAIR) {
    const code = load<u32>(pair, CODE);
    const needed = code >> NEEDED_SHIFT;
    if (code & LATE && (!needed || needed & company)) promote(pair, code);
  }
  return true;
}

/** Reads the value of a pair into a field that has none. */
function promote(pair: usize, code: u32): void {
  const how = code & HOW_BITS;
  const field = code & FIELD_BITS;
  if (!how || has(field)) return;
  const kind = load<u32>(pair, KIND);
  if (read(how, field, <u8>kind, load<u32>(pair, VALUE), load<u32>(pair, VALUE_END))) store<u32>(pair, TAKEN, KIND);
}

/** Whether the value is in a field now, just as it stands there. */
function read(how: u32, field: u32, kind: u8, at: usize, end: usize): bool {
  if (how == LEVEL_CODE) return level(kind, at, end);
  if (how == HEX) return hex(field, at, end);
  if (how == CONTEXT) return context(at, end);
  if (how == ANY || how == FILLED) {
    if (how == FILLED && at == end) return false;
    // What looks like a number is text here.
    set(field, kind == BARE ? PLAIN : kind, at, end);
    return true;
  }
  if (kind != BARE || !isCount(at, end)) return false;
  if (how == STATUS_CODE && (end - at != 3 || load<u8>(at) > FIVE)) return false;
  set(field, BARE, at, end);
  return true;
}

/** A word, a letter, or a number of pino and bunyan. */
function level(kind: u8, at: usize, end: usize): bool {
  const first = load<u8>(at);
  if (kind == BARE) {
    if (end - at != 2 || load<u8>(at, 1) != ZERO || <u32>first - 0x31 > 5) return false;
    setLevel(first - 0x31);
    return true;
  }
  if (!isLevel(at, end)) return false;
  const letter = end - at == 1 ? letterLevel(first) : 0;
  if (letter) setLevel(letter - 1);
  else set(LEVEL, WORD, at, end);
  return true;
}

/** Whether [at, end) is a word of letters, then also digits, `_` and `-`. */
function isLevel(at: usize, end: usize): bool {
  if (end - at - 1 >= LONGEST_LEVEL || !isLetter(load<u8>(at))) return false;
  while (++at < end) {
    const byte = load<u8>(at);
    if (!isWord(byte) && byte != UNDERSCORE && byte != HYPHEN) return false;
  }
  return true;
}

/** An id of hex digits; one that is written in another way stays where it is, too. */
function hex(field: u32, at: usize, end: usize): bool {
  if (end - at < LEAST_DIGITS) return false;
  const isTrace = field == TRACE_ID;
  let id = hexId(at, end, isTrace ? TRACE_BYTES : SPAN_BYTES);
  if (!id && isTrace && end - at == XRAY_BYTES) id = xrayId(at, end);
  if (!id) return false;
  if (isTrace) setTrace(id);
  else setSpan(id);
  return id == at;
}

/** Both ids, where none is known. A `traceparent` says little else and is taken; what says more stays. */
function context(at: usize, end: usize): bool {
  if (has(SPAN_ID)) return false;
  if (end - at == TRACEPARENT_BYTES && takeTraceparent(at, end)) return true;
  scan(at, end, false);
  return false;
}

const APP = literal(',"app":{"', 9);
const MEMBER = literal(',"', 2);
const COLON = literal('":', 2);

/** Writes `,"app":{…}` with what is left of the line that was read last; nothing when nothing is. */
export function writePairs(to: usize): usize {
  const end = pairsEnd;
  let isFirst = true;
  for (let pair = pairs; pair < end; pair += PAIR) {
    const kind = load<u32>(pair, KIND);
    if (kind == TAKEN) continue;
    to = isFirst ? put(to, APP, 9) : put(to, MEMBER, 2);
    isFirst = false;
    const key: usize = load<u32>(pair);
    to = copy(to, key, <usize>load<u32>(pair, KEY_END) - key);
    to = put(to, COLON, 2);
    to = value(to, <u8>kind, load<u32>(pair, VALUE), load<u32>(pair, VALUE_END));
  }
  if (!isFirst) store<u8>(to++, CLOSE_BRACE);
  return to;
}
