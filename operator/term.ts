import { stopAll, type Part } from '../runtime/lifecycle.ts';

/** A leader that has given up must be still before another one may lead, which is five seconds later at the earliest. */
const GRACE_MS = 3_000;

/** Stops what only a leader runs; what that still asks of the API server after a while is cut off by `over`. Throws as `stopAll` does. */
export async function endTerm(
  { parts, over }: { parts: readonly Part[]; over: AbortController },
  graceMs = GRACE_MS,
): Promise<void> {
  const cut = setTimeout(() => over.abort(), graceMs);
  try {
    await stopAll(parts);
  } finally {
    clearTimeout(cut);
    over.abort();
  }
}
