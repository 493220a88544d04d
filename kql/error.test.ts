import { describe, expect, it } from 'vitest';
import { KqlError } from './error.ts';

const rendered = (text: string, offset: number) => new KqlError('Oh', text, offset).rendering;

describe('the rendering of an error', () => {
  it.each([
    ['at the start', 'a b', 0, ['  a b', '  ^']],
    ['inside', 'a b', 2, ['  a b', '    ^']],
    ['at the end', 'a b', 3, ['  a b', '     ^']],
    ['of an empty text', '', 0, ['  ', '  ^']],
    ['behind a code point of two units', '😀 b', 3, ['  😀 b', '    ^']],
    ['behind a tab', '\tb', 1, ['   b', '   ^']],
    ['in the second of three lines', 'one\ntwo\nthree', 5, ['  two', '   ^']],
    ['at the end of a line', 'one\ntwo', 3, ['  one', '     ^']],
    ['at the start of a line', 'one\ntwo', 4, ['  two', '  ^']],
  ])('shows a place %s', (_, text, offset, lines) => {
    expect(rendered(text, offset).split('\n')).toEqual(['Oh', ...lines]);
  });

  it('shows what is around the place in a long line', () => {
    const [, line, caret] = rendered(`${'a'.repeat(1000)}b${'c'.repeat(1000)}`, 1000).split('\n');
    expect(line).toBe(`  …${'a'.repeat(40)}b${'c'.repeat(39)}…`);
    expect(line![caret!.indexOf('^')]).toBe('b');
  });
});
