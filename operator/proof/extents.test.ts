import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import { lookCloser, type Extent } from './extents.ts';
import { noSums } from './sums.ts';

const FILE = '0123456789abcdef01234567';
const below = { stdout: 400, stderr: 400, unframed: 400 };
const claim: Claim = {
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: FILE,
  below,
  stored: noSums(),
  deadLettered: noSums(),
  discardedBytes: 0,
  lostBytes: 0,
  size: 400,
  at: 0,
};
const at = (offset: number, changes: Partial<Extent> = {}): Extent => ({
  index: '.ds-logs-tracewell-shop-2026.01.02-000001',
  id: `${FILE}.${offset}.100`,
  offset,
  bytes: 100,
  stream: 'stdout',
  isDead: false,
  ...changes,
});
const whole = [at(0), at(100), at(200), at(300)];
const NEXT = '.ds-logs-tracewell-shop-2026.01.02-000002';
const none = { copies: [], altered: [], overlaps: [], gaps: [] };

describe('a closer look at the documents of a file', () => {
  it('finds nothing where all is well', () => {
    expect(lookCloser(claim, whole)).toEqual(none);
    expect(lookCloser(claim, whole.toReversed())).toEqual(none);
  });

  it.each([
    ['head', 0, { from: 0, to: 100 }],
    ['middle', 2, { from: 200, to: 300 }],
    ['tail', 3, { from: 300, to: 400 }],
  ])('names the %s that is missing', (_, gone, gap) => {
    expect(
      lookCloser(
        claim,
        whole.filter((one) => one !== whole[gone]),
      ),
    ).toEqual({ ...none, gaps: [gap] });
  });

  it('names the copy of the younger index', () => {
    const copy = at(100, { index: NEXT });
    expect(lookCloser(claim, [copy, ...whole])).toEqual({ ...none, copies: [copy] });
    const third = at(100, { index: NEXT.replace('000002', '1000000') });
    expect(lookCloser(claim, [third, copy, ...whole])).toEqual({ ...none, copies: [copy, third] });
  });

  it('names no copy that is not the same', () => {
    const other = at(100, { index: NEXT, bytes: 101 });
    expect(lookCloser(claim, [...whole, other])).toEqual({ ...none, altered: [other] });
    const dead = at(100, { index: '.ds-logs-tracewell.deadletter-shop-2026.01.02-000002', isDead: true });
    expect(lookCloser(claim, [...whole, dead]).copies).toEqual([]);
  });

  it('keeps the good one of two, although it is younger', () => {
    const wrong = at(100, { bytes: 99 });
    const good = at(100, { index: NEXT });
    const rest = whole.filter(({ offset }) => offset !== 100);
    expect(lookCloser(claim, [...rest, wrong, good])).toEqual({ ...none, altered: [wrong] });
  });

  it('names what is not what its name says, and where it is missing', () => {
    const moved = at(200, { id: `${FILE}.100.100` });
    const has = [at(0), moved, at(200), at(300)];
    expect(lookCloser(claim, has)).toEqual({ ...none, altered: [moved], gaps: [{ from: 100, to: 200 }] });
  });

  it('names records that overlap', () => {
    const across = at(50, { id: `${FILE}.50.100` });
    expect(lookCloser(claim, [...whole, across]).overlaps).toEqual([across, at(100)]);
  });

  it('knows that lines of another stream can lie within a record', () => {
    const parts = at(0, { id: `${FILE}.0.200`, bytes: 200 });
    const between = at(100, { stream: 'stderr' });
    expect(lookCloser(claim, [parts, between, at(300)])).toEqual(none);
    expect(lookCloser(claim, [between, at(300)])).toEqual({
      ...none,
      gaps: [
        { from: 0, to: 100 },
        { from: 200, to: 300 },
      ],
    });
  });
});
