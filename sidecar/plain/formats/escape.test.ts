import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { endOfEscape, unescaped } from './escape.ts';

const read = (text: string) => {
  const bytes = Buffer.from(text);
  return unescaped(bytes, 0, bytes.length);
};

it.each([
  ['nothing', 'é', 'é'],
  ['one letter', String.raw`\a\b\f\n\r\t\v\\\"\'\/`, '\u0007\b\f\n\r\t\v\\"\'/'],
  ['a byte', String.raw`\x1b[0m`, '\u001b[0m'],
  ['bytes that are a character together', String.raw`\xc3\xa9 \303\251`, 'é é'],
  ['a byte that is none', String.raw`a\xffb`, 'a\ufffdb'],
  ['an octal number', String.raw`\033\0007`, '\u001b\u00007'],
  ['four digits', String.raw`\u00e9\u2028`, 'é\u2028'],
  ['a pair of surrogates', String.raw`\ud83d\ude00!`, '😀!'],
  ['half a pair', String.raw`\ud83dx\ude00`, '\ufffdx\ufffd'],
  ['half a pair before another character', String.raw`\ud83d\u00e9`, '\ufffdé'],
  ['eight digits', String.raw`\U0001f600`, '😀'],
  ['a number past Unicode', String.raw`\Uffffffff`, '\ufffd'],
])('reads %s', (_, text, expected) => {
  expect(read(text)).toBe(expected);
});

it.each([
  ['a letter that Go has not', String.raw`\q`],
  ['nothing', '\\'],
  ['too few digits', String.raw`\x1`],
  ['what is no digit', String.raw`\u00eg`],
  ['too few octal digits', String.raw`\03`],
  ['an octal number that is no byte', String.raw`\400`],
  ['a digit that is not octal', String.raw`\088`],
])('knows that %s is no escape', (_, text) => {
  const bytes = Buffer.from(`${text}"00000000`);
  expect(endOfEscape(bytes, 0, text.length)).toBe(-1);
});

it('reads what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(read(JSON.stringify(text).slice(1, -1))).toBe(text.toWellFormed());
    }),
  );
});
