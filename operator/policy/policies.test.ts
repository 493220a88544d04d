import { expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy, withinOf } from '../../test/operator/objects.ts';
import { untouched, type RawPolicy } from './accept.ts';
import { Policies } from './policies.ts';

const PLATFORM = { ownNamespace: 'ops', bounds: { retention: {}, resources: {} } };
const policiesOf = (...given: object[]) => {
  const all = () => given as RawPolicy[];
  return new Policies({ all, within: withinOf(all), platform: PLATFORM });
};
const names = (policies: Policies, namespace: string, labels = {}) =>
  policies.reaching(namespace, labels).map(({ metadata }) => metadata.name);

it('those of the namespace and those of the platform reach it, the refused ones do not', () => {
  const policies = policiesOf(
    rawPolicy('own'),
    rawPolicy('other', {}, { namespace: 'bank' }),
    rawPolicy('bad', { retention: 'long' }),
    rawClusterPolicy('base'),
    rawClusterPolicy('web', { namespaceSelector: { matchLabels: { tier: 'web' } } }),
  );
  expect(names(policies, 'shop')).toEqual(['own', 'base']);
  expect(names(policies, 'bank', { tier: 'web' })).toEqual(['other', 'base', 'web']);
});

it.each([...untouched('ops')])('none reaches %s, whatever it selects', (namespace) => {
  expect(names(policiesOf(rawClusterPolicy('base'), rawPolicy('own', {}, { namespace })), namespace)).toEqual([]);
});

it('each is judged once, and known by what it was made of', () => {
  const raw = rawPolicy('own') as RawPolicy;
  const policies = policiesOf(raw);
  const [policy] = policies.reaching('shop', {});
  expect(policies.judge(raw)).toBe(policies.judge(raw));
  expect(policies.reaching('shop', {})[0]).toBe(policy);
  expect(policies.sourceOf(policy!).raw).toBe(raw);
});

it.each([
  ['its status was written', { status: { observedGeneration: 1 } }, {}, true],
  ['somebody changed it', {}, { generation: 2 }, false],
  ['it is being deleted', {}, { deletionTimestamp: '2026-01-02T00:00:00Z' }, false],
  ['it was deleted and made again', {}, { uid: 'another' }, false],
])('a policy is the same one, and not judged again, unless it is another: %s', (_, more, metadata, same) => {
  const before = rawPolicy('own') as RawPolicy;
  const now: RawPolicy = { ...before, ...more, metadata: { ...before.metadata, ...metadata } };
  const policies = policiesOf(now);
  const policy = policies.judge(before);
  expect(policies.isSame(now, before)).toBe(same);
  expect(policies.judge(now) === policy).toBe(same);
  const judged = policies.judge(now);
  expect(judged.ok && policies.sourceOf(judged.policy).raw).toBe(now);
});

it('a policy that came or went is no longer the same', () => {
  const raw = rawPolicy('own') as RawPolicy;
  const policies = policiesOf(raw);
  expect([policies.isSame(raw, undefined), policies.isSame(undefined, raw)]).toEqual([false, false]);
});
