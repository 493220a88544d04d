import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isCount, isNumber } from './number.ts';

const ask = (is: typeof isNumber, text: string) => is(Buffer.from(`1${text}1`), 1, 1 + text.length);

it.each(['0', '-0', '12', '-1.50', '1e5', '1E+05', '1.5e-05', '123456789012345'])('takes %s for a number', (text) => {
  expect(ask(isNumber, text)).toBe(true);
});

it.each(['', '-', '01', '.5', '1.', '1e', '1e+', '+1', '0x1', '1 ', 'NaN', '1e100', '12e4567', '1234567890123456'])(
  'takes %j for text',
  (text) => {
    expect(ask(isNumber, text)).toBe(false);
  },
);

it('takes for a number only what JSON.parse does, and for a count only what is written as it would be', () => {
  const text = fc
    .array(fc.constantFrom('0', '1', '2', '9', '-', '+', '.', 'e', 'E'), { maxLength: 8 })
    .map((characters) => characters.join(''));
  const parsed = (each: string): unknown => JSON.parse(each);
  fc.assert(
    fc.property(text, (each) => {
      expect(ask(isNumber, each) ? parsed(each) : 0).toBeTypeOf('number');
      expect(ask(isCount, each) ? String(parsed(each)) : each).toBe(each);
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ['0', true],
  ['123456789012345', true],
  ['1234567890123456', false],
  ['01', false],
  ['-1', false],
  ['', false],
])('says of %j whether it is a count', (text, expected) => {
  expect(ask(isCount, text)).toBe(expected);
});
