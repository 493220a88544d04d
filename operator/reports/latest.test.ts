import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { reportedFile, reportOf } from '../../test/operator/report.ts';
import { LatestReports } from './latest.ts';

const CART = { namespace: 'shop', name: 'cart-0', uid: 'cart' };
const REST = { namespace: 'shop', name: 'rest-0', uid: 'rest' };
let time: number;
let latest: LatestReports;
beforeEach(() => {
  time = 0;
  latest = new LatestReports(() => time);
});

/** How many of a policy's running sidecars run which revision. */
function revisions(of: LatestReports, namespace = 'shop', policy = 'TracingPolicy.all'): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { report } of of.of(namespace, policy))
    counts[report.revision ?? ''] = (counts[report.revision ?? ''] ?? 0) + 1;
  return counts;
}

const uids = () => [...latest.all()].map(({ pod }) => pod.uid);

it('has the last report of each pod, and when it came', () => {
  const [first, second] = [reportOf({ at: 1 }), reportOf({ at: 2 })];
  latest.take(CART, first);
  time = 5000;
  latest.take(CART, second);
  expect(latest.reportOf('cart')).toMatchObject({ pod: CART, report: second, receivedAt: 5000 });
  expect(latest.reportOf('rest')).toBeUndefined();
});

describe('one that is late or comes twice', () => {
  it('changes nothing', () => {
    latest.take(CART, reportOf({ at: 2, revision: 'second' }));
    expect(latest.take(CART, reportOf({ at: 1, revision: 'first' }))).toBe(false);
    expect(latest.take(CART, reportOf({ at: 2, revision: 'other' }))).toBe(false);
    expect(latest.reportOf('cart')!.report.revision).toBe('second');
  });

  it('leaves the newest, in whatever order they come', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 });
    fc.assert(
      fc.property(order, fc.array(fc.nat(4)), (ats, again) => {
        const reports = new LatestReports(() => 0);
        for (const at of [...ats, ...again.map((index) => ats[index]!)]) reports.take(CART, reportOf({ at }));
        expect(reports.reportOf('cart')!.report.at).toBe(5);
        expect(revisions(reports)).toEqual({ first: 1 });
      }),
    );
  });

  it('a minute later it is of a clock that was put back, and counts', () => {
    latest.take(CART, reportOf({ at: 1000 }));
    time = 59_999;
    expect(latest.take(CART, reportOf({ at: 10 }))).toBe(false);
    time = 60_000;
    expect(latest.take(CART, reportOf({ at: 11 }))).toBe(true);
    expect(latest.reportOf('cart')!.report.at).toBe(11);
  });
});

describe('a pod is forgotten', () => {
  it('when it is gone', () => {
    latest.take(CART, reportOf());
    latest.take(REST, reportOf());
    latest.forget('cart');
    latest.forget('unknown');
    expect(uids()).toEqual(['rest']);
    expect(revisions(latest)).toEqual({ first: 1 });
  });

  it('when it is silent for ten minutes', () => {
    latest.take(CART, reportOf({ at: 1 }));
    time = 300_000;
    latest.take(REST, reportOf({ at: 1 }));
    time = 599_999;
    expect(uids()).toEqual(['cart', 'rest']);
    time = 600_000;
    expect(uids()).toEqual(['rest']);
    expect(latest.reporting).toBe(1);
  });

  it('with all others when somebody else leads', () => {
    latest.take(CART, reportOf());
    latest.take(REST, reportOf());
    latest.clear();
    expect([uids(), latest.reporting, revisions(latest)]).toEqual([[], 0, {}]);
  });

  it('when there are too many: the longest silent first', () => {
    for (let n = 0; n <= 50_000; n++) latest.take({ ...CART, uid: `${n}` }, reportOf({ at: n }));
    expect(latest.reporting).toBe(50_000);
    expect([latest.reportOf('0'), latest.reportOf('1')?.report.at]).toEqual([undefined, 1]);
  });

  it('when they are too large together', () => {
    const rules = Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`${n}`.padEnd(64), n]));
    const files = Array.from({ length: 64 }, () => reportedFile({ discardedBy: rules }));
    for (let n = 0; n < 70; n++) latest.take({ ...CART, uid: `${n}` }, reportOf({ at: n, files }));
    expect(uids().length).toBeLessThan(60);
    expect(latest.reportOf('0')).toBeUndefined();
  });
});

describe('sidecars are counted', () => {
  it('by the revision that they run, for each policy', () => {
    latest.take(CART, reportOf({ revision: 'first' }));
    latest.take(REST, reportOf({ revision: 'second' }));
    latest.take({ ...CART, uid: 'waits' }, reportOf({ revision: undefined }));
    latest.take({ ...CART, uid: 'other' }, reportOf({ policy: 'ClusterTracingPolicy.all' }));
    latest.take({ ...CART, namespace: 'bank', uid: 'bank' }, reportOf());
    expect(revisions(latest)).toEqual({ first: 1, second: 1, '': 1 });
    latest.take(CART, reportOf({ at: Infinity, revision: 'second' }));
    expect(revisions(latest)).toEqual({ second: 2, '': 1 });
  });

  it('by their state; one that has ended reports no more, and runs nothing', () => {
    latest.take(CART, reportOf({ at: 1 }));
    latest.take(REST, reportOf({ at: 1, state: 'Holding' }));
    latest.take(CART, reportOf({ at: 2, state: 'Ended' }));
    expect(latest.states()).toEqual(
      new Map([
        ['Holding', 1],
        ['Ended', 1],
      ]),
    );
    expect(latest.reporting).toBe(1);
    expect(revisions(latest)).toEqual({ first: 1 });
    expect(latest.longestSilent()?.pod.uid).toBe('rest');
  });
});

describe('news is', () => {
  let news: (readonly [string, string | undefined])[];
  beforeEach(() => {
    news = [];
    latest = new LatestReports(
      () => time,
      ({ name }, report) => news.push([name, report?.state]),
    );
    latest.take(CART, reportOf({ at: 1 }));
    news.length = 0;
  });

  it('the first report', () => {
    latest.take(REST, reportOf());
    expect(news).toEqual([['rest-0', 'Delivering']]);
  });

  it.each<[string, Parameters<typeof reportOf>[0], boolean]>([
    ['another state', { state: 'Holding' }, true],
    ['another reason', { reason: '401' }, true],
    ['another revision', { revision: 'second' }, true],
    ['another policy', { policy: 'ClusterTracingPolicy.all' }, true],
    ['nothing else', { lastAcknowledged: '2026-01-03T00:00:00.000Z', files: [] }, false],
  ])('%s', (_, changes, isNews) => {
    latest.take(CART, reportOf({ at: 2, ...changes }));
    expect(news).toHaveLength(isNews ? 1 : 0);
  });

  it('that a pod is forgotten, but not that somebody else leads', () => {
    latest.forget('cart');
    latest.take(REST, reportOf());
    news.length = 0;
    latest.clear();
    latest.take(CART, reportOf({ at: 1 }));
    time = 600_000;
    expect(uids()).toEqual([]);
    expect(news).toEqual([
      ['cart-0', 'Delivering'],
      ['cart-0', undefined],
    ]);
  });
});
