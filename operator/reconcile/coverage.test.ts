import { expect, it } from 'vitest';
import type { Policy } from '../../api/policy.ts';
import type { Pod } from '../inject/pod.ts';
import { inject } from '../inject/patch.ts';
import { podOf, policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { coverage, emptyCoverage, sum } from './coverage.ts';

const cart = policyOf('cart', { selector: { matchLabels: { app: 'cart' } } });
const rest = policyOf('rest', { priority: -1 });
const pod = (name: string, app = 'cart', more: object = {}): Pod => ({
  ...podOf({}, { name, labels: { app } }),
  ...more,
});
const cover = (pods: Pod[], policies: Policy[], namespaceLabels = {}) =>
  coverage(pods, {
    policies,
    surroundings: { ...SURROUNDINGS, namespaceLabels },
    isOutdated: (one) => one.metadata.name === 'cart-1',
  });
const injected = (one: Pod) => inject(one, { policy: cart, settings: SETTINGS, now: new Date(0) });

it('pods count for the policy that governs them, and for no other', () => {
  const pods = [injected(pod('cart-0')), injected(pod('cart-1')), injected(pod('shop-0', 'shop'))];
  expect(Object.fromEntries(cover(pods, [cart, rest]))).toEqual({
    'TracingPolicy.cart': { ...emptyCoverage(), matched: 2, injected: 2, outdated: 1 },
    'TracingPolicy.rest': {
      ...emptyCoverage(),
      matched: 1,
      injected: 1,
      shadowed: [{ by: 'TracingPolicy shop/cart', count: 2, example: 'cart-0' }],
    },
  });
});

it('a pod that no policy selects does not count', () => {
  expect(cover([pod('shop-0', 'shop')], [cart]).get('TracingPolicy.cart')).toEqual(emptyCoverage());
});

it('pods without a sidecar count by reason, in the order of its name, with an example each', () => {
  const optedOut = { metadata: { name: 'cart-2', labels: { app: 'cart', 'tracewell.dev/inject': 'false' } } };
  const pods = [
    pod('cart-0', 'cart', { spec: { containers: [], os: { name: 'windows' } } }),
    pod('cart-1'),
    pod('cart-2', 'cart', optedOut),
    pod('cart-3'),
  ];
  expect(cover(pods, [cart]).get('TracingPolicy.cart')).toMatchObject({
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
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  expect(cover([pod('cart-0')], [cart], labels).get('TracingPolicy.cart')!.skipped).toEqual([
    { reason: 'HostPathForbidden', count: 1, example: 'cart-0' },
  ]);
});

it('a pod that was injected stays so, though it would be skipped today', () => {
  const paused = policyOf('cart', { paused: true });
  expect(cover([injected(pod('cart-0')), pod('cart-1')], [paused]).get('TracingPolicy.cart')).toMatchObject({
    matched: 2,
    injected: 1,
    skipped: [{ reason: 'Paused', count: 1, example: 'cart-1' }],
  });
});

it.each(['Succeeded', 'Failed'] as const)('a pod that has %s does not count', (phase) => {
  expect(cover([pod('cart-0', 'cart', { status: { phase } })], [cart]).get('TracingPolicy.cart')!.matched).toBe(0);
});

it.each(['Pending', 'Running'] as const)('a pod that is %s counts', (phase) => {
  expect(cover([pod('cart-0', 'cart', { status: { phase } })], [cart]).get('TracingPolicy.cart')!.matched).toBe(1);
});

it('what policies say of several namespaces is summed, with the first example by name', () => {
  const one = {
    ...emptyCoverage(),
    matched: 3,
    injected: 1,
    outdated: 1,
    skipped: [{ reason: 'Missed', count: 2, example: 'b' }],
  };
  const other = {
    ...emptyCoverage(),
    matched: 2,
    skipped: [
      { reason: 'Missed', count: 1, example: 'a' },
      { reason: 'Windows', count: 1, example: 'w' },
    ],
    shadowed: [{ by: 'TracingPolicy shop/x', count: 4, example: 's' }],
  };
  expect(sum([one, other])).toEqual({
    matched: 5,
    injected: 1,
    outdated: 1,
    skipped: [
      { reason: 'Missed', count: 3, example: 'a' },
      { reason: 'Windows', count: 1, example: 'w' },
    ],
    shadowed: [{ by: 'TracingPolicy shop/x', count: 4, example: 's' }],
  });
});
