import { expect, it } from 'vitest';
import { clusterPolicyOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { ownedPod } from '../../test/operator/workload.ts';
import { inject } from '../inject/patch.ts';
import { changesOf, type FollowOptions } from './follow.ts';

const cart = policyOf('cart', { selector: { matchLabels: { app: 'cart' } }, priority: 1 });
const all = policyOf('all');
const enforced = clusterPolicyOf('base', { enforced: true });
const pod = inject(ownedPod('cart-0'), { policy: all, settings: SETTINGS, now: new Date(0) });

const named = ({ policies = [all], refused = [], isConfigured = () => true }: Partial<FollowOptions>, one = pod) =>
  changesOf([one], { policies, refused, isConfigured }).map(({ policy }) => policy);

it.each<[string, Partial<FollowOptions>, (string | null)[]]>([
  ['nothing, while the same policy governs it', {}, []],
  ['a policy that came and goes before', { policies: [all, cart] }, ['TracingPolicy.cart']],
  ['what the platform enforces from now on', { policies: [all, enforced] }, ['ClusterTracingPolicy.base']],
  ['the next one, when its own is gone', { policies: [cart] }, ['TracingPolicy.cart']],
  ['nothing, before sidecars can read it', { policies: [all, cart], isConfigured: () => false }, []],
  [
    'nothing, while its own is one that was changed into a bad one',
    { policies: [cart], refused: ['TracingPolicy.all'] },
    [],
  ],
  ['nothing, when its own is gone and there is no other', { policies: [] }, []],
  [
    'none, when its own selects it no longer',
    { policies: [policyOf('all', { selector: { matchLabels: { app: 'x' } } })] },
    [null],
  ],
])('a running pod is told of %s', (_, options, policies) => {
  expect(named(options)).toEqual(policies);
});

it('a pod is told again when somebody has written something else there', () => {
  const { 'tracewell.dev/policy': _, ...annotations } = pod.metadata.annotations!;
  expect(named({}, { ...pod, metadata: { ...pod.metadata, annotations } })).toEqual(['TracingPolicy.all']);
});

it('of pods without a sidecar, pods that have ended and pods that are going nothing is changed', () => {
  const policies = [cart];
  expect(named({ policies }, ownedPod('cart-1'))).toEqual([]);
  expect(named({ policies }, { ...pod, status: { phase: 'Failed' } })).toEqual([]);
  const going = { ...pod.metadata, deletionTimestamp: '2026-01-02T00:00:00Z' };
  expect(named({ policies }, { ...pod, metadata: going })).toEqual([]);
});
