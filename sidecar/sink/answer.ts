/** Something went wrong: `reason` is the same whenever the same goes wrong, `error` has the words of this time. */
export interface Fault {
  reason: string;
  error: string;
}

/** What became of one record of a batch. */
export type Outcome =
  | { kind: 'stored' }
  /** In the stream's failure store: it is kept, but no search of the stream finds it. */
  | { kind: 'stored'; aside: true }
  /** 409 on create: exactly this extent is stored already. */
  | { kind: 'duplicate' }
  /** It can be accepted later, as it is. */
  | ({ kind: 'retry' } & Fault)
  /** It can be accepted once somebody has mended a key, a privilege, a stream. */
  | ({ kind: 'hold' } & Fault)
  /** This form of it will never be accepted. */
  | ({ kind: 'rejected' } & Fault);

/** What a whole request came to. */
export type Answer =
  /** Each record is new, and stored. `tookMs`: for how long Elasticsearch was busy with it, as it says. */
  | { kind: 'stored'; tookMs?: number | undefined }
  | { kind: 'items'; outcomes: Outcome[]; tookMs?: number | undefined }
  /** Nothing was said about any record; send them again after a while, perhaps to another address. */
  | ({ kind: 'retry'; elsewhere: boolean; afterMs?: number | undefined } & Fault)
  | ({ kind: 'hold' } & Fault)
  | { kind: 'tooLarge' };

interface Item {
  status?: unknown;
  failure_store?: unknown;
  error?: { type?: unknown; reason?: unknown };
}

/** What is read of an answer; each item of it is some of the words of one error, if any. */
export const FILTER = 'took,errors,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason';

/**
 * An answer to so many records, together of so many bytes, that is longer than this is none of Elasticsearch's. An error quotes
 * what it refuses: the name of a field, its value.
 */
export const mostBytes = (count: number, bytes: number): number => 65_536 + count * 1024 + 2 * bytes;

/** Words of an error that are kept: in the log, and with a dead letter. */
const ERROR_LENGTH = 500;

/**
 * Reads the answer to a `_bulk` request of `count` records. A 200 that is cut off, is not JSON or tells of another number of
 * items acknowledges nothing. Statuses: Elasticsearch reference, "Bulk API"; 429 also for a flood-stage block.
 * `afterMs`: what `Retry-After` asks for.
 */
export function readAnswer(status: number, body: string, afterMs: number | undefined, count: number): Answer {
  if (status === 413) return { kind: 'tooLarge' };
  if (status === 401 || status === 403 || status === 404) return { kind: 'hold', ...faultOf(status, body) };
  if (status !== 200) {
    // A server that asks for patience speaks for its cluster; one that is not ready speaks for itself.
    return { kind: 'retry', elsewhere: status >= 500, afterMs, ...faultOf(status, body) };
  }
  const { items, took } = readBody(body);
  const tookMs = typeof took === 'number' && Number.isSafeInteger(took) && took >= 0 ? took : undefined;
  if (items?.length === count) return { kind: 'items', outcomes: items.map(outcomeOf), tookMs };
  const error = items ? `${items.length} items for ${count} records` : `not JSON: ${body.slice(0, 100)}`;
  return { kind: 'retry', elsewhere: true, reason: '200 with an answer that cannot be read', error };
}

function readBody(body: string): { items?: Item[]; took?: unknown } {
  try {
    const { items, took } = JSON.parse(body) as { items?: unknown; took?: unknown };
    return Array.isArray(items)
      ? { items: items.map((item: { create?: Item } | null) => item?.create ?? {}), took }
      : {};
  } catch {
    return {};
  }
}

function outcomeOf({ status, error, failure_store: failureStore }: Item): Outcome {
  if (status === 200 || status === 201) {
    return failureStore === 'used' ? { kind: 'stored', aside: true } : { kind: 'stored' };
  }
  if (status === 409) return { kind: 'duplicate' };
  const type = typeof error?.type === 'string' ? error.type : 'without a type';
  const words = typeof error?.reason === 'string' ? error.reason.slice(0, ERROR_LENGTH) : '';
  const fault = { reason: `${String(status)} ${type}`, error: words };
  if (status === 401 || status === 403 || status === 404) return { kind: 'hold', ...fault };
  if (status === 400 || status === 413) return { kind: 'rejected', ...fault, reason: type };
  return { kind: 'retry', ...fault };
}

function faultOf(status: number, body: string): Fault {
  try {
    const { error } = JSON.parse(body) as { error?: { type?: unknown; reason?: unknown } | string };
    if (typeof error === 'string') return { reason: `${status}`, error: error.slice(0, ERROR_LENGTH) };
    if (error) {
      const { type, reason } = error;
      return {
        reason: typeof type === 'string' ? `${status} ${type}` : `${status}`,
        error: typeof reason === 'string' ? reason.slice(0, ERROR_LENGTH) : '',
      };
    }
  } catch {
    // Not from Elasticsearch: a proxy's page, say. Its first words are the best there is.
  }
  return { reason: `${status}`, error: body.slice(0, 200) };
}

const MOST_PATIENCE_MS = 300_000;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) in milliseconds, at most five minutes: seconds, or a date, which counts from the
 * answer's own `Date` where it has one, for clocks differ. Undefined when it is neither.
 */
export function retryAfterMs(
  headers: { 'retry-after'?: string | undefined; date?: string | undefined },
  now: number,
): number | undefined {
  const value = headers['retry-after']?.trim();
  if (!value) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return Math.min(seconds * 1000, MOST_PATIENCE_MS);
  // A number is no date, though `Date.parse` takes some for a year.
  const until = Number.isNaN(seconds) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const answered = Date.parse(headers.date ?? '');
  const since = Number.isNaN(answered) ? now : answered;
  return Math.min(Math.max(0, until - since), MOST_PATIENCE_MS);
}
