// One record as two lines of a bulk body, byte for byte as the plain writer (plain/document.ts) has it.
import { QUOTE, copy, decimal, literal, put } from './bytes';
import { stampSize, streamAt } from './cri';
import { escape, escapeRest } from './escape';
import { ESCAPED, PLAIN, QUOTED, SERVICE_NAME, WORD, endOf, found, has, kindOf, startOf } from './facts';

const STAMP = literal('"}}\n{"@timestamp":"', 19);
const STREAM = literal('","stream":"', 12);
const AFTER_STREAM = literal('",', 2);
const OFFSET = literal('"log.offset":', 13);
const FORMAT = literal(',"format":"', 11);
const CLOSE = literal('}\n', 2);

/** What a record is recognised as. */
export const UNKNOWN: u32 = 0;
export const JSON: u32 = 1;
export const TEXT: u32 = 2;
export const LOGFMT: u32 = 3;
export const ACCESS: u32 = 4;
export const KLOG: u32 = 5;
export const SYSLOG: u32 = 6;
/** The names of the formats, in eight bytes each, the first of which is their size. */
const FORMATS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 4, 106, 115, 111, 110, 0, 0, 0, 4, 116, 101, 120, 116, 0, 0, 0, 6, 108, 111, 103, 102, 109,
  116, 0, 6, 97, 99, 99, 101, 115, 115, 0, 4, 107, 108, 111, 103, 0, 0, 0, 6, 115, 121, 115, 108, 111, 103, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

/**
 * What is the same for every record of a file, written by the host: the action up to the offset; `,"tracewell":{"file":"…",
 * "bytes":`; `"},` with our constant fields; and the same without the service, for records that name their own. They stand one after the
 * other at `origin`.
 */
const ORIGIN_BYTES: usize = 16384;
export const origin = heap.alloc(ORIGIN_BYTES);
let actionSize: usize = 0;
let tracewellSize: usize = 0;
let constantSize: usize = 0;
let namelessSize: usize = 0;

/** The names of the fields, `"log.logger":`, the first byte of each being its size. */
const FIELD_NAME: usize = 48;
const fieldNames = memory.data(32 * 48);

export function setOrigin(action: usize, tracewell: usize, constant: usize, nameless: usize): void {
  actionSize = action;
  tracewellSize = tracewell;
  constantSize = constant;
  namelessSize = nameless;
}

/** `"name":` of a field, at most 47 bytes. */
export function nameField(field: u32, at: usize, size: usize): void {
  const name = fieldNames + <usize>field * FIELD_NAME;
  store<u8>(name, <u8>size);
  memory.copy(name + 1, at, size);
}

/** What stands before the first field that comes from the payload. `line` and `text`: where its line and its text begin. */
export function writeOpening(to: usize, line: usize, text: usize, offset: u64, bytes: usize): usize {
  to = copy(to, origin, actionSize);
  to = decimal(to, offset);
  store<u8>(to++, 0x2e);
  to = decimal(to, bytes);
  to = put(to, STAMP, 19);
  const size = stampSize(line, text);
  put(to, line, 40);
  to += size;
  to = put(to, STREAM, 12);
  to = put(to, streamAt(text), 6);
  return put(to, AFTER_STREAM, 2);
}

/** The fields that were found, then what says where the record stands, and our constant fields. */
export function writeFields(to: usize, format: u32, offset: u64, bytes: usize): usize {
  let left = found;
  while (left) {
    const field = ctz(left);
    left &= left - 1;
    const name = fieldNames + <usize>field * FIELD_NAME;
    to = copy(to, name + 1, load<u8>(name));
    to = value(to, kindOf(field), startOf(field), endOf(field));
    store<u8>(to++, 0x2c);
  }
  to = put(to, OFFSET, 13);
  to = decimal(to, offset);
  to = copy(to, origin + actionSize, tracewellSize);
  to = decimal(to, bytes);
  to = put(to, FORMAT, 11);
  const name = FORMATS + ((<usize>format) << 3);
  store<u64>(to, load<u64>(name, 1));
  to += load<u8>(name);
  const constant = origin + actionSize + tracewellSize;
  return has(SERVICE_NAME) ? copy(to, constant + constantSize, namelessSize) : copy(to, constant, constantSize);
}

/** A value of a payload as JSON. */
export function value(to: usize, kind: u8, at: usize, end: usize): usize {
  if (kind == QUOTED) return copy(to, at - 1, end - at + 2);
  if (kind == PLAIN) {
    store<u8>(to, QUOTE);
    to = escape(to + 1, at, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  if (kind == WORD) {
    store<u8>(to, QUOTE);
    to = lowered(to + 1, at, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  if (kind == ESCAPED) {
    store<u8>(to, QUOTE);
    to = escapeRest(to + 1, at, end);
    store<u8>(to, QUOTE);
    return to + 1;
  }
  return copy(to, at, end - at);
}

/** A word of at most 32 bytes, its capitals as small letters. @inline */
function lowered(to: usize, at: usize, end: usize): usize {
  small(to, at);
  if (end - at > 16) small(to + 16, at + 16);
  return to + (end - at);
}

/** @inline */
function small(to: usize, at: usize): void {
  const bytes = v128.load(at);
  const capitals = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26));
  v128.store(to, v128.or(bytes, v128.and(capitals, i8x16.splat(0x20))));
}

/** @inline */
export function writeClose(to: usize): usize {
  return put(to, CLOSE, 2);
}
