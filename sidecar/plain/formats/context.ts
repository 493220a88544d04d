import type { Facts } from '../facts.ts';
import { SPAN_ID, TRACE_ID } from '../fields.ts';
import { endOfDigits, endOfHex, HEX, isWord, NOT_HEX } from './alphabet.ts';
import { decimalId, hexId, LEAST_DIGITS, NO_ID } from './ids.ts';
import { takeHeader, takeSleuth, takeSpring, takeTraceparent, takeXray } from './paired-ids.ts';

const [HYPHEN, COMMA, EQUALS, COLON, SPACE, BACKSLASH] = [45, 44, 61, 58, 32, 92];
const [OPEN, CLOSE, UNDERSCORE, DOT] = [91, 93, 95, 46];

/** Bytes at which ids may stand; all others are passed over. */
const MARKS = Uint8Array.from({ length: 256 }, (_, byte) => Number([HYPHEN, COMMA, EQUALS, COLON].includes(byte)));

/** What a key says of the value behind it. */
const [NONE, TRACE, SPAN, DATADOG_TRACE, DATADOG_SPAN, HEADER] = [0, 1, 2, 3, 4, 5];
const KEYS: readonly (readonly [string, number])[] = [
  ['trace_id', TRACE],
  ['traceid', TRACE],
  ['trace.id', TRACE],
  ['trace-id', TRACE],
  ['oteltraceid', TRACE],
  ['x-b3-traceid', TRACE],
  ['span_id', SPAN],
  ['spanid', SPAN],
  ['span.id', SPAN],
  ['span-id', SPAN],
  ['otelspanid', SPAN],
  ['x-b3-spanid', SPAN],
  ['dd.trace_id', DATADOG_TRACE],
  ['dd.span_id', DATADOG_SPAN],
  ['uber-trace-id', HEADER],
  ['b3', HEADER],
];
const LONGEST_KEY = Math.max(...KEYS.map(([key]) => key.length));
/** An application's name in brackets before the ids is not looked at any further. */
const LONGEST_NAME = 64;

/**
 * Trace context anywhere in a text: a W3C `traceparent`, which counts before everything else; behind a key and `=` or `:`,
 * with or without quotes, an id of at least eight hex digits (`trace_id`, `traceId`, `trace.id`, `span_id` …, and OpenTelemetry's
 * and B3's names, in any case), Datadog's `dd.trace_id` in decimal or hex, Jaeger's `uber-trace-id`, `b3`; X-Ray's
 * `1-58406520-a006649127e371903a2de979`; Spring Boot's `[trace-span]` and `[app,trace,span]`. Of several the first counts, for
 * trace and span each. A span without its trace says nothing. Linear: constant work at each of four bytes.
 */
export function contextIn(bytes: Uint8Array, start: number, end: number, facts: Facts): void {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (MARKS[byte] === 0) continue;
    if (byte === HYPHEN) {
      if (at - 2 >= start && beginsWord(bytes, start, at - 2) && takeTraceparent(bytes, at - 2, end, facts)) return;
      if (at - 1 >= start && beginsWord(bytes, start, at - 1)) takeXray(bytes, at - 1, end, facts);
      if (at - 33 >= start) takeSpring(bytes, at - 33, end, facts);
    } else if (byte === COMMA) {
      if (mayBeSleuth(bytes, at, end) && isInBracket(bytes, start, at)) takeSleuth(bytes, at, end, facts);
    } else {
      const meaning = keyBefore(bytes, start, at);
      if (meaning === NONE) continue;
      const value = valueAfter(bytes, at, end);
      facts.ids.push(value, endOfWord(bytes, value, end));
      if (meaning === TRACE) takeTrace(bytes, value, end, facts);
      else if (meaning === SPAN) takeSpan(bytes, value, end, facts);
      else if (meaning === DATADOG_TRACE) takeDatadogTrace(bytes, value, end, facts);
      else if (meaning === DATADOG_SPAN) takeDatadogSpan(bytes, value, end, facts);
      else takeHeader(bytes, value, end, facts);
    }
  }
  if (!facts.has(TRACE_ID)) facts.drop(SPAN_ID);
}

function endOfWord(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isWord(bytes[at])) at++;
  return at;
}

/** Whether a word begins at `at`. */
const beginsWord = (bytes: Uint8Array, start: number, at: number): boolean => at === start || !isWord(bytes[at - 1]);

const mayBeSleuth = (bytes: Uint8Array, at: number, end: number): boolean =>
  at + 34 < end && HEX[bytes[at + 1]!] !== NOT_HEX && (bytes[at + 17] === COMMA || bytes[at + 33] === COMMA);

/** Whether a bracket opened before `at`, and did not close. */
function isInBracket(bytes: Uint8Array, start: number, at: number): boolean {
  const first = Math.max(start, at - LONGEST_NAME);
  for (let i = at - 1; i >= first; i--) {
    if (bytes[i] === OPEN) return true;
    if (bytes[i] === CLOSE) return false;
  }
  return false;
}

/** What the key before the `=` or `:` at `at` says; quotes around it, escaped or not, do not count. */
function keyBefore(bytes: Uint8Array, start: number, at: number): number {
  let end = at;
  if (end > start && isQuote(bytes[end - 1]!)) end--;
  if (end > start && end < at && bytes[end - 1] === BACKSLASH) end--;
  const last = bytes[end - 1]! | 32;
  // Every key ends with `d` or `3`, and most words before a colon do not.
  if (end === start || (last !== 100 && last !== 51)) return NONE;
  const least = Math.max(start, end - LONGEST_KEY - 1);
  let first = end;
  while (first > least && isKey(bytes[first - 1]!)) first--;
  while (first < end && !isWord(bytes[first])) first++;
  for (const [key, meaning] of KEYS) if (key.length === end - first && isSame(key, bytes, first)) return meaning;
  return NONE;
}

const isQuote = (byte: number): boolean => byte === 34 || byte === 39;
const isKey = (byte: number): boolean => isWord(byte) || byte === UNDERSCORE || byte === DOT || byte === HYPHEN;

/** Whether the key stands at `at`, in any case. */
function isSame(key: string, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < key.length; i++) {
    const byte = bytes[at + i]!;
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== key.charCodeAt(i)) return false;
  }
  return true;
}

/** Where the value behind the `=` or `:` at `at` begins: one space and one quote, escaped or not, are stepped over. */
function valueAfter(bytes: Uint8Array, at: number, end: number): number {
  let value = at + 1;
  if (value < end && bytes[value] === SPACE) value++;
  if (value + 1 < end && bytes[value] === BACKSLASH && isQuote(bytes[value + 1]!)) value++;
  if (value < end && isQuote(bytes[value]!)) value++;
  return value;
}

function takeTrace(bytes: Uint8Array, at: number, end: number, facts: Facts): void {
  const last = endOfId(bytes, at, end, 32);
  if (last > 0 && !facts.has(TRACE_ID) && hexId(bytes, at, last, facts.traceId) !== NO_ID) facts.setTrace();
}

function takeSpan(bytes: Uint8Array, at: number, end: number, facts: Facts): void {
  const last = endOfId(bytes, at, end, 16);
  if (last > 0 && !facts.has(SPAN_ID) && hexId(bytes, at, last, facts.spanId) !== NO_ID) facts.setSpan();
}

/** Decimal, or 32 hex digits. */
function takeDatadogTrace(bytes: Uint8Array, at: number, end: number, facts: Facts): void {
  const last = endOfDecimal(bytes, at, end);
  if (last < 0) takeTrace(bytes, at, end, facts);
  else if (!facts.has(TRACE_ID) && decimalId(bytes, at, last, facts.traceId) !== NO_ID) facts.setTrace();
}

function takeDatadogSpan(bytes: Uint8Array, at: number, end: number, facts: Facts): void {
  const last = endOfDecimal(bytes, at, end);
  if (last < 0) takeSpan(bytes, at, end, facts);
  else if (!facts.has(SPAN_ID) && decimalId(bytes, at, last, facts.spanId) !== NO_ID) facts.setSpan();
}

/** Index after the hex digits of an id of at most `width`, -1 when there are none. A hyphen behind fewer is a UUID's. */
function endOfId(bytes: Uint8Array, at: number, end: number, width: number): number {
  const last = endOfHex(bytes, at, Math.min(end, at + width + 1));
  const length = last - at;
  if (length < LEAST_DIGITS || length > width) return -1;
  if (last === end) return last;
  const next = bytes[last]!;
  return isWord(next) || next === UNDERSCORE || (next === HYPHEN && length < width) ? -1 : last;
}

/** Index after the digits of a decimal id, -1 when there are none, or more of them than it has. */
function endOfDecimal(bytes: Uint8Array, at: number, end: number): number {
  const last = endOfDigits(bytes, at, Math.min(end, at + 21));
  return last === at || last === at + 21 || (last < end && isWord(bytes[last])) ? -1 : last;
}
