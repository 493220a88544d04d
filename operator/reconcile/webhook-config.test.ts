import { expect, it } from 'vitest';
import { clusterPolicyOf, webhookConfig, type Scope } from './webhook-config.ts';

const target = { name: 'tracewell', namespace: 'ops', caBundle: 'Y2E=', owner: { name: 'tracewell', uid: 'u1' } };
const NOBODY: Scope = { namespaces: [], clusterPolicies: [], excluded: [] };
const config = (scope: Partial<Scope> = {}) => webhookConfig(target, { ...NOBODY, ...scope });
const entry = (...namespaces: string[]) => config({ namespaces }).webhooks[0]!;

it('the API server asks about pods that are created in these namespaces, by name, and in no other', () => {
  expect(entry('shop', 'bank').namespaceSelector).toEqual({
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['bank', 'shop'] }],
  });
  expect(entry('shop').rules).toEqual([
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
  ]);
});

it('without a namespace there is no entry: an empty list would not be taken, and a missing one would mean all', () => {
  expect(config().webhooks).toEqual([]);
});

it('the order in which namespaces came does not matter', () => {
  expect(config({ namespaces: ['a', 'b'] })).toEqual(config({ namespaces: ['b', 'a'] }));
});

it('no pod waits for us, and none fails because of us', () => {
  expect(entry('shop')).toMatchObject({ failurePolicy: 'Ignore', timeoutSeconds: 3, sideEffects: 'None' });
});

it('the API server calls the Service of the release, and trusts our authority', () => {
  expect(entry('shop').clientConfig).toEqual({
    service: { name: 'tracewell', namespace: 'ops', path: '/inject', port: 443 },
    caBundle: 'Y2E=',
  });
});

it('a pod that opted out is not asked about', () => {
  expect(entry('shop').objectSelector).toEqual({
    matchExpressions: [{ key: 'tracewell.dev/inject', operator: 'NotIn', values: ['false'] }],
  });
});

it('uninstalling takes it away: the ClusterRole of the release owns it', () => {
  expect(config().metadata.ownerReferences).toEqual([
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'tracewell', uid: 'u1' },
  ]);
});

it('a cluster policy has its own entry, with its selector as it is written, less what is excluded', () => {
  const namespaceSelector = {
    matchLabels: { tier: 'web' },
    matchExpressions: [{ key: 'team', operator: 'Exists' as const }],
  };
  const { webhooks } = config({
    namespaces: ['shop', 'bad'],
    clusterPolicies: [{ name: 'base', namespaceSelector }],
    excluded: ['kube-system', 'bad'],
  });
  expect(webhooks.map(({ name, namespaceSelector: selector }) => [name, selector])).toEqual([
    ['pods.tracewell.dev', entry('shop').namespaceSelector],
    [
      'base.clusterpolicy.tracewell.dev',
      {
        matchLabels: { tier: 'web' },
        matchExpressions: [
          { key: 'team', operator: 'Exists' },
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['bad', 'kube-system'] },
        ],
      },
    ],
  ]);
  expect(webhooks.map(({ name }) => clusterPolicyOf(name))).toEqual([undefined, 'base']);
});
