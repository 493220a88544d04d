import { expect, it } from 'vitest';
import { Random } from './random.ts';

const draws = (random: Random, count = 8) => Array.from({ length: count }, () => random.integer(0, 1_000_000));

it('gives the same for the same seed, and something else for another', () => {
  expect(draws(new Random(7))).toEqual(draws(new Random(7)));
  expect(draws(new Random(7))).not.toEqual(draws(new Random(8)));
});

it('a part draws the same, whatever the whole or another part has drawn', () => {
  const fresh = new Random(7);
  const used = new Random(7);
  draws(used);
  draws(used.fork('proxy'));
  expect(draws(used.fork('writer'))).toEqual(draws(fresh.fork('writer')));
});

it('draws evenly', () => {
  const random = new Random(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) counts[random.integer(0, 9)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

it('draws a key as often as its weight says', () => {
  const random = new Random(1);
  const counts = { often: 0, seldom: 0, never: 0 };
  for (let i = 0; i < 10_000; i++) counts[random.weighted({ often: 9, seldom: 1, never: 0 })]++;
  expect(counts.never).toBe(0);
  expect(Math.abs(counts.seldom - 1_000)).toBeLessThan(150);
});

it('shuffles without losing anything', () => {
  const list = [1, 2, 3, 4, 5, 6, 7, 8];
  const shuffled = new Random(3).shuffled(list);
  expect(shuffled).not.toEqual(list);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(list);
});
