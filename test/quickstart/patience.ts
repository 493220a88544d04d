import { until } from '../wait.ts';

const LONGEST = 180_000;

/** `until`, three minutes at most, cut short by a signal: then it throws the signal's reason. */
export async function untilOr<T>(signal: AbortSignal, what: string, probe: () => Promise<T>): Promise<NonNullable<T>> {
  const value = await until(what, async () => (signal.aborted ? ('aborted' as const) : probe()), {
    timeoutMs: LONGEST,
    everyMs: 250,
  });
  signal.throwIfAborted();
  return value as NonNullable<T>;
}
