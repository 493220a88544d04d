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

it('of a time that has passed it waits no longer, and nobody complains', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error) => warnings.push(name);
  process.on('warning', onWarning);
  await wait(-0.003);
  // Warnings are told in the next turn.
  await wait(1);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});
