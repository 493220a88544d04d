// What is taken out of a record's payload into fields of its own: places in the payload, valid until the next record.

/** Codes of the promotion table: what a key's value becomes. Texts and integers have the number of their field added. */
export const MESSAGE: u32 = 1;
export const LEVEL: u32 = 2;
export const TRACE_ID: u32 = 3;
export const SPAN_ID: u32 = 4;
/** A record with such a key is left to the plain writer. */
export const RARE: u32 = 5;
/** A record in which such a key holds an object is left to the plain writer. */
export const OUTER: u32 = 6;
export const TEXT: u32 = 32;
export const INTEGER: u32 = 64;
/** Fields that texts and integers go to. */
export const FIELDS: u32 = 32;

export let messageAt: usize = 0;
export let messageEnd: usize = 0;
export let levelAt: usize = 0;
export let levelEnd: usize = 0;
export let traceAt: usize = 0;
export let spanAt: usize = 0;
/** Which fields were found, a bit each. */
export let fields: u32 = 0;
const places = memory.data(32 * 8);

/** Numbers of pino and bunyan, by their tens, and the words that they stand for. */
const words = memory.data<u8>([
  5, 0x74, 0x72, 0x61, 0x63, 0x65, 0, 0, 5, 0x64, 0x65, 0x62, 0x75, 0x67, 0, 0, 4, 0x69, 0x6e, 0x66, 0x6f, 0, 0, 0, 4,
  0x77, 0x61, 0x72, 0x6e, 0, 0, 0, 5, 0x65, 0x72, 0x72, 0x6f, 0x72, 0, 0, 5, 0x66, 0x61, 0x74, 0x61, 0x6c, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0,
]);

export function forget(): void {
  messageAt = 0;
  levelAt = 0;
  traceAt = 0;
  spanAt = 0;
  fields = 0;
}

export function setMessage(at: usize, end: usize): void {
  messageAt = at;
  messageEnd = end;
}

export function setLevel(at: usize, end: usize): void {
  levelAt = at;
  levelEnd = end;
}

/** The level that stands for a number of pino's: 1 for 10, up to 6 for 60. */
export function setLevelNumber(tens: u32): void {
  const word = words + ((<usize>tens - 1) << 3);
  setLevel(word + 1, word + 1 + load<u8>(word));
}

export function setTrace(at: usize): void {
  traceAt = at;
}

export function setSpan(at: usize): void {
  spanAt = at;
}

export function setField(field: u32, at: usize, end: usize): void {
  fields |= 1 << field;
  const place = places + ((<usize>field) << 3);
  store<u32>(place, <u32>at);
  store<u32>(place, <u32>end, 4);
}

/** @inline */
export function fieldAt(field: u32): usize {
  return load<u32>(places + ((<usize>field) << 3));
}

/** @inline */
export function fieldEnd(field: u32): usize {
  return load<u32>(places + ((<usize>field) << 3), 4);
}
