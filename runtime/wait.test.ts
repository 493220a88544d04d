import { expect, it } from 'vitest';
import { wait } from './wait.ts';

it('an aborted signal ends a wait at once, without a throw, and leaves no listener', async () => {
  const abort = new AbortController();
  const waiting = wait(3_600_000, abort.signal);
  abort.abort();
  await waiting;
  await wait(3_600_000, abort.signal);
  expect(abort.signal.aborted).toBe(true);
});

it('without a signal it resolves when the time is over', async () => {
  const before = performance.now();
  await wait(5);
  expect(performance.now()).toBeGreaterThan(before);
});
