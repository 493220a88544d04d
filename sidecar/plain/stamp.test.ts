import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { stampMs } from './stamp.ts';

const msOf = (stamp: string) => stampMs(Buffer.from(`x${stamp} `), 1, 1 + stamp.length);

it.each([
  '1970-01-01T00:00:00Z',
  '2000-02-29T23:59:59.9Z',
  '2026-01-02T03:04:05.678901234Z',
  '2026-12-31T00:00:00.001+02:00',
  '2026-03-01T00:00:00.123456789-17:59',
  '2261-12-31T23:59:59.999999999Z',
])('%s is the time that Date reads in it', (stamp) => {
  expect(msOf(stamp)).toBe(Date.parse(stamp));
});

it('every time is read as Date reads it', () => {
  const date = fc.date({ min: new Date(0), max: new Date('2261-12-31T00:00:00Z'), noInvalidDate: true });
  fc.assert(
    fc.property(date, (at) => {
      expect(msOf(at.toISOString())).toBe(at.getTime());
    }),
  );
});
