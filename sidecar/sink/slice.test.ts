import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Slice } from './slice.ts';

const BYTES = Buffer.from('aaabbbcccddd');
const piece = (at: number) => ({ start: 3 * at, end: 3 * at + 3 });

it.each([
  ['all', [0, 1, 2, 3], 'aaabbbcccddd'],
  ['one', [2], 'ccc'],
  ['neighbours', [1, 2], 'bbbccc'],
  ['some with gaps', [0, 2, 3], 'aaacccddd'],
])('has the bytes of %s of its pieces', (_, at, expected) => {
  expect(new Slice(BYTES, at.map(piece)).body().toString()).toBe(expected);
});

it('in halves has each piece once, in order', () => {
  fc.assert(
    fc.property(fc.subarray([0, 1, 2, 3], { minLength: 2 }), (at) => {
      const halves = new Slice(BYTES, at.map(piece)).halves();
      expect(halves.flatMap(({ pieces }) => pieces)).toEqual(at.map(piece));
      for (const { pieces } of halves) expect(pieces.length).toBeGreaterThan(0);
    }),
  );
});
