// What was found in a record's payload for fields of its own: places there, valid until the next record (plain/facts.ts).

/** Fields, by their place in the plain list (plain/fields.ts). */
export const MESSAGE: u32 = 0;
export const LEVEL: u32 = 1;
export const TRACE_ID: u32 = 2;
export const SPAN_ID: u32 = 3;
export const FILE_NAME: u32 = 5;
export const FILE_LINE: u32 = 6;
export const PROCESS_NAME: u32 = 7;
export const PROCESS_PID: u32 = 8;
export const METHOD: u32 = 12;
export const STATUS: u32 = 13;
export const BODY_BYTES: u32 = 14;
export const HTTP_VERSION: u32 = 15;
export const URL_ORIGINAL: u32 = 16;
export const CLIENT_ADDRESS: u32 = 19;
export const USER_AGENT: u32 = 20;
export const SERVICE_NAME: u32 = 22;

/** How a value stands there. Inside a JSON string: copied with its quotes. */
export const QUOTED: u8 = 1;
/** A number, `true`, `false` or `null` of JSON: copied. */
export const BARE: u8 = 2;
/** Plain text: becomes a JSON string. */
export const PLAIN: u8 = 3;
/** A word of ASCII, at most 32 bytes, that is written in lower case. */
export const WORD: u8 = 4;
/** Plain text with escapes that are the same in Go and in JSON: becomes a JSON string, escapes and all. */
export const ESCAPED: u8 = 5;

/** Which fields there are, a bit each. */
export let found: u32 = 0;
const kinds = memory.data(32);
const places = memory.data(32 * 8);

/** Levels that have a number or a letter, each in eight bytes, the first of which is their size (`LEVELS` of plain/facts.ts). */
const LEVELS = memory.data<u8>([
  5, 116, 114, 97, 99, 101, 0, 0, 5, 100, 101, 98, 117, 103, 0, 0, 4, 105, 110, 102, 111, 0, 0, 0, 4, 119, 97, 114, 110,
  0, 0, 0, 5, 101, 114, 114, 111, 114, 0, 0, 5, 102, 97, 116, 97, 108, 0, 0, 5, 101, 109, 101, 114, 103, 0, 0, 5, 97,
  108, 101, 114, 116, 0, 0, 4, 99, 114, 105, 116, 0, 0, 0, 3, 101, 114, 114, 0, 0, 0, 0, 7, 119, 97, 114, 110, 105, 110,
  103, 6, 110, 111, 116, 105, 99, 101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
]);

export function forget(): void {
  found = 0;
}

/** @inline */
export function has(field: u32): bool {
  return ((found >> field) & 1) != 0;
}

/** @inline */
export function set(field: u32, kind: u8, at: usize, end: usize): void {
  found |= 1 << field;
  store<u8>(kinds + field, kind);
  const place = places + ((<usize>field) << 3);
  store<u32>(place, <u32>at);
  store<u32>(place, <u32>end, 4);
}

/** @inline */
export function drop(field: u32): void {
  found &= ~(1 << field);
}

/** A level by its place in `LEVELS`. */
export function setLevel(code: u32): void {
  const word = LEVELS + ((<usize>code) << 3);
  set(LEVEL, WORD, word + 1, word + 1 + load<u8>(word));
}

/** The 32 hex digits in lower case at `at` are the trace id. @inline */
export function setTrace(at: usize): void {
  set(TRACE_ID, PLAIN, at, at + 32);
}

/** The 16 hex digits in lower case at `at` are the span id. @inline */
export function setSpan(at: usize): void {
  set(SPAN_ID, PLAIN, at, at + 16);
}

/** @inline */
export function kindOf(field: u32): u8 {
  return load<u8>(kinds + field);
}

/** @inline */
export function startOf(field: u32): usize {
  return load<u32>(places + ((<usize>field) << 3));
}

/** @inline */
export function endOf(field: u32): usize {
  return load<u32>(places + ((<usize>field) << 3), 4);
}
