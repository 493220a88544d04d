import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

/** Lines that pass until it is due again. */
function pauseOf(pace: Pace): number {
  let lines = 0;
  while (!pace.pass()) lines++;
  return lines;
}

it('asks less and less often where nothing is ordinary, and at once again where something is', () => {
  const pace = new Pace();
  expect(pace.isDue).toBe(true);
  const pauses = Array.from({ length: 9 }, () => {
    pace.took(0);
    return pauseOf(pace);
  });
  expect(pauses).toEqual([1, 3, 7, 15, 31, 63, 64, 64, 64]);
  pace.took(5);
  expect(pace.isDue).toBe(true);
  pace.took(0);
  expect(pace.isDue).toBe(false);
  expect(pauseOf(pace)).toBe(1);
});
