/** What is taken out of a record's payload into fields of its own. */
export interface Facts {
  level: string | undefined;
  traceId: string | undefined;
  spanId: string | undefined;
}

export type Target = 'message' | 'level' | 'traceId' | 'spanId' | 'traceparent';

/**
 * The application's key -> our field, a fixed table: never a look at the index. Of several keys for one field the first in
 * the record wins, and the others stay under `app`; so does a value of the wrong type.
 */
export const TABLE = new Map<string, Target>([
  ['message', 'message'],
  ['msg', 'message'],
  ['level', 'level'],
  ['log.level', 'level'],
  ['severity', 'level'],
  ['trace_id', 'traceId'],
  ['traceId', 'traceId'],
  ['traceID', 'traceId'],
  ['trace.id', 'traceId'],
  ['span_id', 'spanId'],
  ['spanId', 'spanId'],
  ['spanID', 'spanId'],
  ['span.id', 'spanId'],
  ['traceparent', 'traceparent'],
]);
const LENGTHS = [...TABLE.keys()].map((key) => key.length);
const SHORTEST = Math.min(...LENGTHS);
const LONGEST = Math.max(...LENGTHS);
/** By first byte whether a key of the table begins with it: most keys are none of ours. */
const FIRST = Array.from({ length: 256 }, (_, byte) => [...TABLE.keys()].some((key) => key.charCodeAt(0) === byte));

/** The field for the key `[start, end)`; keys written with escapes are not looked for. */
export function targetOf(bytes: Buffer, start: number, end: number): Target | undefined {
  const length = end - start;
  if (length < SHORTEST || length > LONGEST || !FIRST[bytes[start]!]) return undefined;
  return TABLE.get(bytes.toString('latin1', start, end));
}

/** pino's and bunyan's numbers (pino, docs/api.md "logger.level"). */
const NUMBERED = new Map([
  [10, 'trace'],
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
  [60, 'fatal'],
]);

/** A level as a lower-case word; undefined when the value is none. */
export function levelOf(value: unknown): string | undefined {
  if (typeof value === 'number') return NUMBERED.get(value);
  return typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(value) ? value.toLowerCase() : undefined;
}

/** A W3C trace id: 32 hex digits, not all zero, in lower case. */
export function traceIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-fA-F]{32}$/.test(value) && !/^0+$/.test(value)
    ? value.toLowerCase()
    : undefined;
}

/** A W3C span id: 16 hex digits, not all zero, in lower case. */
export function spanIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-fA-F]{16}$/.test(value) && !/^0+$/.test(value)
    ? value.toLowerCase()
    : undefined;
}

const TRACEPARENT = /(?<![0-9A-Za-z])[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?![0-9A-Za-z])/;

/** Both ids of a `traceparent` (W3C Trace Context, section 3.2) that stands anywhere in the text. */
export function traceparentIn(text: string): { traceId: string; spanId: string } | undefined {
  const match = TRACEPARENT.exec(text);
  const traceId = traceIdOf(match?.[1]);
  const spanId = spanIdOf(match?.[2]);
  return traceId && spanId ? { traceId, spanId } : undefined;
}

/**
 * Takes a value over into the field that its key stands for; false when that has a value already or this one has the wrong
 * shape: it stays under `app`.
 */
export function promote(target: Exclude<Target, 'message'>, value: unknown, facts: Facts): boolean {
  if (target === 'traceparent') {
    const ids = typeof value === 'string' && !facts.traceId && !facts.spanId ? traceparentIn(value) : undefined;
    Object.assign(facts, ids);
    return ids !== undefined;
  }
  const read = READ[target](value);
  if (read === undefined || facts[target] !== undefined) return false;
  facts[target] = read;
  return true;
}

const READ = { level: levelOf, traceId: traceIdOf, spanId: spanIdOf };
