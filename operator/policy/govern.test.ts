import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterPolicyOf, policyOf } from '../../test/operator/objects.ts';
import { byPrecedence, govern, reaches, selecting, selects } from './govern.ts';

describe('a selector', () => {
  const labels = { app: 'cart', tier: 'web', empty: '' };

  it.each([
    ['that is absent takes every pod', undefined, true],
    ['that is empty takes every pod', {}, true],
    ['with empty lists takes every pod', { matchLabels: {}, matchExpressions: [] }, true],
    ['takes a pod with the label', { matchLabels: { app: 'cart' } }, true],
    ['wants every label', { matchLabels: { app: 'cart', tier: 'db' } }, false],
    ['tells an empty value from an absent label', { matchLabels: { empty: '' } }, true],
    ['wants the label to be there', { matchLabels: { other: '' } }, false],
    ['In takes one of the values', { matchExpressions: [{ key: 'app', operator: 'In', values: ['x', 'cart'] }] }, true],
    ['In refuses another value', { matchExpressions: [{ key: 'app', operator: 'In', values: ['x'] }] }, false],
    ['In refuses an absent label', { matchExpressions: [{ key: 'no', operator: 'In', values: ['x'] }] }, false],
    [
      'NotIn refuses one of the values',
      { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['cart'] }] },
      false,
    ],
    ['NotIn takes another value', { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['x'] }] }, true],
    ['NotIn takes an absent label', { matchExpressions: [{ key: 'no', operator: 'NotIn', values: ['x'] }] }, true],
    ['Exists takes any value', { matchExpressions: [{ key: 'empty', operator: 'Exists' }] }, true],
    ['Exists refuses an absent label', { matchExpressions: [{ key: 'no', operator: 'Exists' }] }, false],
    ['DoesNotExist takes an absent label', { matchExpressions: [{ key: 'no', operator: 'DoesNotExist' }] }, true],
    ['DoesNotExist refuses a label', { matchExpressions: [{ key: 'empty', operator: 'DoesNotExist' }] }, false],
    [
      'finds no label in what every object has',
      { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      false,
    ],
    [
      'wants labels and expressions together',
      { matchLabels: { app: 'cart' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
      false,
    ],
  ] as const)('%s', (_, selector, expected) => {
    expect(selects(selector as Parameters<typeof selects>[0], labels)).toBe(expected);
  });
});

describe('of several policies', () => {
  const old = { creationTimestamp: '2026-01-01T00:00:00Z' };
  const young = { creationTimestamp: '2026-02-01T00:00:00Z' };

  it.each([
    ['the highest priority governs', [policyOf('a'), policyOf('b', { priority: 5 })], 'b'],
    ['a negative priority comes after none', [policyOf('a', { priority: -1 }, old), policyOf('b', {}, young)], 'b'],
    ['at one priority the oldest governs', [policyOf('a', {}, young), policyOf('b', {}, old)], 'b'],
    ['at one age the first by name governs', [policyOf('b'), policyOf('a')], 'a'],
    [
      'one that does not select the pod does not count',
      [policyOf('a', { priority: 9, selector: { matchLabels: { app: 'other' } } }), policyOf('b')],
      'b',
    ],
    [
      'what the platform enforces comes before every policy of the namespace',
      [policyOf('a', { priority: 9 }), clusterPolicyOf('b', { enforced: true, priority: -9 })],
      'b',
    ],
    [
      'what the platform offers comes after every policy of the namespace',
      [clusterPolicyOf('a', { priority: 9 }), policyOf('b', { priority: -9 })],
      'b',
    ],
    [
      'inside a tier of the platform priority counts',
      [clusterPolicyOf('a'), clusterPolicyOf('b', { priority: 1 })],
      'b',
    ],
    ['a paused one governs all the same', [policyOf('a', { priority: 9, paused: true }), policyOf('b')], 'a'],
  ])('%s', (_, policies, expected) => {
    expect(govern(policies, { app: 'cart' })?.metadata.name).toBe(expected);
  });

  it('none governs a pod that none selects', () => {
    expect(govern([policyOf('a', { selector: { matchLabels: { app: 'other' } } })], { app: 'cart' })).toBeUndefined();
    expect(govern([], {})).toBeUndefined();
  });

  it('the same one governs in whatever order they are given', () => {
    const policy = fc
      .record({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        priority: fc.integer({ min: -2, max: 2 }),
        day: fc.integer({ min: 1, max: 3 }),
      })
      .map(({ name, priority, day }) =>
        policyOf(name, { priority }, { creationTimestamp: `2026-01-0${day}T00:00:00Z` }),
      );
    const policies = fc.uniqueArray(policy, { selector: ({ metadata }) => metadata.name });
    const orders = policies.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
    );
    fc.assert(
      fc.property(orders, ([given, shuffled]) => {
        expect(govern(shuffled, {})).toBe(govern(given, {}));
        // Nobody who comes later should have governed instead.
        expect(given.every((other) => other === govern(given, {}) || byPrecedence(govern(given, {})!, other) < 0)).toBe(
          true,
        );
      }),
    );
  });
});

describe('a policy reaches', () => {
  const shop = { name: 'shop', labels: { team: 'shop' } };
  const going = { deletionTimestamp: '2026-03-01T00:00:00Z' };

  it.each([
    ['its own namespace', policyOf('a'), true],
    ['no other namespace', policyOf('a', {}, { namespace: 'bank' }), false],
    ['no namespace any more while it is deleted', policyOf('a', {}, going), false],
    ['every namespace by an empty selector', clusterPolicyOf('a'), true],
    [
      'a namespace with the labels',
      clusterPolicyOf('a', { namespaceSelector: { matchLabels: { team: 'shop' } } }),
      true,
    ],
    ['no namespace without', clusterPolicyOf('a', { namespaceSelector: { matchLabels: { team: 'bank' } } }), false],
    ['none either while the platform’s is deleted', clusterPolicyOf('a', {}, going), false],
  ])('%s', (_, policy, expected) => {
    expect(reaches(policy, shop)).toBe(expected);
  });
});

it('all policies that select a pod are known, the one that governs first', () => {
  const policies = [clusterPolicyOf('offered'), policyOf('own'), clusterPolicyOf('enforced', { enforced: true })];
  expect(selecting(policies, {}).map(({ metadata }) => metadata.name)).toEqual(['enforced', 'own', 'offered']);
});
