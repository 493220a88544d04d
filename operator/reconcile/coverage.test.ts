import { expect, it } from 'vitest';
import type { Pod } from '../inject/pod.ts';
import { inject } from '../inject/patch.ts';
import { podOf, policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { coverage } from './coverage.ts';

const cart = policyOf('cart', { selector: { matchLabels: { app: 'cart' } } });
const rest = policyOf('rest', { priority: -1 });
const pod = (name: string, app = 'cart', more: object = {}): Pod => ({
  ...podOf({}, { name, labels: { app } }),
  ...more,
});
const injected = (one: Pod) => inject(one, { policy: cart, settings: SETTINGS, now: new Date(0) });

it('pods count for the policy that governs them, and for no other', () => {
  const pods = [injected(pod('cart-0')), injected(pod('cart-1')), injected(pod('shop-0', 'shop'))];
  expect(Object.fromEntries(coverage(pods, [cart, rest], SURROUNDINGS))).toEqual({
    cart: { matched: 2, injected: 2, skipped: [] },
    rest: { matched: 1, injected: 1, skipped: [] },
  });
});

it('a pod that no policy selects does not count', () => {
  expect(coverage([pod('shop-0', 'shop')], [cart], SURROUNDINGS).get('cart')).toEqual({
    matched: 0,
    injected: 0,
    skipped: [],
  });
});

it('pods without a sidecar count by reason, in the order of its name, with an example each', () => {
  const optedOut = { metadata: { name: 'cart-2', labels: { app: 'cart', 'tracewell.dev/inject': 'false' } } };
  const pods = [
    pod('cart-0', 'cart', { spec: { containers: [], os: { name: 'windows' } } }),
    pod('cart-1'),
    pod('cart-2', 'cart', optedOut),
    pod('cart-3'),
  ];
  expect(coverage(pods, [cart], SURROUNDINGS).get('cart')).toEqual({
    matched: 4,
    injected: 0,
    skipped: [
      { reason: 'Missed', count: 2, example: 'cart-1' },
      { reason: 'OptedOut', count: 1, example: 'cart-2' },
      { reason: 'Windows', count: 1, example: 'cart-0' },
    ],
  });
});

it('a reason of the namespace holds for all of its pods', () => {
  const namespaceLabels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  expect(coverage([pod('cart-0')], [cart], { ...SURROUNDINGS, namespaceLabels }).get('cart')!.skipped).toEqual([
    { reason: 'HostPathForbidden', count: 1, example: 'cart-0' },
  ]);
});

it('a pod that was injected stays so, though it would be skipped today', () => {
  const paused = policyOf('cart', { paused: true });
  expect(coverage([injected(pod('cart-0')), pod('cart-1')], [paused], SURROUNDINGS).get('cart')).toEqual({
    matched: 2,
    injected: 1,
    skipped: [{ reason: 'Paused', count: 1, example: 'cart-1' }],
  });
});

it.each(['Succeeded', 'Failed'] as const)('a pod that has %s does not count', (phase) => {
  expect(coverage([pod('cart-0', 'cart', { status: { phase } })], [cart], SURROUNDINGS).get('cart')!.matched).toBe(0);
});

it.each(['Pending', 'Running'] as const)('a pod that is %s counts', (phase) => {
  expect(coverage([pod('cart-0', 'cart', { status: { phase } })], [cart], SURROUNDINGS).get('cart')!.matched).toBe(1);
});
