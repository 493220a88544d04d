import type { Facts } from '../facts.ts';
import { SPAN_ID, TRACE_ID } from '../fields.ts';
import { endOfHex, isWord, standsAt } from './alphabet.ts';
import { hexId, isLowerHexId, NO_ID, XRAY_BYTES, xrayId } from './ids.ts';

/**
 * Forms in which a trace id and a span id stand together. Each function looks at one place, takes constant time, and returns
 * whether it took the ids; when not, nothing has changed.
 */

const COMMA = 44;
const HYPHEN = 45;
const COLON = 58;
const OPEN = 91;
const CLOSE = 93;
/** `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01` */
export const TRACEPARENT_BYTES = 55;

/** A W3C `traceparent`, lower case as it must be, with no letter or digit behind it (Trace Context, section 3.2). */
export function takeTraceparent(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  const last = at + TRACEPARENT_BYTES;
  if (last > end || bytes[at + 2] !== HYPHEN || bytes[at + 35] !== HYPHEN || bytes[at + 52] !== HYPHEN) return false;
  if (!isLowerHex(bytes, at) || !isLowerHex(bytes, at + 53) || (last < end && isWord(bytes[last]))) return false;
  return take(bytes, at + 3, at + 36, facts);
}

/** Two hex digits, whatever their number is. */
const isLowerHex = (bytes: Uint8Array, at: number): boolean =>
  standsAt('00', bytes, at, at + 2) || isLowerHexId(bytes, at, at + 2);

/** The ids of 32 digits at `trace` and of 16 at `span`, in lower case; not when one of them is nought. */
function take(bytes: Uint8Array, trace: number, span: number, facts: Facts): boolean {
  if (!isLowerHexId(bytes, trace, trace + 32) || !isLowerHexId(bytes, span, span + 16)) return false;
  hexId(bytes, trace, trace + 32, facts.traceId);
  hexId(bytes, span, span + 16, facts.spanId);
  facts.setTrace();
  facts.setSpan();
  return true;
}

/** `[<32 hex digits>-<16 hex digits>]` at `at`: Spring Boot since 3.2 (`CorrelationIdFormatter`). */
export function takeSpring(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  if (at + 51 > end || bytes[at] !== OPEN || bytes[at + 33] !== HYPHEN || bytes[at + 50] !== CLOSE) return false;
  return !facts.has(TRACE_ID) && take(bytes, at + 1, at + 34, facts);
}

/**
 * `,<16 or 32 hex digits>,<16 hex digits>` at `at`, and then `]` or a comma: the end of `[app,trace,span]`, Spring Boot 3.0 and
 * 3.1, and of `[app,trace,span,exportable]`, Spring Cloud Sleuth. Whether a bracket opened is for the caller to see.
 */
export function takeSleuth(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  const middle = at + 17 < end && bytes[at + 17] === COMMA ? at + 17 : at + 33;
  const last = middle + 17;
  if (last >= end || bytes[middle] !== COMMA || (bytes[last] !== COMMA && bytes[last] !== CLOSE)) return false;
  if (facts.has(TRACE_ID) || !isLowerHexId(bytes, at + 1, middle) || !isLowerHexId(bytes, middle + 1, last))
    return false;
  hexId(bytes, at + 1, middle, facts.traceId);
  hexId(bytes, middle + 1, last, facts.spanId);
  facts.setTrace();
  facts.setSpan();
  return true;
}

/**
 * `<trace>:<span>:…`, unpadded hex digits: Jaeger's `uber-trace-id` (jaegertracing.io, "Propagation format"); and
 * `<trace>-<span>…`: the single header `b3` (openzipkin/b3-propagation). Both stand behind their key only.
 */
export function takeHeader(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  const middle = endOfHex(bytes, at, Math.min(end, at + 33));
  if (middle >= end || (bytes[middle] !== COLON && bytes[middle] !== HYPHEN)) return false;
  const last = endOfHex(bytes, middle + 1, Math.min(end, middle + 18));
  if (last < end && isWord(bytes[last])) return false;
  if (facts.has(TRACE_ID) || isNought(bytes, middle + 1, last)) return false;
  if (hexId(bytes, at, middle, facts.traceId) === NO_ID) return false;
  facts.setTrace();
  if (hexId(bytes, middle + 1, last, facts.spanId) !== NO_ID) facts.setSpan();
  return true;
}

/** No digits, too many of them for a span id, or only zeros. */
function isNought(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at] === 48) at++;
  return at === end || end - start > 16;
}

/**
 * An X-Ray trace id at `at`, and the span id behind it where there is one: `;Parent=<16>` of the tracing header,
 * `@<16>` of X-Ray's SDK for Java.
 */
export function takeXray(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  if (facts.has(TRACE_ID) || xrayId(bytes, at, end, facts.traceId) === NO_ID) return false;
  facts.setTrace();
  const behind = at + XRAY_BYTES;
  const span = bytes[behind] === 64 ? behind + 1 : standsAt(';Parent=', bytes, behind, end) ? behind + 8 : end;
  if (span + 16 > end || (span + 16 < end && isWord(bytes[span + 16])) || facts.has(SPAN_ID)) return true;
  if (hexId(bytes, span, span + 16, facts.spanId) !== NO_ID) facts.setSpan();
  return true;
}
