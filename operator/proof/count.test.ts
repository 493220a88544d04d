import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import { countBody, countsIn, documentsOf, pageOf } from './count.ts';
import { noSums } from './sums.ts';

const hex = (number: number) => number.toString(16).padStart(24, '0');
const claimOf = (number: number, changes: Partial<Claim> = {}): Claim => ({
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: hex(number),
  below: { stdout: 100, stderr: 100, unframed: 100 },
  stored: noSums(),
  deadLettered: noSums(),
  discardedBytes: 0,
  lostBytes: 0,
  size: undefined,
  at: 0,
  ...changes,
});
const many = (count: number, changes: (i: number) => Partial<Claim> = () => ({})) =>
  Array.from({ length: count }, (_, i) => claimOf(i, changes(i)));
const LARGE = { stored: { records: 1, bytes: 1, offsets: 2n ** 60n } };

describe('a page of files', () => {
  it.each([
    ['by the clauses of its query', many(1000), 400],
    ['by those of streams that stand apart', many(1000, () => ({ below: { stdout: 1, stderr: 2, unframed: 2 } })), 100],
    ['by the namespaces in its address', many(100, (i) => ({ of: { ...claimOf(0).of, namespace: `n${i}` } })), 16],
    ['by a large file, which comes alone', many(10, (i) => (i === 3 ? LARGE : {})), 3],
    ['by a large file at its front', many(10, (i) => (i === 0 ? LARGE : {})), 1],
  ])('is bounded %s', (_, claims, expected) => {
    expect(pageOf(claims)).toEqual(claims.slice(0, expected));
  });

  it('has each file once: two claims on it are counted one after the other', () => {
    const [first, second, third] = [claimOf(1), claimOf(1, { size: 7 }), claimOf(2)];
    expect(pageOf([first, second, third])).toEqual([first, third]);
  });
});

describe('the documents of a claim', () => {
  it('end where the file ended, whatever their stream', () => {
    expect(documentsOf(claimOf(1))).toEqual({
      bool: { filter: [{ term: { 'tracewell.file': hex(1) } }, { range: { 'log.offset': { lt: 100 } } }] },
    });
  });

  it('end for each stream where its checkpoint stands', () => {
    const { bool } = documentsOf(claimOf(1, { below: { stdout: 1, stderr: 2, unframed: 3 } })) as {
      bool: { filter: [object, { bool: { should: object[] } }] };
    };
    expect(bool.filter[1].bool.should).toEqual([
      { bool: { filter: [{ term: { stream: 'stdout' } }, { range: { 'log.offset': { lt: 1 } } }] } },
      { bool: { filter: [{ term: { stream: 'stderr' } }, { range: { 'log.offset': { lt: 2 } } }] } },
      { bool: { filter: [{ range: { 'log.offset': { lt: 3 } } }], must_not: [{ exists: { field: 'stream' } }] } },
    ]);
  });
});

const none = { doc_count: 0, bytes: { value: 0 }, offsets: { value: 0 } };

describe('the counts', () => {
  it('keep records and dead letters apart, and know a file of which nothing is there', () => {
    const dead = { doc_count: 1, bytes: { value: 10 }, offsets: { value: 90 } };
    const bucket = { key: { file: hex(0) }, doc_count: 3, bytes: { value: 100 }, offsets: { value: 150 }, dead };
    const page = many(2);
    expect(countsIn({ aggregations: { files: { buckets: [bucket] } } }, page)).toEqual(
      new Map([
        [
          hex(0),
          {
            stored: { records: 2, bytes: 90, offsets: 60n },
            deadLettered: { records: 1, bytes: 10, offsets: 90n },
          },
        ],
        [hex(1), { stored: noSums(), deadLettered: noSums() }],
      ]),
    );
  });

  it('are none where there are no streams', () => {
    expect(countsIn({}, many(1))).toEqual(new Map([[hex(0), { stored: noSums(), deadLettered: noSums() }]]));
  });

  it('are exact for the largest files: each range that a request asks for stays below 2^53', () => {
    const size = 100 * 2 ** 30;
    const { interval } = histogramOf(claimOf(1, { below: { stdout: size, stderr: size, unframed: size }, ...LARGE }));
    // The runtime writes 40 bytes before the text, and a newline.
    const records = Math.ceil(interval / 41);
    expect(records * size).toBeLessThan(2 ** 53);
    expect(size / interval).toBeLessThanOrEqual(65_535);
  });

  it('add ranges up past 2^53, where one sum of doubles would be rounded', () => {
    const range = fc.record({ records: fc.integer({ min: 1, max: 1e6 }), offsets: fc.maxSafeNat() });
    fc.assert(
      fc.property(fc.array(range, { minLength: 2, maxLength: 50 }), (ranges) => {
        const buckets = ranges.map(({ records, offsets }) => ({
          doc_count: records,
          bytes: { value: records },
          offsets: { value: offsets },
          dead: none,
        }));
        const file = { key: { file: hex(0) }, ...none, dead: none, ranges: { buckets } };
        const found = countsIn({ aggregations: { files: { buckets: [file] } } }, [claimOf(0, LARGE)]);
        const offsets = ranges.reduce((sum, one) => sum + BigInt(one.offsets), 0n);
        expect(found.get(hex(0))!.stored.offsets).toBe(offsets);
      }),
    );
  });
});

function histogramOf(claim: Claim): { interval: number } {
  const { aggs } = countBody([claim]) as {
    aggs: { files: { aggs: { ranges: { histogram: { interval: number } } } } };
  };
  return aggs.files.aggs.ranges.histogram;
}
