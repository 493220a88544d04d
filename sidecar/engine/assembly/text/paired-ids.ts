// Forms in which the ids of a trace and of a span stand together (plain/formats/paired-ids.ts). Each function looks at one place,
// takes constant time, and returns whether it took the ids; when not, nothing has changed.
import { CLOSE_BRACKET, COLON, COMMA, OPEN_BRACKET, isDigit } from '../bytes';
import { SPAN_ID, TRACE_ID, has, setSpan, setTrace } from '../facts';
import { HYPHEN, endOfHex, isWord } from './alphabet';
import { SPAN_BYTES, TRACE_BYTES, XRAY_BYTES, hexId, isLowerId, xrayId } from './ids';

/** `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01` */
export const TRACEPARENT_BYTES: usize = 55;

const ZERO: u8 = 0x30;
const AT_SIGN: u8 = 0x40;
/** `;Parent=` as a little-endian number. */
const PARENT: u64 = 0x3d746e657261503b;

/** @inline */
function isLowerHex(byte: u32): bool {
  return isDigit(byte) || byte - 0x61 < 6;
}

/** The ids of 32 digits at `trace` and of 16 at `span`, in lower case; not when one of them is nought. */
function take(trace: usize, span: usize): bool {
  if (!isLowerId(trace, TRACE_BYTES) || !isLowerId(span, SPAN_BYTES)) return false;
  setTrace(trace);
  setSpan(span);
  return true;
}

/** A W3C `traceparent`, in lower case as it must be, with no letter or digit behind it. */
export function takeTraceparent(at: usize, end: usize): bool {
  const last = at + TRACEPARENT_BYTES;
  if (last > end || load<u8>(at, 2) != HYPHEN || load<u8>(at, 35) != HYPHEN || load<u8>(at, 52) != HYPHEN) return false;
  if (!isLowerHex(load<u8>(at)) || !isLowerHex(load<u8>(at, 1))) return false;
  if (!isLowerHex(load<u8>(at, 53)) || !isLowerHex(load<u8>(at, 54))) return false;
  return (last == end || !isWord(load<u8>(last))) && take(at + 3, at + 36);
}

/** `[<32 hex digits>-<16 hex digits>]` at `at`. */
export function takeSpring(at: usize, end: usize): bool {
  if (at + 51 > end || load<u8>(at) != OPEN_BRACKET || load<u8>(at, 33) != HYPHEN) return false;
  return load<u8>(at, 50) == CLOSE_BRACKET && !has(TRACE_ID) && take(at + 1, at + 34);
}

/** `,<16 or 32 hex digits>,<16 hex digits>` at `at`, and then `]` or a comma. */
export function takeSleuth(at: usize, end: usize): bool {
  const middle = at + 17 < end && load<u8>(at, 17) == COMMA ? at + 17 : at + 33;
  const last = middle + 17;
  if (last >= end || load<u8>(middle) != COMMA || has(TRACE_ID)) return false;
  if (load<u8>(last) != COMMA && load<u8>(last) != CLOSE_BRACKET) return false;
  if (!isLowerId(at + 1, middle - at - 1) || !isLowerId(middle + 1, SPAN_BYTES)) return false;
  setTrace(hexId(at + 1, middle, TRACE_BYTES));
  setSpan(middle + 1);
  return true;
}

/** `<trace>:<span>:…` of Jaeger, `<trace>-<span>…` of B3: hex digits that need not be all there. */
export function takeHeader(at: usize, end: usize): bool {
  const middle = endOfHex(at, min(end, at + TRACE_BYTES + 1));
  if (middle >= end || (load<u8>(middle) != COLON && load<u8>(middle) != HYPHEN) || has(TRACE_ID)) return false;
  const last = endOfHex(middle + 1, min(end, middle + SPAN_BYTES + 2));
  if ((last < end && isWord(load<u8>(last))) || isNought(middle + 1, last)) return false;
  const trace = hexId(at, middle, TRACE_BYTES);
  if (!trace) return false;
  setTrace(trace);
  const span = hexId(middle + 1, last, SPAN_BYTES);
  if (span) setSpan(span);
  return true;
}

/** No digits, too many of them for a span id, or only zeros. */
function isNought(at: usize, end: usize): bool {
  if (end > at + SPAN_BYTES) return true;
  while (at < end && load<u8>(at) == ZERO) at++;
  return at >= end;
}

/** An X-Ray trace id at `at`, and the span id behind it where there is one: `;Parent=<16>`, `@<16>`. */
export function takeXray(at: usize, end: usize): void {
  if (has(TRACE_ID)) return;
  const trace = xrayId(at, end);
  if (!trace) return;
  setTrace(trace);
  const behind = at + XRAY_BYTES;
  const digits = load<u8>(behind) == AT_SIGN ? behind + 1 : load<u64>(behind) == PARENT ? behind + 8 : end;
  const last = digits + SPAN_BYTES;
  if (last > end || (last < end && isWord(load<u8>(last))) || has(SPAN_ID)) return;
  const span = hexId(digits, last, SPAN_BYTES);
  if (span) setSpan(span);
}
