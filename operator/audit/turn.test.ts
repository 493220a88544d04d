import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyOf } from '../../test/operator/objects.ts';
import { ownedPod, type Of } from '../../test/operator/workload.ts';
import { isReady, type Pod } from '../inject/pod.ts';
import type { Candidate } from './candidate.ts';
import { allowed, blocked, choose, evicted, progress, type Attempt, type Workload } from './turn.ts';

const MINUTE = 60_000;
const going = { metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' } };

function candidate(pod: Pod, rollout: object, more: Partial<Candidate> = {}): Candidate {
  const policy = policyOf('all', { rollout });
  const skip = { reason: 'Missed', message: '' } as const;
  return { pod, policy, shadowed: [], skip, isOutdated: false, stays: undefined, isIdle: !isReady(pod), ...more };
}

/** `bad`: names of those that are to be evicted. */
function workload(pods: readonly Pod[], bad: readonly string[], rollout: object = {}, revision = '1'): Workload {
  const candidates = pods
    .filter(({ metadata }) => bad.includes(metadata.name!) && !metadata.deletionTimestamp)
    .map((pod) => candidate(pod, rollout));
  return { key: 'shop/Deployment/cart', pods, candidates, revision };
}
const pods = (names: string, of: Of = {}): Pod[] => names.split(' ').map((name) => ownedPod(name, of));
const names = (chosen: readonly Candidate[]) => chosen.map(({ pod }) => pod.metadata.name).join(' ');
const pick = (given: Workload, attempt?: Attempt, now = 0, mayRoll = true) =>
  names(choose(given, attempt, now, mayRoll));

describe('of a workload’s pods that went in without us', () => {
  it('those that are not ready go at once, all of them', () => {
    const all = [...pods('a b', { isReady: false }), ...pods('c')];
    expect(pick(workload(all, ['a', 'b', 'c']))).toBe('a b');
  });

  it('of those that are ready one goes at a time, and never the last', () => {
    expect(pick(workload(pods('a b c'), ['a', 'b', 'c']))).toBe('a');
    expect(pick(workload(pods('a b'), ['a', 'b'], { maxUnavailable: 5 }))).toBe('a');
  });

  it('none goes that was evicted already, while the API server still shows it', () => {
    const given = workload(pods('a b', { isReady: false }), ['a', 'b']);
    const attempt = evicted(given, undefined, [given.pods[0]!], 0);
    expect(pick(given, attempt)).toBe('b');
  });
});

describe('of a workload that is rolled', () => {
  const evict = { mode: 'Evict', maxUnavailable: 2 };

  it.each([
    ['maxUnavailable go at a time', pods('a b c d'), 'a b'],
    ['the only pod goes, too', pods('a'), 'a'],
    ['none goes while one is not ready', [...pods('a b'), ...pods('x', { isReady: false })], ''],
    ['none goes while one is going', [...pods('a b'), ...pods('x', going)], ''],
    ['none goes during a rollout of its own', [...pods('a b'), ...pods('x', { name: 'cart-7f8' })], ''],
    ['the oldest go first', [...pods('c'), ...pods('a b', { created: '2026-01-02T00:00:01Z' })], 'c a'],
    ['of a StatefulSet the last go first', pods('db-0 db-2 db-10', { kind: 'StatefulSet', name: 'db' }), 'db-10 db-2'],
  ])('%s', (_, all, chosen) => {
    const bad = all.map(({ metadata }) => metadata.name!).filter((name) => name !== 'x');
    expect(pick(workload(all, bad, evict))).toBe(chosen);
  });

  it('those without a sidecar go before those with an outdated one', () => {
    const [a, b] = pods('a b');
    const candidates = [candidate(a!, evict, { skip: undefined, isOutdated: true }), candidate(b!, evict)];
    expect(names(choose({ ...workload([a!, b!], []), candidates }, undefined, 0, true))).toBe('b a');
  });

  it('none goes while another workload is being rolled', () => {
    expect(pick(workload(pods('a b'), ['a'], evict), undefined, 0, false)).toBe('');
  });

  it('the next go when the first ones are replaced and ready', () => {
    const before = workload(pods('a b c'), ['a', 'b', 'c'], { mode: 'Evict' });
    const attempt = evicted(before, undefined, [before.pods[0]!], 0);
    const leaving = workload([...pods('a', going), ...pods('b c')], ['b', 'c'], { mode: 'Evict' });
    const gone = workload(pods('b c'), ['b', 'c'], { mode: 'Evict' });
    const come = workload([...pods('b c'), ...pods('d', { isReady: false })], ['b', 'c'], { mode: 'Evict' });
    for (const now of [leaving, gone, come]) {
      expect(progress(now, attempt, 1000)).toEqual({ attempt });
      expect(pick(now, attempt, 1000)).toBe('');
    }
    const ready = workload(pods('b c d'), ['b', 'c'], { mode: 'Evict' });
    expect(progress(ready, attempt, 1000)).toEqual({ attempt: undefined });
    expect(pick(ready)).toBe('b');
  });

  it('one that has become smaller meanwhile is done after a minute', () => {
    const before = workload(pods('a b c'), ['a'], evict);
    const attempt = evicted(before, undefined, [before.pods[0]!], 0);
    const smaller = workload(pods('b c'), [], evict);
    expect(progress(smaller, attempt, MINUTE).attempt).toBe(attempt);
    expect(progress(smaller, attempt, MINUTE + 1).attempt).toBeUndefined();
  });
});

describe('an attempt', () => {
  const before = workload(pods('a b'), ['a', 'b']);
  const began = evicted(before, undefined, [before.pods[0]!], 0);
  const inVain = workload(pods('b c'), ['b', 'c']);

  it('has failed when what comes in the place of a pod is no better', () => {
    const { attempt, failed } = progress(inVain, began, 1000);
    expect(failed).toMatch(/^c came in its place/);
    expect(attempt).toMatchObject({ failures: 1, at: undefined, notBefore: 1000 + 10 * MINUTE });
    expect(pick(inVain, attempt, 10 * MINUTE)).toBe('');
    expect(pick(inVain, attempt, 1000 + 10 * MINUTE)).toBe('b');
  });

  it('has failed when what comes in the place of a pod is not ready after ten minutes', () => {
    const stuck = workload([...pods('b'), ...pods('c', { isReady: false })], ['b']);
    expect(progress(stuck, began, 10 * MINUTE).failed).toBeUndefined();
    expect(progress(stuck, began, 10 * MINUTE + 1).failed).toMatch(/not ready after ten minutes/);
  });

  it('is not made a fourth time after three failures, until the policy is another one', () => {
    let attempt: Attempt | undefined = began;
    for (let now = 1; attempt.failures < 3; now += 100 * MINUTE) {
      attempt = progress(inVain, evicted(before, attempt, [before.pods[0]!], now), now).attempt!;
    }
    expect(pick(inVain, attempt, 1e15)).toBe('');
    const changed = { ...inVain, revision: '2' };
    expect(pick(changed, progress(changed, attempt, 1e15).attempt, 1e15)).toBe('b');
  });

  it('waits a while when a disruption budget stands against it', () => {
    const attempt = blocked(before, undefined, 0);
    expect(pick(before, attempt, 9_999)).toBe('');
    expect(pick(before, attempt, 10_000)).toBe('a');
  });
});

it.each([
  [1, 10, 1],
  [3, 10, 3],
  ['25%', 10, 2],
  ['25%', 3, 1],
  ['100%', 3, 3],
])('maxUnavailable %j of %i pods are %i', (value, of, expected) => {
  expect(allowed(value, of)).toBe(expected);
});

const SIZE = fc.integer({ min: 1, max: 8 });

it('never are more than maxUnavailable away, whatever happens in which order; no pod is evicted twice; and in the end all are new', () => {
  const step = fc.constantFrom('look', 'end', 'create', 'ready', 'budget');
  const maxUnavailable = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom('25%', '50%'));
  fc.assert(
    fc.property(SIZE, maxUnavailable, fc.array(step, { maxLength: 200 }), (size, most, steps) => {
      const rollout = { mode: 'Evict', maxUnavailable: most };
      let all = Array.from({ length: size }, (_, index) => ownedPod(`old-${index}`));
      let attempt: Attempt | undefined;
      let [now, made] = [0, 0];
      const seen = new Set<string>();
      const replace = (pod: Pod | undefined, by: Pod[]) => {
        if (pod) all = all.flatMap((one) => (one === pod ? by : [one]));
      };
      const act: Record<string, () => void> = {
        look: () => {
          const bad = all.map(({ metadata }) => metadata.name!).filter((name) => name.startsWith('old'));
          const given = workload(all, bad, rollout);
          ({ attempt } = progress(given, attempt, now));
          const chosen = choose(given, attempt, now, true).map(({ pod }) => pod);
          for (const { metadata } of chosen) {
            expect(seen).not.toContain(metadata.uid);
            seen.add(metadata.uid!);
          }
          if (chosen.length > 0) attempt = evicted(given, attempt, chosen, now);
          for (const pod of chosen) replace(pod, [ownedPod(pod.metadata.name!, going)]);
          const ready = all.filter((pod) => isReady(pod) && !pod.metadata.deletionTimestamp).length;
          expect(ready).toBeGreaterThanOrEqual(size - allowed(most, size));
        },
        end: () =>
          replace(
            all.find(({ metadata }) => metadata.deletionTimestamp),
            [],
          ),
        create: () => {
          if (all.filter(({ metadata }) => !metadata.deletionTimestamp).length < size)
            all = [...all, ownedPod(`new-${made++}`, { isReady: false })];
        },
        ready: () => {
          const pod = all.find((one) => !isReady(one));
          replace(pod, pod ? [ownedPod(pod.metadata.name!)] : []);
        },
        budget: () => {
          attempt = blocked(workload(all, [], rollout), attempt, now);
        },
      };
      for (const one of steps) {
        now += 1000;
        act[one]!();
      }
      for (let round = 0; round < 4 * size; round++) {
        now += 11_000;
        for (const one of ['end', 'create', 'ready']) for (let each = 0; each < size; each++) act[one]!();
        act['look']!();
      }
      expect(all.every(({ metadata }) => metadata.name!.startsWith('new'))).toBe(true);
    }),
  );
});
