import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Node, Value } from './ast.ts';
import { KqlError } from './error.ts';
import { MAX_DEPTH, MAX_LENGTH, parse } from './parse.ts';

const word = (text: string): Value => ({ type: 'word', text });
const phrase = (text: string): Value => ({ type: 'phrase', text });
const wildcard = (...parts: string[]) => ({ type: 'wildcard', parts }) as const;
const any = (value: Value | string): Node => ({
  type: 'match',
  value: typeof value === 'string' ? word(value) : value,
});
const is = (name: string, value: Value | string): Node => ({
  type: 'match',
  field: { type: 'name', text: name },
  value: typeof value === 'string' ? word(value) : value,
});
const and = (...nodes: Node[]): Node => ({ type: 'and', nodes });
const or = (...nodes: Node[]): Node => ({ type: 'or', nodes });
const not = (node: Node): Node => ({ type: 'not', node });

describe('parse', () => {
  it.each<[string, string, Node]>([
    ['a word', 'foo', any('foo')],
    ['words with spaces as one value', '  foo  bar ', any('foo  bar')],
    ['a phrase', '"foo bar"', any(phrase('foo bar'))],
    ['an empty phrase', 'a: ""', is('a', phrase(''))],
    ['a field', 'a:b', is('a', 'b')],
    ['a field with spaces around the colon', 'a : b c', is('a', 'b c')],
    ['a field with spaces in its name', 'a b: c', is('a b', 'c')],
    ['a field in quotes', '"a:*": c', is('a:*', 'c')],
    ['a pattern', 'a: b*c*', is('a', wildcard('b', 'c', ''))],
    ['two stars as one', 'a: b**c', is('a', wildcard('b', 'c'))],
    ['stars with a space between', 'a: b* *c', is('a', wildcard('b', ' ', 'c'))],
    ['a star in quotes as a star', 'a: "b*"', is('a', phrase('b*'))],
    ['a pattern of names', 'a.*: b', { type: 'match', field: wildcard('a.', ''), value: word('b') }],
    ['presence', 'a: *', { type: 'exists', field: { type: 'name', text: 'a' } }],
    ['presence of a pattern', 'a.*: **', { type: 'exists', field: wildcard('a.', '') }],
    ['everything', '*', { type: 'all' }],
    ['everything, by fields', '*: *', { type: 'all' }],
    ['truth values as words', 'true', any('true')],
    ['null in quotes', '"null"', any(phrase('null'))],
    ['null inside a value', 'null pointer', any('null pointer')],
    ['and before or', 'a or b and c or d', or(any('a'), and(any('b'), any('c')), any('d'))],
    ['not before and', 'not a and b', and(not(any('a')), any('b'))],
    ['parentheses', '(a or b) and c', and(or(any('a'), any('b')), any('c'))],
    ['parentheses that nest', 'a and (b and c)', and(any('a'), and(any('b'), any('c')))],
    ['parentheses for nothing', ' ( ( a ) ) ', any('a')],
    ['a second not in parentheses', 'not (not a)', not(not(any('a')))],
    ['keywords in any case', 'a AND b Or NOT c', or(and(any('a'), any('b')), not(any('c')))],
    ['keywords between other spaces', 'a\u00a0and\n\tb', and(any('a'), any('b'))],
    [
      'a field of several values',
      'a: (b or "c d" and not e*)',
      or(is('a', 'b'), and(is('a', phrase('c d')), not(is('a', wildcard('e', ''))))),
    ],
    ['values in more parentheses', 'a: (not (b or c))', not(or(is('a', 'b'), is('a', 'c')))],
    ['keywords with nothing beside them as text', 'or and not', and(any('or'), any('not'))],
    ['a keyword at the end of a word', 'cannot do', any('cannot do')],
    ['a keyword with no space behind it', 'a or', any('a or')],
    ['a keyword inside a word', 'a: android', is('a', 'android')],
    ['a keyword twice', 'a or or b', or(any('a'), any('or b'))],
    ['escaped special characters', String.raw`a\:b\*: \\\(\)\:\<\>\"\*\{\}`, is('a:b*', String.raw`\():<>"*{}`)],
    ['escaped keywords', String.raw`a \and b \OR \not c \not`, any('a and b OR not c not')],
    ['a line feed before a word in ot', String.raw`\nothing`, any('\nothing')],
    ['escaped white space', String.raw`\ta\r\n`, any('\ta\r\n')],
    ['escaped characters', String.raw`\u0041\u20AC\u0020`, any('A€ ')],
    ['an escaped star beside one', String.raw`a\**`, any(wildcard('a*', ''))],
    ['escapes in quotes', String.raw`"\"\\\t\u0041"`, any(phrase('"\\\tA'))],
    ['other backslashes in quotes as they are', String.raw`"\d:\x(\*)"`, any(phrase(String.raw`\d:\x(\*)`))],
    ['other white space around a value as nothing', '\u3000a\u3000b\u3000', any('a\u3000b')],
    ['null escaped', String.raw`\u006eull`, any('null')],
  ])('reads %s', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each(['<', '<=', '>', '>='] as const)('reads a range with %s', (operator) => {
    const range = { type: 'range', field: { type: 'name', text: 'a' }, operator, bound: '5 b' };
    expect(parse(`a ${operator} 5 b`)).toEqual(range);
    expect(parse(`a${operator}"5 b" `)).toEqual(range);
  });

  it.each<[string, string, number]>([
    ['', 'There is nothing here', 0],
    ['  ', 'There is nothing here', 2],
    ['a:', 'Expected a value, but the text ends here', 2],
    ['a >', 'Expected a value, but the text ends here', 3],
    ['a and ', 'Expected a field or a value, but the text ends here', 6],
    ['a: (b or )', 'Expected a value, not )', 9],
    ['()', 'Expected a field or a value, not )', 1],
    [': a', 'Expected a field or a value, not :', 0],
    ['< 5', 'Expected a field or a value, not <', 0],
    ['a: "b', 'This quote is never closed', 3],
    [String.raw`a: "b\"`, 'This quote is never closed', 3],
    ['a and ((b)', 'This parenthesis is never closed', 6],
    ['a: (b', 'This parenthesis is never closed', 3],
    ['a) or b', 'This parenthesis closes nothing', 1],
    ['a:b:c', 'Expected and, or, or the end; in a value : is written', 3],
    ['a: (b: c)', 'Expected and, or, or the end; in a value : is written', 5],
    ['call (me)', 'Expected and, or, or the end; in a value ( is written', 5],
    ['a or(b or c)', 'Expected and, or, or the end; in a value ( is written', 4],
    ['"a" b', 'Expected and, or, or the end', 4],
    ['(a)and b', 'Expected and, or, or the end', 3],
    ['a not b', 'Expected and or or before not', 2],
    ['not not a', 'A second not', 4],
    ['a: not b', 'A second not, or one behind a colon', 3],
    ['a:not b', 'A second not, or one behind a colon', 2],
    ['a: >= 5', 'A range has no colon', 3],
    ['a > 5*', 'A range has no wildcards', 4],
    ['a: { b: c }', 'There are no nested fields here', 3],
    ['null', 'null finds nothing', 0],
    ['a: (b or null )', 'null finds nothing', 9],
    ['a > null', 'null finds nothing', 4],
    [String.raw`  a: \d`, 'A backslash stands before', 5],
    [String.raw`a: b\u12`, 'A backslash stands before', 4],
    ['a: b\\', 'A backslash stands before', 4],
  ])('refuses %j: %s, at %i', (text, message, offset) => {
    const error = errorOf(text);
    expect(error?.message).toContain(message);
    expect(error).toMatchObject({ text, offset });
  });

  it(`reads ${MAX_LENGTH} characters and not one more`, () => {
    expect(parse('a'.repeat(MAX_LENGTH))).toEqual(any('a'.repeat(MAX_LENGTH)));
    expect(errorOf('a'.repeat(MAX_LENGTH + 1))).toMatchObject({ offset: MAX_LENGTH });
  });

  it.each([
    ['queries', '', 'a'],
    ['values', 'a: ', 'b'],
    ['negations', '', 'not a'],
  ])(`reads ${MAX_DEPTH} levels of %s and not one more`, (_, before, inner) => {
    const nested = (depth: number) => before + '('.repeat(depth) + inner + ')'.repeat(depth);
    expect(parse(nested(MAX_DEPTH))).toEqual(parse(before + `(${inner})`));
    expect(errorOf(nested(MAX_DEPTH + 1))).toMatchObject({ offset: before.length + MAX_DEPTH });
  });

  it('counts levels, not parentheses', () => {
    expect(parse(Array.from({ length: 1000 }, () => '(a)').join(' or '))).toMatchObject({ type: 'or' });
  });

  it.each([
    '(',
    ')',
    '"',
    '\\',
    ' ',
    '*',
    '* ',
    'not ',
    'a or ',
    ' or ',
    '\\"',
    '"\\',
    '\u3000',
    'a: (',
    'a>',
    'n',
    '(a) ',
  ])('ends with a tree or an error for nothing but %j', (piece) => {
    const text = piece.repeat(MAX_LENGTH / piece.length);
    expect(errorOf(text) ?? parse(text)).toBeDefined();
  });

  it('ends with a tree or an error for any text', () => {
    const token = fc.oneof(
      fc.constantFrom('(', ')', ':', '<', '>', '"', '*', '{', '}', '\\', ' ', '\t', 'a'),
      fc.constantFrom('and', 'or', 'not', 'null', ' and ', ' or ', ' not ', 'a: ', '>=', '\\u00'),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join('')),
    );
    fc.assert(
      fc.property(text, (text) => {
        const offset = errorOf(text)?.offset ?? 0;
        expect(offset >= 0 && offset <= text.length).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Throws what is no KqlError. */
function errorOf(text: string): KqlError | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof KqlError) return error;
    throw error;
  }
}
