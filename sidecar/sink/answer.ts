/** What became of one record of a batch. */
export type Outcome =
  | { kind: 'stored' }
  /** 409 on create: exactly this extent is stored already. */
  | { kind: 'duplicate' }
  /** It can be accepted later, as it is. */
  | { kind: 'retry'; reason: string }
  /** This form of it will never be accepted. */
  | { kind: 'rejected'; reason: string; error: string };

/** What a whole request came to. */
export type Answer =
  | { kind: 'items'; outcomes: Outcome[] }
  /** Nothing was said about any record; send them again after a while. */
  | { kind: 'retry'; reason: string; afterMs?: number | undefined }
  /** Everything waits until somebody mends it: a key, a privilege, a stream. */
  | { kind: 'hold'; reason: string }
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
  if (status === 401 || status === 403 || status === 404)
    return { kind: 'hold', reason: `${status} ${errorText(body)}` };
  if (status !== 200)
    return { kind: 'retry', reason: `${status} ${errorText(body)}`, afterMs: secondsToMs(retryAfter) };
  const items = itemsOf(body);
  if (items?.length !== count) return { kind: 'retry', reason: '200 with an answer that cannot be read' };
  const outcomes = items.map(outcomeOf);
  const refused = outcomes.find((outcome) => outcome.kind === 'hold');
  if (refused) return { kind: 'hold', reason: refused.reason };
  return { kind: 'items', outcomes: outcomes as Outcome[] };
}

function itemsOf(body: string): Item[] | undefined {
  try {
    const { items } = JSON.parse(body) as { items?: unknown };
    return Array.isArray(items) ? items.map((item: { create?: Item }) => item.create ?? {}) : undefined;
  } catch {
    return undefined;
  }
}

function outcomeOf({ status, error }: Item): Outcome | { kind: 'hold'; reason: string } {
  if (status === 200 || status === 201) return { kind: 'stored' };
  if (status === 409) return { kind: 'duplicate' };
  const type = typeof error?.type === 'string' ? error.type : 'unknown';
  const text = `${String(status)} ${type}: ${typeof error?.reason === 'string' ? error.reason : ''}`;
  if (status === 401 || status === 403 || status === 404) return { kind: 'hold', reason: text };
  if (status === 400 || status === 413) return { kind: 'rejected', reason: type, error: text };
  return { kind: 'retry', reason: text };
}

function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: { type?: string; reason?: string } | string };
    if (typeof error === 'string') return error;
    if (error) return `${error.type ?? ''}: ${error.reason ?? ''}`;
  } catch {
    // Not from Elasticsearch: a proxy's page, say. Its first words are the best there is.
  }
  return body.slice(0, 200);
}

/** `Retry-After` in seconds, at most five minutes of it; a date is not understood and counts as absent. */
function secondsToMs(value: string | undefined): number | undefined {
  const seconds = Number(value);
  return value !== undefined && value !== '' && seconds >= 0 ? Math.min(seconds, 300) * 1000 : undefined;
}
