import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until `probe` returns something truthy and returns it; a throw counts as "not yet".
 * On the deadline it throws an Error that says what was waited for and the last failure.
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T> | T,
  { timeoutMs = 60_000, everyMs = 100 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last = 'the condition did not hold';
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}: ${last}`);
    await delay(everyMs);
  }
}
