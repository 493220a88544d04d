import { describe, expect, it } from 'vitest';
import { podOf } from '../../test/operator/objects.ts';
import { oldNode, projectNode, type Node } from './node.ts';

const node = (
  kubeletVersion: string,
  { name = 'old', labels = {}, unschedulable = false, operatingSystem = 'linux' } = {},
) =>
  ({
    metadata: { name, labels },
    spec: { unschedulable },
    status: { nodeInfo: { kubeletVersion, operatingSystem } },
  }) satisfies Node;
const NEW = node('v1.37.2', { name: 'new' });
const OLD = node('v1.28.15');

/** As the DaemonSet controller writes it. */
const daemonPod = (name: string) =>
  podOf({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
        },
      },
    },
  });

describe('a node speaks against native sidecars', () => {
  it.each([
    ['when its kubelet is too old', podOf(), OLD],
    ['with a version of a vendor', podOf(), node('v1.27.16-gke.1287000')],
    [
      'also a cordoned one, for a pod that names it',
      podOf({ nodeName: 'old' }),
      node('v1.28.0', { unschedulable: true }),
    ],
    ['also a cordoned one, for a pod of a DaemonSet', daemonPod('old'), node('v1.28.0', { unschedulable: true })],
  ])('%s', (_, pod, old) => {
    expect(oldNode(pod, [NEW, old])).toBe(old);
  });

  it.each([
    ['when there are none', podOf(), []],
    ['when all are new enough', podOf(), [NEW, node('v1.29.0')]],
    ['when it is cordoned: no new pod goes there', podOf(), [NEW, node('v1.28.0', { unschedulable: true })]],
    ['when it is for Windows', podOf(), [node('v1.28.0', { operatingSystem: 'windows' })]],
    ['when it is a virtual kubelet', podOf(), [node('v1.19.10', { labels: { type: 'virtual-kubelet' } })]],
    ['when it is Fargate', podOf(), [node('v1.28.0', { labels: { 'eks.amazonaws.com/compute-type': 'fargate' } })]],
    ['when its version is none', podOf(), [node('kwok-v0.7.0'), node('')]],
    ['when the pod goes to another', podOf({ nodeName: 'new' }), [OLD, NEW]],
    ['when the pod of a DaemonSet goes to another', daemonPod('new'), [OLD, NEW]],
    ['before it has said anything', podOf(), [{ metadata: { name: 'young' } }]],
  ])('but not %s', (_, pod, nodes) => {
    expect(oldNode(pod, nodes)).toBeUndefined();
  });
});

const whole = (kubeletVersion: string, more: object = {}) => ({
  metadata: { name: 'old', labels: { 'kubernetes.io/os': 'linux' }, managedFields: [{}], ...more },
  spec: { unschedulable: true, podCIDR: '10.0.0.0/24' },
  status: { images: [{}], nodeInfo: { kubeletVersion, operatingSystem: 'linux', bootID: '1' } },
});

it('of a node that speaks against them only what is read is kept, and it still does', () => {
  const kept = projectNode(whole('v1.28.1'))!;
  expect(kept).toEqual({
    metadata: { name: 'old' },
    spec: { unschedulable: true },
    status: { nodeInfo: { kubeletVersion: 'v1.28.1' } },
  });
  expect(oldNode(daemonPod('old'), [kept])).toBe(kept);
});

it.each([
  ['a new one', whole('v1.37.2')],
  ['a virtual one', whole('v1.19.10', { labels: { type: 'virtual-kubelet' } })],
  ['one that has said nothing yet', { metadata: { name: 'young' } }],
])('nothing is kept of %s', (_, node) => {
  expect(projectNode(node)).toBeUndefined();
});
