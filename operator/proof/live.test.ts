import { describe, expect, it } from 'vitest';
import { reportedFile, reportOf } from '../../test/operator/report.ts';
import { LatestReports } from '../reports/latest.ts';
import { Live } from './live.ts';

const ROUND_MS = 20_000;
const fileOf = (number: number) => number.toString(16).padStart(24, '0');

/** Reports of pods with so many files each, a clock, and what reads them. */
function worldOf(...files: number[]) {
  const world = { time: 0, told: [] as string[] };
  const latest = new LatestReports(() => world.time);
  let number = 0;
  const report = (pod: number, sealed?: number) =>
    latest.take(
      { namespace: 'shop', name: `cart-${pod}`, uid: `uid-${pod}` },
      reportOf({
        at: ++number,
        files: Array.from({ length: files[pod]! }, () =>
          reportedFile({ file: fileOf(number++), ...(sealed === undefined ? {} : { sealed }) }),
        ),
      }),
    );
  for (const pod of files.keys()) report(pod);
  const live = new Live({
    all: () => latest.all(),
    reportOf: (uid) => latest.reportOf(uid),
    onPolicy: ({ name }, policy) => world.told.push(`${name} ${policy}`),
    roundMs: ROUND_MS,
    clock: () => world.time,
    now: () => new Date(world.time),
  });
  return { world, latest, live, report };
}
const podsOf = (claims: ReturnType<Live['next']>) => claims.map(({ of }) => of.pod);

describe('files that are written', () => {
  it('come in turn, pod by pod, and again in the next round', () => {
    const { world, live } = worldOf(2, 1, 3);
    expect(podsOf(live.next(3))).toEqual(['cart-0', 'cart-0', 'cart-1']);
    expect(podsOf(live.next(3))).toEqual(['cart-2', 'cart-2', 'cart-2']);
    expect(live.next(3)).toEqual([]);
    world.time = ROUND_MS;
    expect(podsOf(live.next(3))).toEqual(['cart-0', 'cart-0', 'cart-1']);
    expect(world.told[0]).toBe('cart-0 TracingPolicy.all');
  });

  it('come less often where there are many', () => {
    const { world, live } = worldOf(...Array.from({ length: 40 }, () => 64));
    expect(live.next(10_000)).toHaveLength(40 * 64);
    world.time = ROUND_MS;
    expect(live.next(1)).toEqual([]);
    world.time = 40 * 64 * 20;
    expect(live.next(1)).toHaveLength(64);
  });

  it('are left to their seals once they have one', () => {
    const { latest, live, report } = worldOf(1, 1);
    report(0, 300);
    latest.forget('uid-1');
    expect(live.next(10)).toEqual([]);
    expect(live.of('uid-1')).toEqual([]);
  });

  it('are those of the latest report', () => {
    const { live, report } = worldOf(1, 1);
    expect(live.next(1)).toHaveLength(1);
    report(1);
    expect(live.next(1)[0]!.file).not.toBe(fileOf(3));
    expect(live.next(1)).toEqual([]);
  });
});
