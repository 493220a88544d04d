import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isBlank, MAX_DEPTH, ObjectReader } from './json.ts';

/** Key and value of each member, or undefined when the text is no object. */
function membersOf(text: string): [string, unknown][] | undefined {
  // What stands around it would be read by a reader that runs past its end.
  const bytes = Buffer.from(`"${text}"}`);
  const reader = new ObjectReader();
  if (!reader.read(bytes, 1, bytes.length - 2)) return undefined;
  const at = (i: number, j: number) => bytes.toString('utf8', reader.members[i], reader.members[j]);
  return Array.from({ length: reader.members.length / 4 }, (_, member) => {
    const i = 4 * member;
    return [JSON.parse(`"${at(i, i + 1)}"`) as string, JSON.parse(at(i + 2, i + 3)) as unknown];
  });
}

/** The same by `JSON.parse`. */
function parsed(text: string): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject && depthOf(value) <= MAX_DEPTH ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

/** Of a key that is there twice the last value counts, as it does for `JSON.parse`. */
const sorted = (members: [string, unknown][] | undefined) =>
  members && [...new Map(members)].sort(([a], [b]) => (a < b ? -1 : 1));

/** Outer blanks belong to the record, and are taken off before. */
const trimmed = (text: string) => text.replaceAll(/^[ \n\r\t]+|[ \n\r\t]+$/g, '');

const token = fc.oneof(
  fc.constantFrom('{', '}', '[', ']', ',', ':'),
  fc.constantFrom('{"a":', '"b":', '"', '"\\u00e9"', '"\\x"', '\\', '\n', ' ', 'é', '\0'),
  fc.constantFrom('0', '-', '01', '1.', '.5', '1e', '1E+5', '-0.5e-3', 'true', 'nul', 'null', 'falsee', 'NaN'),
);
const anyText = fc.oneof(
  fc.array(token, { maxLength: 12 }).map((tokens) => `{"a":${tokens.join('')}}`),
  fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
  fc
    .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue(), { noNullPrototype: true })
    .map((object) => JSON.stringify(object)),
  fc.dictionary(fc.string(), fc.jsonValue()).map((object) => JSON.stringify(object, null, '\t')),
);
/** A valid text with one character put in, taken out or changed. */
const damaged = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), fc.oneof(fc.constant(''), token), fc.nat(1))
  .map(([object, place, put, taken]) => {
    const text = JSON.stringify(object);
    const at = place % text.length;
    return text.slice(0, at) + put + text.slice(at + taken);
  });

it('accepts the objects that JSON.parse accepts, nothing else, and finds the same members', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, damaged), (raw) => {
      const text = trimmed(Buffer.from(raw).toString());
      expect(sorted(membersOf(text))).toEqual(sorted(parsed(text)));
    }),
    { numRuns: 3000 },
  );
});

it.each([
  ['an empty object', '{}', []],
  ['an empty object with blanks', '{ \t\r\n}', []],
  [
    'blanks everywhere',
    '{ "a" : 1 , "b" : [ 1 , { } ] }',
    [
      ['a', 1],
      ['b', [1, {}]],
    ],
  ],
  [
    'a key twice, for Elasticsearch to refuse',
    '{"a":1,"a":2}',
    [
      ['a', 1],
      ['a', 2],
    ],
  ],
  ['a key of our own prototype', '{"__proto__":{"x":1}}', [['__proto__', { x: 1 }]]],
  ['an escaped key', '{"\\u0061\\n":"\\ud83d"}', [['a\n', '\ud83d']]],
])('reads %s', (_, text, expected) => {
  expect(membersOf(text)).toEqual(expected);
});

it.each([
  '',
  'null',
  '[]',
  '"a"',
  '1',
  '{',
  '{"a":1',
  '{"a":1}}',
  '{"a":1},',
  '{"a":1,}',
  '{a:1}',
  "{'a':1}",
  '{"a":1 "b":2}',
])('refuses %s', (text) => {
  expect(membersOf(text)).toBeUndefined();
});

it('leaves the digits of a number as they are', () => {
  const text = '{"id":12345678901234567890.10}';
  const reader = new ObjectReader();
  expect(reader.read(Buffer.from(text), 0, text.length)).toBe(true);
  expect(text.slice(reader.members[2], reader.members[3])).toBe('12345678901234567890.10');
});

it.each([
  ['objects', (inside: string) => `{"a":${inside}}`, '1'],
  ['lists', (inside: string) => `[${inside}]`, '1'],
  ['lists around an empty object', (inside: string) => `[${inside}]`, '{}'],
])(`takes ${MAX_DEPTH} levels of %s and not one more`, (_, wrap, innermost) => {
  const levels = (count: number) => {
    let text = innermost;
    const own = innermost === '{}' ? 1 : 0;
    for (let level = own + 1; level < count; level++) text = wrap(text);
    return `{"a":${text}}`;
  };
  expect(membersOf(levels(MAX_DEPTH))).toBeDefined();
  expect(membersOf(levels(MAX_DEPTH + 1))).toBeUndefined();
});

it.each([
  ['{"a":"b"}', true],
  ['{"a":"\\u00e9"}', true],
  ['{"a":"é"}', false],
  ['{"é":1}', false],
])('says whether the UTF-8 of %s needs to be looked at', (text, isAscii) => {
  const bytes = Buffer.from(text);
  const reader = new ObjectReader();
  expect(reader.read(bytes, 0, bytes.length)).toBe(true);
  expect(reader.isAscii).toBe(isAscii);
});

it('knows the four blanks of JSON', () => {
  expect(Array.from({ length: 256 }, (_, byte) => byte).filter(isBlank)).toEqual([9, 10, 13, 32]);
});
