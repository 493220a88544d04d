import { expect, it } from 'vitest';
import { policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { ownedPod, type Of } from '../../test/operator/workload.ts';
import { inject } from '../inject/patch.ts';
import type { Pod } from '../inject/pod.ts';
import { hasEnded } from '../reconcile/pods.ts';
import { find, planOf, workloadKey } from './plan.ts';
import { standingOf } from './standing.ts';
import { evicted, type Attempt } from './turn.ts';

const policy = policyOf('all', { rollout: { mode: 'Evict' } });
const now = new Date('2026-01-03T00:00:00Z');
const NOW = now.getTime();

function look(pods: readonly Pod[], attempts: ReadonlyMap<string, Attempt> = new Map(), at = NOW) {
  const options = { policies: [policy], surroundings: SURROUNDINGS, isOutdated: () => false };
  const standings = pods.flatMap((pod) => standingOf(pod, options) ?? []);
  const { workloads } = find(pods, standings, { surroundings: SURROUNDINGS, since: () => '2026-01-01T00:00:00Z', now });
  const plan = planOf(workloads, attempts, at);
  const evict = plan.evict.map(({ candidates }) => candidates.map(({ pod }) => pod.metadata.name).join(' '));
  for (const { workload, candidates } of plan.evict) {
    const its = candidates.map(({ pod }) => pod);
    plan.attempts.set(workload.key, evicted(workload, plan.attempts.get(workload.key), its, at));
  }
  return { ...plan, evict };
}
const of = (workload: string, more: Of = {}): Of => ({ kind: 'DaemonSet', name: workload, ...more });
const pod = (name: string, more: Of = {}) => ownedPod(name, of(name.slice(0, 1), more));
const sidecar = (one: Pod) => inject(one, { policy, settings: SETTINGS, now });
const going = { metadata: { deletionTimestamp: '2026-01-02T00:00:00Z' } };

it('pods of a Deployment are one workload, whatever their ReplicaSets; a bare pod is one by itself', () => {
  expect(workloadKey(ownedPod('cart-0'))).toBe('shop/Deployment/cart');
  expect(workloadKey({ ...ownedPod('cart-0'), metadata: { name: 'cart-0', namespace: 'shop' } })).toBe(
    'shop/Pod/cart-0',
  );
});

it('workloads are rolled one after the other, in the order of their names', () => {
  expect(look([pod('b0'), pod('b1'), pod('a0'), pod('a1')]).evict).toEqual(['a0']);
});

it('the next one waits while the only pod of one is replaced: going, gone, not ready', () => {
  let { attempts } = look([pod('a0'), pod('b0')]);
  for (const between of [[pod('a0', going)], [], [sidecar(pod('a1', { isReady: false }))]]) {
    const step = look([...between, pod('b0')], attempts, NOW + 1000);
    expect(step).toMatchObject({ evict: [], failed: [] });
    ({ attempts } = step);
  }
  expect(look([sidecar(pod('a1')), pod('b0')], attempts, NOW + 2000).evict).toEqual(['b0']);
});

it('the only pod of a workload is not evicted again when what comes in its place is no better', () => {
  let { attempts } = look([pod('a0')]);
  ({ attempts } = look([], attempts, NOW + 1000));
  const { failed, evict } = look([pod('a1')], attempts, NOW + 2000);
  expect(failed.map(({ why }) => why)).toEqual([expect.stringMatching(/^a1 came in its place/)]);
  expect(evict).toEqual([]);
});

it('pods that have ended are nobody’s', () => {
  const ended = { ...pod('a1'), status: { phase: 'Failed' } };
  expect(hasEnded(ended)).toBe(true);
  expect(look([pod('a0'), ended]).evict).toEqual(['a0']);
});

it('what failed is forgotten with its workload', () => {
  const failed = evicted({ key: '', pods: [], candidates: [], revision: '1' }, undefined, [], NOW);
  const attempts = new Map([['shop/DaemonSet/x', { ...failed, at: undefined, failures: 3, notBefore: Infinity }]]);
  expect(look([pod('b0')], attempts).attempts.has('shop/DaemonSet/x')).toBe(false);
});
