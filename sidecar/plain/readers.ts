import { CODED, levelCode, LIST, NUMBER, PLAIN, QUOTED, ESCAPED, SEVERITIES, WORD } from './facts.ts';
import type { Facts, Value } from './facts.ts';
import { LEVEL, SPAN_ID, TRACE_ID } from './fields.ts';
import { isLetter, isWord, standsAt } from './formats/alphabet.ts';
import { contextIn } from './formats/context.ts';
import { decimalId, hexId, LEAST_DIGITS, NO_ID, SAME, XRAY_BYTES, xrayId } from './formats/ids.ts';
import { isCount } from './formats/number.ts';
import { takeHeader, takeTraceparent, TRACEPARENT_BYTES } from './formats/paired-ids.ts';
import { COPIED, LEFT, TAKEN } from './outcome.ts';
import type { As } from './promotions.ts';

/** Reads a value into a field that has none, and says what became of it: `outcome.ts`. */
type Reader = (bytes: Uint8Array, value: Value, field: number, facts: Facts) => number;

const BACKSLASH = 92;
const LONGEST_LEVEL = 32;

/** Levels of one letter, as klog has them, in any case: `LEVELS`' number and one. */
const LETTERS = new Uint8Array(256);
for (const level of ['trace', 'debug', 'info', 'notice', 'warning', 'error', 'fatal'] as const) {
  LETTERS[level.charCodeAt(0)] = levelCode(level) + 1;
  LETTERS[level.toUpperCase().charCodeAt(0)] = levelCode(level) + 1;
}

const isText = (kind: number): boolean => kind === QUOTED || kind === PLAIN || kind === ESCAPED;

const text: Reader = (_, { kind, start, end }, field, facts) => {
  if (!isText(kind)) return LEFT;
  facts.set(field, kind, start, end);
  return TAKEN;
};

const filled: Reader = (bytes, value, field, facts) =>
  value.start < value.end ? text(bytes, value, field, facts) : LEFT;

const lines: Reader = (bytes, value, field, facts) =>
  hasNewline(bytes, value.start, value.end) ? text(bytes, value, field, facts) : LEFT;

/** Whether an escaped newline stands in the inside of a string. */
function hasNewline(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end - 1; at++) {
    if (bytes[at] !== BACKSLASH) continue;
    if (bytes[++at] === 110) return true;
  }
  return false;
}

/** A word in lower case; pino's and bunyan's numbers (pino, docs/api.md "logger.level"). */
const level: Reader = (bytes, { kind, start, end }, _, facts) => {
  const first = bytes[start]!;
  if (kind === NUMBER) {
    if (end - start !== 2 || bytes[start + 1] !== 48 || first < 49 || first > 54) return LEFT;
    facts.setLevel(first - 49);
    return TAKEN;
  }
  if (!isText(kind) || !isLevel(bytes, start, end)) return LEFT;
  const letter = end - start === 1 ? LETTERS[first]! : 0;
  if (letter > 0) facts.setLevel(letter - 1);
  else facts.set(LEVEL, WORD, start, end);
  return TAKEN;
};

/** At most 32 letters, digits, `_` and `-`, a letter first. */
function isLevel(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end || end - start > LONGEST_LEVEL || !isLetter(bytes[start])) return false;
  for (let at = start; at < end; at++) if (!isWord(bytes[at]) && bytes[at] !== 45 && bytes[at] !== 95) return false;
  return true;
}

const severity: Reader = (bytes, { kind, start, end }, _, facts) => {
  const number = bytes[start]! - 48;
  if (kind !== NUMBER || end - start !== 1 || number > 7) return LEFT;
  facts.setLevel(SEVERITIES[number]!);
  return TAKEN;
};

const trace: Reader = (bytes, { kind, start, end }, _, facts) => {
  if (!isText(kind) || end - start < LEAST_DIGITS) return LEFT;
  const id = hexId(bytes, start, end, facts.traceId) || wholeXray(bytes, start, end, facts);
  return kept(id, TRACE_ID, facts);
};

const wholeXray = (bytes: Uint8Array, start: number, end: number, { traceId }: Facts): number =>
  end - start === XRAY_BYTES ? xrayId(bytes, start, end, traceId) : NO_ID;

const span: Reader = (bytes, { kind, start, end }, _, facts) =>
  isText(kind) && end - start >= LEAST_DIGITS ? kept(hexId(bytes, start, end, facts.spanId), SPAN_ID, facts) : LEFT;

/** Sets the field of an id that was written where it belongs, unless it is none. */
function kept(id: number, field: number, facts: Facts): number {
  if (id === NO_ID) return LEFT;
  facts.set(field, CODED, 0, 0);
  return id === SAME ? TAKEN : COPIED;
}

/** A trace id of 32 digits is hex, and so is what has letters; everything else is decimal. */
const datadog: Reader = (bytes, { kind, start, end }, field, facts) => {
  const id = field === TRACE_ID ? facts.traceId : facts.spanId;
  if (!isText(kind) && kind !== NUMBER) return LEFT;
  const decimal = end - start === 32 ? NO_ID : decimalId(bytes, start, end, id);
  if (decimal !== NO_ID || kind === NUMBER) return kept(decimal, field, facts);
  return (field === TRACE_ID ? trace : span)(bytes, { kind, start, end }, field, facts);
};

/** `projects/P/traces/` and 32 hex digits, or these alone. */
const resource: Reader = (bytes, { kind, start, end }, _, facts) => {
  const first = end - 32;
  if (!isText(kind) || first < start) return LEFT;
  const isAlone = first === start;
  if (!isAlone && !(standsAt('projects/', bytes, start, first) && standsAt('/traces/', bytes, first - 8, first))) {
    return LEFT;
  }
  const outcome = kept(hexId(bytes, first, end, facts.traceId), TRACE_ID, facts);
  return isAlone ? outcome : outcome && COPIED;
};

/** Both ids, where none is known yet. A `traceparent` says little else and is taken; what says more stays. */
const context: Reader = (bytes, { kind, start, end }, _, facts) => {
  if (!isText(kind) || facts.has(SPAN_ID)) return LEFT;
  if (end - start === TRACEPARENT_BYTES && takeTraceparent(bytes, start, end, facts)) return TAKEN;
  contextIn(bytes, start, end, facts);
  return facts.has(TRACE_ID) ? COPIED : LEFT;
};

const header: Reader = (bytes, { kind, start, end }, _, facts) =>
  isText(kind) && !facts.has(SPAN_ID) && takeHeader(bytes, start, end, facts) ? COPIED : LEFT;

/** `[{"SpanId":"…","TraceId":"…"},…]`, as the JSON console of .NET writes its scopes: of several the first. */
const scopes: Reader = (bytes, { kind, start, end }, _, facts) => {
  if (kind !== LIST || facts.has(SPAN_ID)) return LEFT;
  for (const scope of JSON.parse(Buffer.from(bytes.subarray(start, end)).toString()) as readonly unknown[]) {
    const { TraceId, SpanId } = (scope ?? {}) as Record<string, unknown>;
    if (hexIdOf(TraceId, facts.traceId) === NO_ID) continue;
    facts.setTrace();
    if (hexIdOf(SpanId, facts.spanId) !== NO_ID) facts.setSpan();
    return COPIED;
  }
  return LEFT;
};

function hexIdOf(value: unknown, id: Uint8Array): number {
  const bytes = Buffer.from(typeof value === 'string' ? value : '');
  return bytes.length < LEAST_DIGITS ? NO_ID : hexId(bytes, 0, bytes.length, id);
}

const status: Reader = (bytes, { kind, start, end }, field, facts) => {
  if (kind !== NUMBER || end - start !== 3 || bytes[start]! > 53 || !isCount(bytes, start, end)) return LEFT;
  facts.set(field, NUMBER, start, end);
  return TAKEN;
};

const count: Reader = (bytes, { kind, start, end }, field, facts) => {
  if (kind !== NUMBER || !isCount(bytes, start, end)) return LEFT;
  facts.set(field, NUMBER, start, end);
  return TAKEN;
};

const digits: Reader = (bytes, { kind, start, end }, field, facts) =>
  isText(kind) || kind === NUMBER ? count(bytes, { kind: NUMBER, start, end }, field, facts) : LEFT;

const milliseconds: Reader = (bytes, value, field, facts) =>
  value.kind === NUMBER ? duration(Number(textIn(bytes, value)) * 1e6, field, facts) : LEFT;

const SECONDS = /^\d{1,9}(?:\.\d{1,9})?s$/;
const seconds: Reader = (bytes, value, field, facts) => {
  const text = textIn(bytes, value);
  return isText(value.kind) && SECONDS.test(text) ? duration(Number.parseFloat(text) * 1e9, field, facts) : LEFT;
};

const textIn = (bytes: Uint8Array, { start, end }: Value): string =>
  Buffer.from(bytes.subarray(start, end)).toString('latin1');

/** Nanoseconds. */
function duration(value: number, field: number, facts: Facts): number {
  const whole = Math.round(value);
  if (!(whole >= 0 && whole <= Number.MAX_SAFE_INTEGER)) return LEFT;
  facts.duration = whole;
  facts.set(field, CODED, 0, 0);
  return COPIED;
}

export const READERS: Readonly<Record<As, Reader>> = {
  text,
  filled,
  lines,
  level,
  severity,
  trace,
  span,
  datadog,
  resource,
  context,
  header,
  scopes,
  status,
  count,
  digits,
  milliseconds,
  seconds,
};
