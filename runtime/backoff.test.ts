import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoff } from './backoff.ts';

it.each([
  { attempt: 0, random: 0, expected: 100 },
  { attempt: 0, random: 1, expected: 200 },
  { attempt: 3, random: 0.5, expected: 1200 },
  { attempt: 50, random: 1, expected: 30_000 },
])('retry $attempt with chance $random waits $expected ms', ({ attempt, random, expected }) => {
  expect(backoff(attempt, () => random)).toBe(expected);
});

it('never waits longer than its maximum nor less than half its base', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
      const ms = backoff(attempt, () => random, { baseMs: 100, maxMs: 5000 });
      return ms >= 50 && ms <= 5000;
    }),
  );
});
