// Which pairs of a line of logfmt become fields of ours, and what is left of it (plain/pairs.ts).
import { CLOSE_BRACE, copy, literal, put } from '../bytes';
import {
  COMPANY_SHIFT,
  COUNT,
  FIELD_BITS,
  HOW_BITS,
  LATE,
  LEVEL_CODE,
  NEEDED_SHIFT,
  RARE,
  STATUS_CODE,
} from '../codes';
import { value } from '../document';
import { BARE, PLAIN, has } from '../facts';
import { codeOf } from '../keys';
import { read } from '../read';
import { CODE, KEY_END, KIND, PAIR, VALUE, VALUE_END, pairs, pairsEnd } from './logfmt';

/** The kind of a pair that became a field. */
const TAKEN: u32 = 0;

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
    if ((code & HOW_BITS) == RARE) return false;
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
  let kind = <u8>load<u32>(pair, KIND);
  // To these, what looks like a number is text.
  if (kind == BARE && how != LEVEL_CODE && how != COUNT && how != STATUS_CODE) kind = PLAIN;
  if (read(how, field, kind, load<u32>(pair, VALUE), load<u32>(pair, VALUE_END))) store<u32>(pair, TAKEN, KIND);
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
