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
