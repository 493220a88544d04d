// How the value of a key of the promotion table becomes a field (plain/readers.ts).
import { BACKSLASH } from './bytes';
import {
  ANY,
  CONTEXT,
  COUNT,
  DATADOG,
  DIGITS,
  FILLED,
  HEADER,
  HEX,
  LEVEL_CODE,
  LINES,
  RESOURCE,
  STATUS_CODE,
} from './codes';
import { BARE, LEVEL, SPAN_ID, TRACE_ID, WORD, has, set, setLevel, setSpan, setTrace } from './facts';
import { HYPHEN, UNDERSCORE, isCount, isLetter, isWord } from './text/alphabet';
import { scan } from './text/context';
import { LEAST_DIGITS, SPAN_BYTES, TRACE_BYTES, XRAY_BYTES, decimalId, hexId, isLowerId, xrayId } from './text/ids';
import { letterLevel } from './text/letter';
import { TRACEPARENT_BYTES, takeHeader, takeTraceparent } from './text/paired-ids';

const LONGEST_LEVEL: usize = 32;
const ZERO: u8 = 0x30;
const FIVE: u8 = 0x35;
const SMALL_N: u8 = 0x6e;
/** `projects`, `/traces/` as little-endian numbers. */
const PROJECTS: u64 = 0x73746365_6a6f7270;
const TRACES: u64 = 0x2f736563_6172742f;

/**
 * Reads the value [at, end), without quotes, into a field that has none. `kind`: of facts.ts, `BARE` for what is no text. Returns
 * whether it is in the field just as it stands there; an id that is written in another way stays where it is, too.
 */
export function read(how: u32, field: u32, kind: u8, at: usize, end: usize): bool {
  if (how == LEVEL_CODE) return level(kind, at, end);
  if (how == COUNT) return kind == BARE && count(field, at, end);
  if (how == STATUS_CODE) return kind == BARE && end - at == 3 && load<u8>(at) <= FIVE && count(field, at, end);
  if (how == DIGITS) return count(field, at, end);
  if (how == DATADOG) return datadog(field, kind, at, end);
  // All others are texts.
  if (kind == BARE) return false;
  if (how == ANY || (how == FILLED && at < end) || (how == LINES && hasNewline(at, end))) {
    set(field, kind, at, end);
    return true;
  }
  if (how == HEX) return hex(field, at, end);
  if (how == CONTEXT) return context(at, end);
  if (how == RESOURCE) return resource(at, end);
  if (how == HEADER && !has(SPAN_ID)) takeHeader(at, end);
  return false;
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

/** A whole number of at most 15 digits. */
function count(field: u32, at: usize, end: usize): bool {
  if (!isCount(at, end)) return false;
  set(field, BARE, at, end);
  return true;
}

/** Whether an escaped newline stands in the inside of a JSON string. */
function hasNewline(at: usize, end: usize): bool {
  for (; at + 1 < end; at++) {
    if (load<u8>(at) != BACKSLASH) continue;
    if (load<u8>(++at) == SMALL_N) return true;
  }
  return false;
}

/** Takes an id that stands at `id`, which may be where it was read. */
function take(field: u32, id: usize, at: usize): bool {
  if (!id) return false;
  if (field == TRACE_ID) setTrace(id);
  else setSpan(id);
  return id == at;
}

function hex(field: u32, at: usize, end: usize): bool {
  if (end - at < LEAST_DIGITS) return false;
  const isTrace = field == TRACE_ID;
  let id = hexId(at, end, isTrace ? TRACE_BYTES : SPAN_BYTES);
  if (!id && isTrace && end - at == XRAY_BYTES) id = xrayId(at, end);
  return take(field, id, at);
}

/** A trace id of 32 digits is hex, and so is what has letters; everything else is decimal. */
function datadog(field: u32, kind: u8, at: usize, end: usize): bool {
  const width = field == TRACE_ID ? TRACE_BYTES : SPAN_BYTES;
  const id: usize = end - at == TRACE_BYTES ? 0 : decimalId(at, end, width);
  return id || kind == BARE ? take(field, id, at) : hex(field, at, end);
}

/** `projects/P/traces/` and 32 hex digits, which stay; or these alone. */
function resource(at: usize, end: usize): bool {
  if (end - at < 32) return false;
  const first = end - 32;
  if (first > at) {
    if (first - at < 17 || load<u64>(at) != PROJECTS || load<u64>(first - 8) != TRACES) return false;
    if (load<u8>(at, 8) != 0x2f) return false;
  }
  take(TRACE_ID, hexId(first, end, TRACE_BYTES), first);
  return first == at && isLowerId(at, TRACE_BYTES);
}

/** Both ids, where none is known. A `traceparent` says little else and is taken; what says more stays. */
function context(at: usize, end: usize): bool {
  if (has(SPAN_ID)) return false;
  if (end - at == TRACEPARENT_BYTES && takeTraceparent(at, end)) return true;
  scan(at, end, false);
  return false;
}
