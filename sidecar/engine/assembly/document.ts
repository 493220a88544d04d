// One record as two lines of a bulk body, byte for byte as the plain writer (plain/document.ts) has it.
import { copy, decimal, literal, put } from './bytes';
import { stampSize, streamAt } from './cri';
import { fieldAt, fieldEnd, fields, levelAt, levelEnd, messageAt, messageEnd, spanAt, traceAt } from './facts';
import { pieceAt, pieceCount, pieceEnd } from './object';

const STAMP = literal('"}}\n{"@timestamp":"', 19);
const STREAM = literal('","stream":"', 12);
const AFTER_STREAM = literal('",', 2);
const MESSAGE = literal('"message":', 10);
const LEVEL = literal('"log.level":"', 13);
const TRACE = literal('"trace.id":"', 12);
const SPAN = literal('"span.id":"', 11);
const OFFSET = literal('"log.offset":', 13);
const MEMBER = literal(',"', 2);
const CLOSE = literal('}\n', 2);

/** Bytes of `,"app":{"`, with which the last part of an origin ends. */
const APP: usize = 9;

/**
 * What is the same for every record of a file, written by the host: the action up to the offset; `,"tracewell":{"file":"…",
 * "bytes":`; the rest of it, our constant fields, and `,"app":{"`. Then the names of the fields: `"log.logger":`.
 */
const ORIGIN_BYTES: usize = 16384;
export const origin = heap.alloc(ORIGIN_BYTES);
let actionSize: usize = 0;
let tracewellSize: usize = 0;
let constantSize: usize = 0;
const FIELD_NAME: usize = 40;
const fieldNames = memory.data(32 * 40);

/** The three parts stand one after the other at `origin`. */
export function setOrigin(action: usize, tracewell: usize, constant: usize): void {
  actionSize = action;
  tracewellSize = tracewell;
  constantSize = constant;
}

/** `"name":` of a field, at most 39 bytes. */
export function nameField(field: u32, at: usize, size: usize): void {
  const name = fieldNames + <usize>field * FIELD_NAME;
  store<u8>(name, <u8>size);
  memory.copy(name + 1, at, size);
}

/** Up to the first field that comes from the payload. @inline */
function opening(to: usize, line: usize, text: usize, offset: u64, bytes: usize): usize {
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

/** Level, ids and fields, then what says where the record stands, and our constant fields. @inline */
function facts(to: usize, offset: u64, bytes: usize, constant: usize): usize {
  if (levelAt) {
    to = put(to, LEVEL, 13);
    to = lowered(to, levelAt, levelEnd);
    to = put(to, AFTER_STREAM, 2);
  }
  if (traceAt) {
    to = put(to, TRACE, 12);
    to = put(to, traceAt, 32);
    to = put(to, AFTER_STREAM, 2);
  }
  if (spanAt) {
    to = put(to, SPAN, 11);
    to = put(to, spanAt, 16);
    to = put(to, AFTER_STREAM, 2);
  }
  let left = fields;
  while (left) {
    const field = ctz(left);
    left &= left - 1;
    const name = fieldNames + <usize>field * FIELD_NAME;
    to = copy(to, name + 1, load<u8>(name));
    const at = fieldAt(field);
    to = copy(to, at, fieldEnd(field) - at);
    store<u8>(to++, 0x2c);
  }
  to = put(to, OFFSET, 13);
  to = decimal(to, offset);
  to = copy(to, origin + actionSize, tracewellSize);
  to = decimal(to, bytes);
  // With or without what follows when there are members: only what both have is known.
  return copy(to, origin + actionSize + tracewellSize, constant);
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

/** Writes a JSON record that `members` has read; returns the end. `line` and `text`: where its line and its text begin. */
export function writeObject(to: usize, line: usize, text: usize, offset: u64, bytes: usize): usize {
  to = opening(to, line, text, offset, bytes);
  if (messageAt) {
    to = put(to, MESSAGE, 10);
    to = copy(to, messageAt, messageEnd - messageAt);
    store<u8>(to++, 0x2c);
  }
  to = facts(to, offset, bytes, pieceCount ? constantSize : constantSize - APP);
  for (let piece: u32 = 0; piece < pieceCount; piece++) {
    if (piece) to = put(to, MEMBER, 2);
    const at = pieceAt(piece);
    to = copy(to, at, pieceEnd(piece) - at);
  }
  if (pieceCount) store<u8>(to++, 0x7d);
  return put(to, CLOSE, 2);
}
