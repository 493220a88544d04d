import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Report, ReportedFile, ReportedMeasures } from '../../api/report.ts';
import { reportedFile, reportedMeasures, reportOf } from '../../test/operator/report.ts';
import { LatestReports } from '../reports/latest.ts';
import { Ledger } from './ledger.ts';
import { totalOf } from './sums.ts';

const CART = { namespace: 'shop', name: 'cart-0', uid: 'cart' };
const REST = { namespace: 'shop', name: 'rest-0', uid: 'rest' };
const POLICY = 'TracingPolicy.all';

let time: number;
let policies: string[];
let ledger: Ledger;
let latest: LatestReports;
beforeEach(() => {
  time = 0;
  policies = [POLICY, 'ClusterTracingPolicy.all'];
  begin();
});

/** As a leader that is new. */
function begin(): void {
  const now = () => time;
  ledger = new Ledger({
    now,
    workloadOf: ({ name }) => (name === 'bare' ? undefined : `StatefulSet/${name.replace(/-\d+$/, '')}`),
    isPolicy: (_, policy) => policies.includes(policy),
  });
  latest = new LatestReports(now, undefined, (pod, report) => ledger.take(pod, report));
}

/** A report of one file of which so many records of ten bytes are stored. */
const stored = (at: number, records: number, changes: Partial<ReportedFile> = {}): Report => {
  const file = reportedFile({ size: 10 * records, stored: { records, bytes: 10 * records, offsets: '0' }, ...changes });
  return reportOf({ at, files: [file] });
};
const standing = (policy = POLICY, ...namespaces: string[]) => ledger.of(policy, ['shop', ...namespaces]);
const records = () => standing()?.sums.records['stored'];

describe('the sums of a policy', () => {
  it('are those of its pods’ last reports', () => {
    latest.take(CART, stored(1, 5));
    latest.take(CART, stored(2, 7));
    latest.take(REST, stored(1, 100));
    expect(records()).toBe(107);
  });

  it('are of records and bytes by outcome, losses, rules, and what is pending', () => {
    const files = [
      reportedFile({
        size: 1000,
        stored: { records: 9, bytes: 600, offsets: '0' },
        duplicates: 4,
        deadLettered: { records: 1, bytes: 50, offsets: '0' },
        discarded: { records: 2, bytes: 30, offsets: '0' },
        discardedBy: { abc: 2 },
        redactedBy: { card: 3 },
        lost: { Truncated: 20 },
      }),
      reportedFile({ size: 10, stored: { records: 1, bytes: 10, offsets: '0' }, redactedBy: {} }),
    ];
    const rest = { ...files[0]!, files: 3 };
    latest.take(CART, reportOf({ files, rest }));
    expect(standing()).toMatchObject({
      sums: {
        records: { stored: 11, duplicate: 8, rejected: 2, discarded: 4 },
        bytes: { stored: 1210, rejected: 100, discarded: 60 },
        lost: { Truncated: 40 },
        discards: { abc: 4 },
        redactions: { card: 6 },
      },
      pendingBytes: 600,
      lastAcknowledged: '2026-01-02T03:04:05.000Z',
    });
  });

  it('are kept by namespace, and by workload', () => {
    latest.take(CART, stored(1, 5));
    latest.take({ ...CART, name: 'cart-1', uid: 'cart-1' }, stored(1, 6));
    latest.take({ ...REST, name: 'bare' }, stored(1, 7));
    latest.take({ ...CART, namespace: 'bank', uid: 'bank' }, stored(1, 100));
    expect(records()).toBe(18);
    expect(standing(POLICY, 'bank')!.sums.records['stored']).toBe(118);
    const workloads = [...ledger.workloads(POLICY, 'shop')].map(([name, sums]) => [name, sums.records['stored']]);
    expect(workloads).toEqual([
      ['StatefulSet/cart', 11],
      ['Pod/bare', 7],
    ]);
  });

  it('have what a pod says from another policy’s coming on under that one', () => {
    latest.take(CART, stored(1, 5));
    latest.take(CART, { ...stored(2, 8), policy: 'ClusterTracingPolicy.all' });
    expect([records(), standing('ClusterTracingPolicy.all')!.sums.records['stored']]).toEqual([5, 3]);
  });

  it('have what runs a policy that nobody knows under another name', () => {
    latest.take(CART, { ...stored(1, 5), policy: 'TracingPolicy.made-up' });
    expect([...ledger.standings()].map(({ policy }) => policy)).toEqual(['other']);
  });
});

describe('absolute values', () => {
  interface Said {
    pod: number;
    at: number;
    values: number[];
  }
  /** Of three pods, each a history in which two files grow. */
  const histories = fc.array(fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 1, maxLength: 8 }), {
    minLength: 3,
    maxLength: 3,
  });
  const saidOf = (growth: [number, number][][]): Said[] =>
    growth.flatMap((steps, pod) => {
      const values = [0, 0];
      return steps.map((step, at) => ({ pod, at, values: values.map((_, i) => (values[i]! += step[i]!)) }));
    });
  const reportOfSaid = ({ at, values }: Said): Report => {
    const files = values.map((records, i) =>
      reportedFile({
        file: `${i}`.padStart(24, '0'),
        size: 20 * records,
        stored: { records, bytes: 10 * records, offsets: '0' },
        lost: { Removed: records },
      }),
    );
    return reportOf({ at, files });
  };
  const total = () => {
    const { sums, pendingBytes } = standing() ?? { sums: undefined, pendingBytes: 0 };
    return [sums?.records['stored'] ?? 0, totalOf(sums?.lost ?? {}), pendingBytes];
  };

  it('add up to those of each pod’s newest report, and never shrink, in whatever order and however often they come', () => {
    const deliveries = histories.chain((growth) => {
      const said = saidOf(growth);
      return fc.array(fc.constantFrom(...said), { maxLength: 40 });
    });
    fc.assert(
      fc.property(deliveries, (said) => {
        begin();
        const newest = new Map<number, Said>();
        let before = total();
        for (const one of said) {
          latest.take({ ...CART, uid: `${one.pod}` }, reportOfSaid(one));
          if (one.at >= (newest.get(one.pod)?.at ?? 0)) newest.set(one.pod, one);
          const after = total();
          expect(after[0]).toBeGreaterThanOrEqual(before[0]!);
          expect(after[1]).toBeGreaterThanOrEqual(before[1]!);
          before = after;
        }
        const sum = [...newest.values()].flatMap(({ values }) => values).reduce((all, value) => all + value, 0);
        expect(before).toEqual([sum, sum, 9 * sum]);
      }),
    );
  });

  it('that step back, for a sidecar was killed, count again only past what was counted', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 }), (values) => {
        begin();
        for (const [at, value] of values.entries()) latest.take(CART, stored(at + 1, value));
        expect(records() ?? 0).toBe(Math.max(...values));
      }),
    );
  });

  it('begin at nothing when another one leads, and are counted from what the pods say', () => {
    latest.take(CART, stored(1, 5));
    latest.take(REST, stored(1, 7));
    ledger.clear();
    latest.clear();
    expect(records()).toBeUndefined();
    latest.take(CART, stored(2, 6));
    expect(records()).toBe(6);
  });
});

describe('a pod that is gone', () => {
  it('leaves what it has said, and what was not answered for is lost with it', () => {
    latest.take(CART, stored(1, 5, { size: 80 }));
    ledger.gone('cart');
    time = 89_999;
    expect(standing()).toMatchObject({ pendingBytes: 30, sums: { lost: {} } });
    time = 90_000;
    expect(standing()).toMatchObject({ pendingBytes: 0, sums: { records: { stored: 5 }, lost: { PodEnded: 30 } } });
    expect(ledger.workloads(POLICY, 'shop').size).toBe(0);
  });

  it('loses nothing when all is answered for', () => {
    latest.take(CART, stored(1, 5));
    ledger.gone('cart');
    time = 90_000;
    expect(standing()!.sums.lost).toEqual({});
  });

  it('may be outrun by its last report', () => {
    latest.take(CART, stored(1, 5, { size: 80 }));
    latest.forget('cart');
    ledger.gone('cart');
    time = 1000;
    latest.take(CART, { ...stored(2, 8), state: 'Ended' });
    time = 200_000;
    expect(standing()!.sums).toMatchObject({ records: { stored: 8 }, lost: {} });
  });

  it('is there as long as it reports, whatever was said', () => {
    latest.take(CART, stored(1, 5, { size: 80 }));
    ledger.gone('cart');
    for (let at = 2; at < 10; at++) {
      time += 60_000;
      latest.take(CART, stored(at, 5, { size: 80 }));
    }
    expect(standing()!.sums.lost).toEqual({});
    latest.take(CART, stored(10, 8));
    expect(records()).toBe(8);
  });

  it('counts nothing twice when it comes back after a silence', () => {
    latest.take(CART, stored(1, 5));
    time = 3_600_000;
    expect(latest.reportOf('cart')).toBeUndefined();
    latest.take(CART, stored(2, 6));
    expect(records()).toBe(6);
  });

  it('takes the book of a policy that is gone, too, with it', () => {
    latest.take(CART, stored(1, 5));
    policies = [];
    ledger.gone('cart');
    time = 90_000;
    expect([...ledger.standings()]).toEqual([]);
  });
});

describe('what a process measures', () => {
  const measured = (at: number, changes: Partial<ReportedMeasures>): Report =>
    reportOf({ at, measures: reportedMeasures(changes) });
  it('is added up', () => {
    const delay = { ms: 900, records: 4, buckets: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
    latest.take(CART, measured(1, { delay, storage: { ms: 5, records: 4 }, batches: { stored: 2 } }));
    latest.take(REST, measured(1, { delay, storage: { ms: 5, records: 4 }, retries: { '429': 1 } }));
    expect(standing()!.sums).toMatchObject({
      delay: { ms: 1800, records: 8 },
      delays: { '0.1': 2, '0.25': 4, '+Inf': 2 },
      storage: { ms: 10, records: 8 },
      batches: { stored: 2 },
      retries: { '429': 1 },
    });
  });

  it('begins anew with the next process, and goes on in the sums', () => {
    latest.take(CART, measured(1, { since: 1, storage: { ms: 100, records: 10 } }));
    latest.take(CART, measured(2, { since: 2, storage: { ms: 30, records: 3 } }));
    latest.take(CART, measured(3, { since: 2, storage: { ms: 40, records: 4 } }));
    expect(standing()!.sums.storage).toEqual({ ms: 140, records: 14 });
  });

  it('says for how long the oldest record waits, by the clock of its node', () => {
    latest.take(CART, measured(50_000, { oldest: 48_000 }));
    latest.take(REST, measured(1000, { oldest: 999 }));
    time = 3000;
    expect(standing()!.waitingMs).toBe(5000);
    latest.take(CART, { ...measured(53_000, { oldest: 48_000 }), state: 'Ended' });
    expect(standing()!.waitingMs).toBe(3001);
  });
});

describe('names', () => {
  it.each(['constructor', '__proto__', 'toString'])('may be %s', (name) => {
    const discardedBy = JSON.parse(`{"${name}":3}`) as Record<string, number>;
    latest.take(CART, stored(1, 5, { discardedBy }));
    expect(totalOf(standing()!.sums.discards)).toBe(name === '__proto__' ? 0 : 3);
  });

  it('are not more than forty in a group, however many a pod makes up; the others count as one', () => {
    for (let at = 1; at <= 10; at++) {
      const made = Array.from({ length: 20 }, (_, n) => [`${at}-${n}`, 1] as const);
      latest.take(CART, stored(at, 5, { discardedBy: Object.fromEntries(made) }));
    }
    const { discards } = standing()!.sums;
    expect(Object.keys(discards)).toHaveLength(41);
    expect(discards['other']).toBe(20);
  });
});
