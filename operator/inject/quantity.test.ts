import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greater, lesser, nanosOf, numberOf, quantityOf } from './quantity.ts';

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

describe('billionths', () => {
  it.each([
    ['0', 0n],
    ['1', 1_000_000_000n],
    ['100m', 100_000_000n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['-1', -1_000_000_000n],
    ['1e3', 1_000_000_000_000n],
    ['1E-3', 1_000_000n],
    ['1.5Gi', 1_610_612_736_000_000_000n],
    ['0.1n', 1n],
    ['9007199254740993', 9_007_199_254_740_993_000_000_000n],
  ])('of %s are %d', (quantity, nanos) => {
    expect(nanosOf(quantity)).toBe(nanos);
  });

  it.each(['', 'much', '1K', '.', '1e', '1e300000000', '9'.repeat(81)])('of %j are none', (quantity) => {
    expect(() => nanosOf(quantity)).toThrow('is no quantity');
  });

  it('add up as nothing else does: 0.1 and 0.2 are 0.3', () => {
    expect(nanosOf('0.1') + nanosOf('200m')).toBe(nanosOf('0.3'));
  });

  it('are what the number says', () => {
    const digits = fc.oneof(
      fc.nat().map(String),
      fc.tuple(fc.nat(), fc.nat(999)).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(digits, fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'e2', 'E-2'), (number, suffix) => {
        const quantity = `${number}${suffix}`;
        const expected = numberOf(quantity) * 1e9;
        expect(Math.abs(Number(nanosOf(quantity)) - expected)).toBeLessThanOrEqual(1 + expected * 1e-12);
      }),
    );
  });

  it.each(['0', '96Mi', '1Gi', '1500m', '3', '512Ki', '7n', '-20m'])('are written as people do: %s', (quantity) => {
    expect(quantityOf(nanosOf(quantity))).toBe(quantity);
  });
});
