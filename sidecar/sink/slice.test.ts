import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack, Slice } from './slice.ts';

const BODY = Buffer.from('aaabbbcccddd');
const packed = { gzip: pack(BODY), ends: [3, 6, 9, 12] };

it.each([
  ['all', undefined, 'aaabbbcccddd'],
  ['all, by their places', [0, 1, 2, 3], 'aaabbbcccddd'],
  ['one', [2], 'ccc'],
  ['neighbours', [1, 2], 'bbbccc'],
  ['some with gaps', [0, 2, 3], 'aaacccddd'],
])('sends the bytes of %s of its records', (_, places, expected) => {
  const { gzip, bytes, count } = new Slice(packed, places).parcel();
  expect(gunzipSync(gzip).toString()).toBe(expected);
  expect([bytes, count]).toEqual([expected.length, expected.length / 3]);
});

it('sends a body as it is when all that is left out has no bytes', () => {
  const slice = new Slice({ gzip: packed.gzip, ends: [0, 3, 6, 6, 9, 12] }, [1, 2, 4, 5]);
  expect(slice.parcel()).toEqual({ gzip: packed.gzip, bytes: 12, count: 4 });
});

it('in halves has each record once, in order', () => {
  fc.assert(
    fc.property(fc.option(fc.subarray([0, 1, 2, 3], { minLength: 2 }), { nil: undefined }), (places) => {
      const halves = new Slice(packed, places).halves();
      expect(halves.flatMap((half) => half.places)).toEqual(places ?? [0, 1, 2, 3]);
      for (const { count } of halves) expect(count).toBeGreaterThan(0);
    }),
  );
});
