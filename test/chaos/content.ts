import { isDeepStrictEqual } from 'node:util';
import type { DeadLetterDocument, LogDocument } from '../../api/document.ts';

/** A document as Elasticsearch gives it back, of either stream. */
export type Source = Partial<LogDocument> &
  Pick<DeadLetterDocument, '@timestamp' | 'log.offset' | 'kubernetes'> & {
    readonly tracewell: Partial<LogDocument['tracewell'] & DeadLetterDocument['tracewell']>;
  };

/** What a record was before anything happened to it. */
export interface Original {
  readonly text: Buffer;
  readonly stamp: string | undefined;
  readonly container: string;
}

/** A record that Elasticsearch refused has no more text than this. */
const CLEAN_BYTES = 262_144;
/** Deeper objects are kept as text. */
const MAX_DEPTH = 64;

/** What is wrong with a document, given what the application wrote; undefined when nothing is. */
export function wrongContent(source: Source, original: Original, limits: readonly number[]): string | undefined {
  const { '@timestamp': stamp, kubernetes, tracewell } = source;
  if (original.stamp !== undefined && stamp !== original.stamp) return `its time is ${stamp}, not ${original.stamp}`;
  if (kubernetes.container.name !== original.container) return `its container is ${kubernetes.container.name}`;
  const payload = tracewell.format === 'json' ? objectIn(original.text) : undefined;
  if (tracewell.format === 'json') return payload ? wrongJson(source, payload) : 'its format is json, its text is not';
  return wrongText(source, original, limits);
}

function wrongText(source: Source, { text, stamp }: Original, limits: readonly number[]): string | undefined {
  const { message = '', tracewell } = source;
  const { cut = 0 } = tracewell;
  const isFirstForm = tracewell.repaired === undefined && tracewell.reason === undefined;
  const allowed = isFirstForm ? limits : [CLEAN_BYTES];
  // A dead letter does not say how much was cut.
  const kept = tracewell.reason === undefined ? text.length - cut : lastWhole(text, CLEAN_BYTES);
  if (message !== text.subarray(0, kept).toString())
    return `its text is ${quote(message)}, not ${quote(text.toString())}`;
  if (!allowed.some((limit) => kept === lastWhole(text, limit))) return `${kept} of ${text.length} bytes are kept`;
  const wasObject = isFirstForm && stamp !== undefined && cut === 0 && objectIn(text) !== undefined;
  return wasObject ? 'it is JSON, and kept as text' : undefined;
}

/** How much of a text a limit leaves: whole characters. */
function lastWhole(text: Buffer, limit: number): number {
  if (text.length <= limit) return text.length;
  let end = limit;
  while (end > limit - 3 && (text[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** Each member stands under `app` as it was, or in a field of its own. */
function wrongJson(source: Source, payload: Record<string, unknown>): string | undefined {
  const { app = {} } = source;
  for (const [key, value] of Object.entries(payload)) {
    if (Object.hasOwn(app, key) ? !isDeepStrictEqual(app[key], value) : !isPromoted(source, key, value)) {
      return `${key}: ${quote(JSON.stringify(value))} is neither in app nor in a field of its own`;
    }
  }
  const invented = Object.keys(app).find((key) => !Object.hasOwn(payload, key));
  return invented === undefined ? undefined : `app.${invented} is not in what the application wrote`;
}

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 50: 'error' };

function isPromoted(source: Source, key: string, value: unknown): boolean {
  switch (key) {
    case 'msg':
    case 'message':
      return source.message === value;
    case 'level':
      return source['log.level'] === (typeof value === 'number' ? LEVELS[value] : value);
    case 'traceId':
      return source['trace.id'] === value;
    case 'span_id':
      return source['span.id'] === value;
    case 'traceparent':
      return value === `00-${source['trace.id']}-${source['span.id']}-01`;
    default:
      return false;
  }
}

/** The object that a text is; undefined for anything else, and for one that is too deep. */
function objectIn(text: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return depthOf(value) <= MAX_DEPTH ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const quote = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
