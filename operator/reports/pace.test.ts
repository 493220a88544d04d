import { expect, it } from 'vitest';
import { nextSeconds } from './pace.ts';

it.each([
  [0, 5],
  [1, 5],
  [1000, 5],
  [1001, 6],
  [5000, 25],
  [10_000, 50],
  [12_000, 60],
  [100_000, 60],
])('%i pods report every %i s', (pods, seconds) => {
  expect(nextSeconds(pods)).toBe(seconds);
});

it('up to 12,000 pods there are 200 reports a second at most', () => {
  for (let pods = 1; pods <= 12_000; pods++) expect(pods / nextSeconds(pods)).toBeLessThanOrEqual(200);
});
