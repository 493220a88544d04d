import { expect, it } from 'vitest';
import { webhookConfig } from './webhook-config.ts';

const target = { name: 'tracewell', namespace: 'ops', caBundle: 'Y2E=', owner: { name: 'tracewell', uid: 'u1' } };
const entry = (...namespaces: string[]) => webhookConfig(target, namespaces).webhooks[0]!;

it('the API server asks about pods that are created in these namespaces, by name, and in no other', () => {
  expect(entry('shop', 'bank').namespaceSelector).toEqual({
    matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['bank', 'shop'] }],
  });
  expect(entry('shop').rules).toEqual([
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
  ]);
});

it('without a namespace there is no entry: an empty list would not be taken, and a missing one would mean all', () => {
  expect(webhookConfig(target, []).webhooks).toEqual([]);
});

it('the order in which namespaces came does not matter', () => {
  expect(webhookConfig(target, ['a', 'b'])).toEqual(webhookConfig(target, ['b', 'a']));
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
  expect(webhookConfig(target, []).metadata.ownerReferences).toEqual([
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: 'tracewell', uid: 'u1' },
  ]);
});
