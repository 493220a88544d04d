import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import type { Shelves, Sums } from './sums.ts';
import { verdictOf, type Verdict } from './verdict.ts';

interface Record {
  offset: number;
  bytes: number;
}

const sums = (records: number, bytes: number, offsets: number): Sums => ({ records, bytes, offsets: BigInt(offsets) });
const addUp = (records: readonly Record[]): Sums => ({
  records: records.length,
  bytes: records.reduce((sum, { bytes }) => sum + bytes, 0),
  offsets: records.reduce((sum, { offset }) => sum + BigInt(offset), 0n),
});

/** Three records and a dead letter; a rule left 30 bytes out, and 5 were lost. */
const claim: Claim = {
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: '0123456789abcdef01234567',
  below: { stdout: 500, stderr: 500, unframed: 500 },
  stored: sums(3, 400, 300),
  deadLettered: sums(1, 65, 400),
  discardedBytes: 30,
  lostBytes: 5,
  size: 500,
  at: 0,
};
const live: Claim = { ...claim, size: undefined };
const found = (changes: Partial<Shelves> = {}): Shelves => ({
  stored: claim.stored,
  deadLettered: claim.deadLettered,
  ...changes,
});

describe('the verdict on a file', () => {
  it.each<[string, Claim, Shelves, Verdict]>([
    ['all is there', claim, found(), { result: 'proved' }],
    ['all is there below a checkpoint', live, found(), { result: 'proved' }],
    ['one record less', claim, found({ stored: sums(2, 300, 200) }), { result: 'missing', records: 1, bytes: 100 }],
    [
      'no document at all',
      claim,
      { stored: sums(0, 0, 0), deadLettered: sums(0, 0, 0) },
      { result: 'missing', records: 4, bytes: 465 },
    ],
    ['one record more', claim, found({ stored: sums(4, 450, 800) }), { result: 'surplus', records: 1, bytes: 50 }],
    ['a dead letter less', claim, found({ deadLettered: sums(0, 0, 0) }), { result: 'missing', records: 1, bytes: 65 }],
    [
      'a dead letter more',
      claim,
      found({ deadLettered: sums(2, 130, 800) }),
      { result: 'surplus', records: 1, bytes: 65 },
    ],
    [
      'a record among the dead letters',
      claim,
      found({ stored: sums(2, 300, 200) }),
      { result: 'missing', records: 1, bytes: 100 },
    ],
    ['a record shorter', claim, found({ stored: sums(3, 390, 300) }), { result: 'missing', records: 1, bytes: 10 }],
    ['a record longer', claim, found({ stored: sums(3, 410, 300) }), { result: 'missing', records: 1, bytes: 0 }],
    [
      'a record in another place',
      claim,
      found({ stored: sums(3, 400, 301) }),
      { result: 'missing', records: 1, bytes: 0 },
    ],
    [
      'one less here and one more there',
      claim,
      { stored: sums(2, 300, 200), deadLettered: sums(2, 165, 500) },
      { result: 'missing', records: 1, bytes: 100 },
    ],
    ['a seal that leaves bytes out', { ...claim, size: 510 }, found(), { result: 'missing', records: 0, bytes: 10 }],
    [
      'a seal that tells of more than there is',
      { ...claim, size: 490 },
      found(),
      { result: 'surplus', records: 0, bytes: 10 },
    ],
    [
      'a record less, and lost bytes as many',
      { ...claim, lostBytes: 5 },
      found({ stored: sums(2, 395, 300) }),
      { result: 'missing', records: 1, bytes: 5 },
    ],
  ])('%s', (_, said, has, verdict) => {
    expect(verdictOf(said, has)).toEqual(verdict);
  });
});

/** Records of a file, one behind the other; some bytes between them are of rules. */
const file = fc
  .array(fc.record({ bytes: fc.integer({ min: 1, max: 20_000 }), gap: fc.integer({ min: 0, max: 500 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((steps) => {
    let offset = 0;
    return steps.map(({ bytes, gap }) => {
      const record = { offset, bytes };
      offset += bytes + gap;
      return record;
    });
  });
const claimOf = (records: readonly Record[]): Claim => ({
  ...live,
  stored: addUp(records),
  deadLettered: sums(0, 0, 0),
});
const resultOf = (records: readonly Record[], has: readonly Record[]) =>
  verdictOf(claimOf(records), { stored: addUp(has), deadLettered: sums(0, 0, 0) }).result;

describe('no file is proved', () => {
  it('of which any records are gone', () => {
    fc.assert(
      fc.property(file, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (records, keep) => {
        const has = records.filter((_, i) => keep[i]);
        fc.pre(has.length < records.length);
        expect(resultOf(records, has)).toBe('missing');
      }),
    );
  });

  it('of which any records are there several times', () => {
    fc.assert(
      fc.property(
        file,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 60, maxLength: 60 }),
        (records, times) => {
          const has = records.flatMap((one, i) => Array.from({ length: times[i]! }, () => one));
          fc.pre(has.length > records.length);
          expect(resultOf(records, has)).toBe('surplus');
        },
      ),
    );
  });

  it('of which one record has another extent', () => {
    const change = fc.integer({ min: -1000, max: 1000 });
    fc.assert(
      fc.property(file, fc.nat(), change, change, (records, at, offset, bytes) => {
        fc.pre(offset !== 0 || bytes !== 0);
        const place = at % records.length;
        const has = records.map((one, i) =>
          i === place ? { offset: one.offset + offset, bytes: one.bytes + bytes } : one,
        );
        expect(resultOf(records, has)).toBe('missing');
      }),
    );
  });

  it('of which one record is gone and another one is there twice', () => {
    fc.assert(
      fc.property(file, fc.nat(), fc.nat(), (records, a, b) => {
        const [gone, twice] = [a % records.length, b % records.length];
        fc.pre(gone !== twice);
        const has = [...records.filter((_, i) => i !== gone), records[twice]!];
        expect(resultOf(records, has)).toBe('missing');
      }),
    );
  });

  it('but by the same three sums', () => {
    const any = fc.array(fc.record({ offset: fc.nat(1e9), bytes: fc.nat(1e5) }), { maxLength: 20 });
    fc.assert(
      fc.property(file, any, (records, has) => {
        const [said, is] = [addUp(records), addUp(has)];
        const same = said.records === is.records && said.bytes === is.bytes && said.offsets === is.offsets;
        expect(resultOf(records, has) === 'proved').toBe(same);
      }),
    );
  });
});
