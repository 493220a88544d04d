import { describe, expect, it } from 'vitest';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { inject } from './patch.ts';
import { displayName, isInjected, isOurs, workloadOf, type Container } from './pod.ts';

const owner = (kind: string, name: string, controller = true) => ({
  apiVersion: 'v1',
  kind,
  name,
  uid: '1',
  controller,
});
const injected = inject(podOf(), { policy: policyOf(), settings: SETTINGS, now: new Date(0) });
const sidecar: Container = injected.spec.initContainers![0]!;

describe('the workload of a pod', () => {
  it.each([
    ['of nobody is none', {}, undefined],
    ['of a StatefulSet is it', { ownerReferences: [owner('StatefulSet', 'db')] }, 'StatefulSet/db'],
    ['of a Job is it', { ownerReferences: [owner('Job', 'report-29')] }, 'Job/report-29'],
    [
      'of a Deployment is found behind its ReplicaSet',
      { ownerReferences: [owner('ReplicaSet', 'cart-7d4b9c6f5')], labels: { 'pod-template-hash': '7d4b9c6f5' } },
      'Deployment/cart',
    ],
    [
      'of a bare ReplicaSet is it',
      { ownerReferences: [owner('ReplicaSet', 'cart-7d4b9c6f5')] },
      'ReplicaSet/cart-7d4b9c6f5',
    ],
    [
      'of a ReplicaSet with another hash is it',
      { ownerReferences: [owner('ReplicaSet', 'cart-x')], labels: { 'pod-template-hash': 'y' } },
      'ReplicaSet/cart-x',
    ],
    ['is not an owner that does not control it', { ownerReferences: [owner('ConfigMap', 'x', false)] }, undefined],
    [
      'is the controller among several owners',
      { ownerReferences: [owner('ConfigMap', 'x', false), owner('DaemonSet', 'agent')] },
      'DaemonSet/agent',
    ],
  ])('%s', (_, metadata, expected) => {
    expect(workloadOf(podOf({}, metadata))).toBe(expected);
  });
});

it.each([
  ['its name', { name: 'cart-0' }, 'cart-0'],
  ['what its name will begin with', { name: undefined, generateName: 'cart-7d4b9c6f5-' }, 'cart-7d4b9c6f5-*'],
  ['both given, its name', { name: 'cart-0', generateName: 'cart-' }, 'cart-0'],
  ['without either, that', { name: '' }, '(no name)'],
])('people are shown %s', (_, metadata, expected) => {
  expect(displayName(podOf({}, metadata))).toBe(expected);
});

it.each([
  ['our sidecar', sidecar, true],
  ['our sidecar with another image', { ...sidecar, image: 'mirror/sidecar:1' }, true],
  ['a container of another name with our variables', { ...sidecar, name: 'app' }, false],
  ['a container of our name with variables of its own', { name: 'tracewell', env: [{ name: 'POD_NAME' }] }, false],
  ['a container of our name without variables', { name: 'tracewell' }, false],
])('%s: is it ours? %s', (_, container, expected) => {
  expect(isOurs(container)).toBe(expected);
});

describe('whether a pod is injected', () => {
  const annotations = injected.metadata.annotations;
  const { restartPolicy: _, ...stripped } = sidecar;

  it.each([
    ['one with our sidecar is', injected, true],
    ['one without is not, whatever its annotations say', podOf({}, { annotations }), false],
    ['one whose sidecar lost its restartPolicy is not', podOf({ initContainers: [stripped] }), false],
    ['one with our container among those of the application is not', podOf({ containers: [sidecar] }), false],
  ])('%s', (__, pod, expected) => {
    expect(isInjected(pod)).toBe(expected);
  });
});
