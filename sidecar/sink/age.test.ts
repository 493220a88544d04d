import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchAge, isUrgent, Rate } from './age.ts';

describe('the age at which a batch leaves', () => {
  it.each([
    ['a pod that says nothing else', { bytesPerSecond: 0, isUrgent: false, batchAgeMs: 3000 }, 3000],
    ['a quiet pod', { bytesPerSecond: 1000, isUrgent: false, batchAgeMs: 3000 }, 3000],
    ['a pod of 64 KiB a second', { bytesPerSecond: 65_536, isUrgent: false, batchAgeMs: 3000 }, 1000],
    ['a busy pod', { bytesPerSecond: 10_000_000, isUrgent: false, batchAgeMs: 3000 }, 160],
    ['an error of a quiet pod', { bytesPerSecond: 0, isUrgent: true, batchAgeMs: 3000 }, 200],
    ['an error of a busy pod', { bytesPerSecond: 10_000_000, isUrgent: true, batchAgeMs: 3000 }, 160],
    ['a busy pod that is to wait less than the least', { bytesPerSecond: 1e7, isUrgent: false, batchAgeMs: 50 }, 50],
    ['an error of a pod that is to wait less', { bytesPerSecond: 0, isUrgent: true, batchAgeMs: 50 }, 50],
  ])('of %s', (_, waiting, expected) => {
    expect(batchAge(waiting)).toBe(expected);
  });

  it('is never above what the configuration says, nor below 160 ms of it', () => {
    const waiting = fc.record({
      bytesPerSecond: fc.double({ min: 0, noNaN: true }),
      isUrgent: fc.boolean(),
      batchAgeMs: fc.integer({ min: 10, max: 60_000 }),
    });
    fc.assert(
      fc.property(waiting, (each) => {
        const age = batchAge(each);
        return age <= each.batchAgeMs && age >= Math.min(160, each.batchAgeMs);
      }),
    );
  });
});

it.each([
  ['error', true],
  ['err', true],
  ['fatal', true],
  ['severe', true],
  ['emerg', true],
  ['warn', false],
  ['info', false],
  ['errors', false],
  [undefined, false],
])('level %s is urgent: %s', (level, expected) => {
  expect(isUrgent(level)).toBe(expected);
});

describe('the rate', () => {
  it.each([10, 100, 1000])('of steady batches every %i ms is near what is said', (everyMs) => {
    const rate = new Rate();
    for (let now = 0; now < 60_000; now += everyMs) rate.add(everyMs * 50, now);
    expect(rate.at(60_000)).toBeGreaterThan(40_000);
    expect(rate.at(60_000)).toBeLessThan(60_000);
  });

  it('is none at first, and fades when nothing more comes', () => {
    const rate = new Rate();
    expect(rate.at(123)).toBe(0);
    rate.add(1_000_000, 1000);
    expect(rate.at(1000)).toBe(200_000);
    expect(rate.at(61_000)).toBeLessThan(10);
  });
});
