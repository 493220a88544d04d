import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isoTime } from './iso-time.ts';

it.each([
  ['1970-01-01T00:00:00.000Z'],
  ['1999-12-31T23:59:59.999Z'],
  ['2000-02-29T00:00:00.000Z'],
  ['2000-03-01T00:00:00.001Z'],
  ['2026-11-26T03:04:05.678Z'],
  ['2100-02-28T23:59:59.999Z'],
  ['2100-03-01T00:00:00.000Z'],
  ['2400-02-29T12:00:00.000Z'],
  ['9999-12-31T23:59:59.999Z'],
])('writes %s', (text) => {
  expect(isoTime(Date.parse(text))).toBe(text);
});

it('writes every time as a Date does', () => {
  const last = Date.parse('9999-12-31T23:59:59.999Z');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: last }), (ms) => {
      expect(isoTime(ms)).toBe(new Date(ms).toISOString());
    }),
    { numRuns: 5000 },
  );
});
