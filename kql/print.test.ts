import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Name, Node, Value } from './ast.ts';
import { KqlError } from './error.ts';
import { parse } from './parse.ts';
import { print } from './print.ts';

const piece = fc.oneof(
  fc.constantFrom('a', 'B', '0', '.', '-', 'é', '😀', ' ', '\u00a0', '\u3000', '\t', '\r', '\n', '\0', '\ud800'),
  fc.constantFrom('\\', '(', ')', ':', '<', '>', '"', '*', '{', '}'),
  fc.constantFrom('and', 'OR', 'not', ' and ', ' or ', ' not ', 'null', 'true', 'u0041', 'nothing'),
);
const anyText = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const text = anyText.filter((text) => text !== '');
/** Between two stars there is something. */
const wildcard = fc
  .tuple(anyText, fc.array(text, { maxLength: 2 }), anyText)
  .map(([first, inner, last]) => ({ type: 'wildcard' as const, parts: [first, ...inner, last] }));
const isStar = ({ parts }: { parts: readonly string[] }) => parts.join('') === '';
const name: fc.Arbitrary<Name> = fc.oneof(
  anyText.map((text) => ({ type: 'name' as const, text })),
  wildcard.filter((pattern) => !isStar(pattern)),
);
const value: fc.Arbitrary<Value> = fc.oneof(
  text.map((text) => ({ type: 'word' as const, text })),
  anyText.map((text) => ({ type: 'phrase' as const, text })),
  wildcard.filter((pattern) => !isStar(pattern)),
);
const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.constant({ type: 'all' as const }),
  name.map((field) => ({ type: 'exists' as const, field })),
  value.map((value) => ({ type: 'match' as const, value })),
  fc.record({ type: fc.constant('match' as const), field: name, value }),
  fc.record({
    type: fc.constant('range' as const),
    field: name,
    operator: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
    bound: anyText,
  }),
);
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    { weight: 3, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constantFrom('and' as const, 'or' as const),
        nodes: fc.array(tie('node'), { minLength: 2, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('not' as const), node: tie('node') }) },
  ),
}));

describe('print', () => {
  it('writes what is read as the same tree', () => {
    fc.assert(
      fc.property(node, (node) => {
        expect(parse(print(node))).toEqual(node);
      }),
      { numRuns: 3000 },
    );
  });

  it('writes every text that is read in a way that means the same', () => {
    const token = fc.oneof(piece, fc.constantFrom(': ', ' >= ', ' (', ') ', '"', '*'));
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const tree = parsed(tokens.join(''));
        fc.pre(tree !== undefined);
        expect(parse(print(tree))).toEqual(tree);
      }),
    );
  });

  it.each([
    ['a:b   AND (not c)', 'a: b and not c'],
    ['((a or b)) and c', '(a or b) and c'],
    ['a or (b and c)', 'a or b and c'],
    ['a and (b and c)', 'a and (b and c)'],
    ['not (not (a))', 'not (not a)'],
    ['not (a and b)', 'not (a and b)'],
    ['a: (b or "c")', 'a: b or a: "c"'],
    ['*:*', '*'],
    ['a.*:*', 'a.*: *'],
    ['a>"b c"', 'a > b c'],
    ['"a b" < ""', 'a b < ""'],
    [String.raw`this \or that \not`, String.raw`this \or that \u006eot`],
    [String.raw`\u0020a`, String.raw`\u0020a`],
  ])('writes %s as %s', (text, expected) => {
    expect(print(parse(text))).toBe(expected);
  });
});

function parsed(text: string): Node | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof KqlError) return undefined;
    throw error;
  }
}
