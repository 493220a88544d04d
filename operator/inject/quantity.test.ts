import { expect, it } from 'vitest';
import { greater, lesser, numberOf } from './quantity.ts';

it.each([
  ['0', 0],
  ['2', 2],
  ['100m', 0.1],
  ['0.5', 0.5],
  ['.5', 0.5],
  ['5.', 5],
  ['1e3', 1000],
  ['1E3', 1000],
  ['2E', 2e18],
  ['-1', -1],
  ['+1', 1],
  ['1k', 1000],
  ['1Ki', 1024],
  ['1.5Gi', 1_610_612_736],
  ['128974848', 128_974_848],
])('%s is %d', (quantity, number) => {
  expect(numberOf(quantity)).toBeCloseTo(number, 12);
});

it.each(['', 'm', 'much', '1 Gi', '1K', '1gi', '--1', '1e', '0x10', 'toString'])('%j is none', (quantity) => {
  expect(numberOf(quantity)).toBeNaN();
});

it.each([
  ['1', '1000m'],
  ['1.1', '1100m'],
  ['0.3', '300000u'],
  ['1Gi', '1024Mi'],
  ['1073741824', '1Gi'],
  ['0.5Gi', '512Mi'],
  ['1M', '1000k'],
])('%s is as much as %s', (one, other) => {
  expect(numberOf(one)).toBe(numberOf(other));
});

it.each([
  ['48Mi', '192Mi', '48Mi', '192Mi'],
  ['1Gi', '500M', '500M', '1Gi'],
  ['1', '1000m', '1', '1'],
  [undefined, '1', '1', '1'],
  ['1', undefined, '1', '1'],
  [undefined, undefined, undefined, undefined],
])('of %s and %s the lesser is %s, the greater %s', (one, other, less, more) => {
  expect([lesser(one, other), greater(one, other)]).toEqual([less, more]);
});
