import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

it('gives a burst, then so many a second', () => {
  let time = 0;
  const bucket = new TokenBucket({ burst: 3, perSecond: 2, clock: () => time });
  const taken = () => Array.from({ length: 5 }, () => bucket.take()).filter(Boolean).length;
  expect(taken()).toBe(3);
  expect(taken()).toBe(0);
  time += 500;
  expect(taken()).toBe(1);
  time += 60_000;
  expect(taken()).toBe(3);
});

it('never gives more than the burst and what the time has brought', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 })), (pauses) => {
      let time = 0;
      let taken = 0;
      const bucket = new TokenBucket({ burst: 4, perSecond: 5, clock: () => time });
      for (const pause of pauses) {
        time += pause;
        if (bucket.take()) taken++;
        expect(taken).toBeLessThanOrEqual(4 + (time / 1000) * 5 + 1e-6);
      }
    }),
  );
});
