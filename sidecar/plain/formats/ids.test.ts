import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalId, hexId, isLowerHexId, NO_ID, NORMALISED, SAME } from './ids.ts';

const MOST = 2n ** 64n - 1n;

it('writes hex digits of any case and length in lower case, and as long as an id is', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-fA-F]{1,32}$/), (text) => {
      const id = Buffer.alloc(32);
      const outcome = hexId(Buffer.from(text), 0, text.length, id);
      const expected = text.toLowerCase().padStart(32, '0');
      const isNought = /^0+$/.test(text);
      expect(outcome).toBe(isNought ? NO_ID : expected === text ? SAME : NORMALISED);
      expect(isNought ? expected : id.toString()).toBe(expected);
    }),
  );
});

it('writes a decimal number of 64 bits as hex digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: MOST }), fc.constantFrom(16, 32), (number, width) => {
      const id = Buffer.alloc(width);
      const text = String(number);
      const outcome = decimalId(Buffer.from(text), 0, text.length, id);
      expect([outcome, id.toString()]).toEqual([
        number === 0n ? NO_ID : NORMALISED,
        number.toString(16).padStart(width, '0'),
      ]);
    }),
  );
});

it.each(['', '18446744073709551616', '99999999999999999999', '100000000000000000000', '1a', '-1'])(
  'finds no decimal id in %j',
  (text) => {
    expect(decimalId(Buffer.from(text), 0, text.length, Buffer.alloc(16))).toBe(NO_ID);
  },
);

it.each(['', 'g', '0'.repeat(16), 'f'.repeat(17), 'a b'])('finds no hex id in %j', (text) => {
  expect(hexId(Buffer.from(text), 0, text.length, Buffer.alloc(16))).toBe(NO_ID);
});

it.each([
  ['0a', true],
  ['0A', false],
  ['00', false],
  ['0g', false],
])('says of %s whether it is an id in lower case', (text, expected) => {
  expect(isLowerHexId(Buffer.from(text), 0, text.length)).toBe(expected);
});
