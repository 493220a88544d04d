import { STDERR, STDOUT, type Lane } from '../source/lane.ts';

/** Where the parts of a CRI line stand in a buffer; one object is used again for every line. */
export interface CriHeader {
  /** The stamp is the bytes from the line's start up to here. */
  stampEnd: number;
  lane: Lane;
  /** Tag `P`: the runtime cut the line, its next part follows on this lane. */
  partial: boolean;
  /** First byte of the text. */
  payload: number;
}

export const newHeader = (): CriHeader => ({ stampEnd: 0, lane: STDOUT, partial: false, payload: 0 });

const SPACE = 32;
const PLUS = 43;
const SHORTEST = '2026-01-02T03:04:05Z stdout F '.length;

/**
 * Reads the header of the line `[start, end)` (without newline) into `out`; false when it is not one.
 * Format `<RFC 3339 nano> <stdout|stderr> <P|F>[:more tags] <text>`: kubernetes, design "CRI log format"
 * (kubelet-cri-logging.md), and cri-api's logs.go.
 */
export function parseCri(bytes: Uint8Array, start: number, end: number, out: CriHeader): boolean {
  if (end - start < SHORTEST - 1) return false;
  const stampEnd = endOfStamp(bytes, start, end);
  if (stampEnd < 0) return false;
  const at = stampEnd + 1;
  const lane = laneAt(bytes, at);
  if (lane < 0 || bytes[at + 6] !== SPACE) return false;
  const tag = bytes[at + 7];
  if (tag !== 80 && tag !== 70) return false;
  let payload = at + 8;
  while (payload < end && bytes[payload] !== SPACE) {
    if (payload === at + 8 && bytes[payload] !== 58) return false;
    payload++;
  }
  out.stampEnd = stampEnd;
  out.lane = lane as Lane;
  out.partial = tag === 80;
  out.payload = Math.min(payload + 1, end);
  return true;
}

/**
 * Index of the space after an RFC 3339 stamp, or -1. The stamp goes into JSON as it is, and Elasticsearch would refuse a time
 * that does not exist or that `date_nanos` cannot hold, in every form of the record: such a line has no header.
 */
function endOfStamp(bytes: Uint8Array, start: number, end: number): number {
  for (let i = 0; i < 19; i++) {
    const expected = i === 4 || i === 7 ? 45 : i === 10 ? 84 : i === 13 || i === 16 ? 58 : 0;
    const byte = bytes[start + i]!;
    if (expected === 0 ? byte < 48 || byte > 57 : byte !== expected) return -1;
  }
  if (!isTime(bytes, start)) return -1;
  let at = start + 19;
  if (bytes[at] === 46) {
    const digits = ++at;
    while (at < end && at - digits < 9 && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
    if (at === digits) return -1;
  }
  if (bytes[at] === 90) at++;
  else if (isZone(bytes, at) && !(bytes[at] === PLUS && isFirstDay(bytes, start))) at += 6;
  else return -1;
  return at < end && bytes[at] === SPACE ? at : -1;
}

const twoDigits = (bytes: Uint8Array, at: number): number => bytes[at]! * 10 + bytes[at + 1]! - 528;

/** Whether the digits of `yyyy-mm-ddThh:mm:ss` are a time from 1970 to 2261. */
function isTime(bytes: Uint8Array, start: number): boolean {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  if (year < 1970 || year > 2261 || month < 1 || month > 12 || day < 1) return false;
  if (day > 28 && day > daysOf(year, month)) return false;
  return twoDigits(bytes, start + 11) < 24 && twoDigits(bytes, start + 14) < 60 && twoDigits(bytes, start + 17) < 60;
}

/** The first of January 1970, parts of which are before 1970 in zones to the east. */
function isFirstDay(bytes: Uint8Array, start: number): boolean {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  return year === 1970 && twoDigits(bytes, start + 5) === 1 && twoDigits(bytes, start + 8) === 1;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** `+02:00`, as nodes outside UTC write it; less than 18 hours. */
function isZone(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== PLUS && bytes[at] !== 45) return false;
  for (const i of [1, 2, 4, 5]) if (!(bytes[at + i]! >= 48 && bytes[at + i]! <= 57)) return false;
  return bytes[at + 3] === 58 && twoDigits(bytes, at + 1) < 18 && twoDigits(bytes, at + 4) < 60;
}

/** `stdout` or `stderr` at this place, else -1. */
function laneAt(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== 115 || bytes[at + 1] !== 116 || bytes[at + 2] !== 100) return -1;
  if (bytes[at + 3] === 111 && bytes[at + 4] === 117 && bytes[at + 5] === 116) return STDOUT;
  if (bytes[at + 3] === 101 && bytes[at + 4] === 114 && bytes[at + 5] === 114) return STDERR;
  return -1;
}
