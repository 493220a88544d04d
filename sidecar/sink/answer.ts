/** Something went wrong: `reason` is the same whenever the same goes wrong, `error` has the words of this time. */
export interface Fault {
  reason: string;
  error: string;
}

/** What became of one record of a batch. */
export type Outcome =
  | { kind: 'stored' }
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
  | { kind: 'items'; outcomes: Outcome[] }
  /** Nothing was said about any record; send them again after a while, perhaps to another address. */
  | ({ kind: 'retry'; elsewhere: boolean; afterMs?: number | undefined } & Fault)
  | ({ kind: 'hold' } & Fault)
  | { kind: 'tooLarge' };

interface Item {
  status?: unknown;
  error?: { type?: unknown; reason?: unknown };
}

/**
 * Reads the answer to a `_bulk` request of `count` records. A 200 that is cut off, is not JSON or tells of another number of
 * items acknowledges nothing. Statuses: Elasticsearch reference, "Bulk API"; 429 also for a flood-stage block.
 */
export function readAnswer(status: number, body: string, retryAfter: string | undefined, count: number): Answer {
  if (status === 413) return { kind: 'tooLarge' };
  if (status === 401 || status === 403 || status === 404) return { kind: 'hold', ...faultOf(status, body) };
  if (status !== 200) {
    // A server that asks for patience speaks for its cluster; one that is not ready speaks for itself.
    return { kind: 'retry', elsewhere: status >= 500, afterMs: secondsToMs(retryAfter), ...faultOf(status, body) };
  }
  const items = itemsOf(body);
  if (items?.length === count) return { kind: 'items', outcomes: items.map(outcomeOf) };
  const error = items ? `${items.length} items for ${count} records` : `not JSON: ${body.slice(0, 100)}`;
  return { kind: 'retry', elsewhere: true, reason: '200 with an answer that cannot be read', error };
}

function itemsOf(body: string): Item[] | undefined {
  try {
    const { items } = JSON.parse(body) as { items?: unknown };
    return Array.isArray(items) ? items.map((item: { create?: Item } | null) => item?.create ?? {}) : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf({ status, error }: Item): Outcome {
  if (status === 200 || status === 201) return { kind: 'stored' };
  if (status === 409) return { kind: 'duplicate' };
  const type = typeof error?.type === 'string' ? error.type : 'without a type';
  const fault = { reason: `${String(status)} ${type}`, error: typeof error?.reason === 'string' ? error.reason : '' };
  if (status === 401 || status === 403 || status === 404) return { kind: 'hold', ...fault };
  if (status === 400 || status === 413) return { kind: 'rejected', ...fault, reason: type };
  return { kind: 'retry', ...fault };
}

function faultOf(status: number, body: string): Fault {
  try {
    const { error } = JSON.parse(body) as { error?: { type?: string; reason?: string } | string };
    if (typeof error === 'string') return { reason: `${status}`, error };
    if (error) return { reason: `${status} ${error.type ?? ''}`, error: error.reason ?? '' };
  } catch {
    // Not from Elasticsearch: a proxy's page, say. Its first words are the best there is.
  }
  return { reason: `${status}`, error: body.slice(0, 200) };
}

/** `Retry-After` in seconds, at most five minutes of it; a date is not understood and counts as absent. */
function secondsToMs(value: string | undefined): number | undefined {
  const seconds = Number(value);
  return value !== undefined && value !== '' && seconds >= 0 ? Math.min(seconds, 300) * 1000 : undefined;
}
