import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard, piecesOf } from './wildcard.ts';

describe('matchesWildcard', () => {
  it('matches what a regular expression matches', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 3 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 10 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 2, maxLength: 4 }), text, (parts, text) => {
        const pattern = parts.map((part) => RegExp.escape(part)).join('[^]*');
        expect(matchesWildcard({ parts }, text)).toBe(new RegExp(`^${pattern}$`).test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a*', 'ab', true],
    ['a*', 'a', true],
    ['a*', 'ba', false],
    ['*a', 'ba', true],
    ['ab*ba', 'aba', false],
    ['ab*ba', 'abba', true],
    ['*', '', true],
    ['a*b*a', 'aba', true],
    ['a*b*a', 'aa', false],
    ['a*', 'A', false],
  ])('holds %s against %s', (pattern, text, expected) => {
    expect(matchesWildcard({ parts: pattern.split('*') }, text)).toBe(expected);
  });

  it('tries nothing twice', () => {
    const parts = ['', ...Array.from({ length: 5000 }, () => 'a'), 'b'];
    expect(matchesWildcard({ parts }, 'a'.repeat(1_000_000))).toBe(false);
  });
});

describe('piecesOf', () => {
  it.each([
    ['a*', ['a*']],
    ['a* b', ['a*', 'b']],
    ['a b* c  d *', ['a', 'b*', 'c d', '*']],
    [' a*\nb\u3000c ', ['a*', 'b c']],
    ['* *', ['*', '*']],
  ])('takes %j apart', (pattern, expected) => {
    const pieces = piecesOf({ type: 'wildcard', parts: pattern.split('*') });
    expect(pieces.map((piece) => (piece.type === 'word' ? piece.text : piece.parts.join('*')))).toEqual(expected);
  });
});
