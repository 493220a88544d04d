import { describe, expect, it } from 'vitest';
import { SKIP_REASON, type SkipReason } from '../../api/names.ts';
import { podOf, policyOf, SETTINGS } from '../../test/operator/objects.ts';
import { inject } from './patch.ts';
import type { Pod } from './pod.ts';
import { skipOf } from './skip.ts';

const ours = (pod: Pod): Pod => inject(pod, { policy: policyOf(), settings: SETTINGS, now: new Date(0) });
const mounting = (volume: string) => ({ name: 'app', volumeMounts: [{ name: volume, mountPath: '/data' }] });

const skip = (pod: Pod, { policy = policyOf(), namespaceLabels = {} } = {}) => skipOf(pod, { policy, namespaceLabels });

const PAUSED = policyOf('night', { paused: true });
const OPT_OUT = { 'tracewell.dev/inject': 'false' };
const enforce = (level: string) => ({ 'pod-security.kubernetes.io/enforce': level });

describe('a pod is skipped', () => {
  it.each<[string, SkipReason, ReturnType<typeof skip>, string]>([
    ['that has the label', 'OptedOut', skip(podOf({}, { labels: OPT_OUT })), 'the pod has the label'],
    ['whose namespace has the label', 'OptedOut', skip(podOf(), { namespaceLabels: OPT_OUT }), 'the namespace has'],
    ['while its policy is paused', 'Paused', skip(podOf(), { policy: PAUSED }), 'the policy night is paused'],
    [
      'that mirrors a static pod',
      'MirrorPod',
      skip(podOf({}, { annotations: { 'kubernetes.io/config.mirror': '' } })),
      'a static pod',
    ],
    ['that says it is for Windows', 'Windows', skip(podOf({ os: { name: 'windows' } })), 'Linux nodes only'],
    [
      'that asks for Windows nodes',
      'Windows',
      skip(podOf({ nodeSelector: { 'kubernetes.io/os': 'windows' } })),
      'Linux nodes only',
    ],
    [
      'under Pod Security baseline',
      'HostPathForbidden',
      skip(podOf(), { namespaceLabels: enforce('baseline') }),
      '"baseline"',
    ],
    [
      'under Pod Security restricted',
      'HostPathForbidden',
      skip(podOf(), { namespaceLabels: enforce('restricted') }),
      '"restricted"',
    ],
    [
      'with requests of its own',
      'PodResources',
      skip(podOf({ resources: { requests: { cpu: '1' } } })),
      'spec.resources',
    ],
    [
      'with limits of its own',
      'PodResources',
      skip(podOf({ resources: { limits: { memory: '1Gi' } } })),
      'spec.resources',
    ],
    [
      'with a container of our name',
      'NameTaken',
      skip(podOf({ containers: [{ name: 'tracewell' }] })),
      'name tracewell',
    ],
    [
      'with an init container of our name',
      'NameTaken',
      skip(podOf({ initContainers: [{ name: 'tracewell' }] })),
      'name tracewell',
    ],
    [
      'with a volume of our name',
      'VolumeTaken',
      skip(podOf({ volumes: [{ name: 'tracewell-state', emptyDir: {} }] })),
      'a volume of its own with the name tracewell-state',
    ],
    [
      'with a container that mounts what would be our key',
      'VolumeTaken',
      skip(podOf({ containers: [mounting('tracewell-config')] })),
      'the container app mounts',
    ],
    [
      'with an init container that mounts it',
      'VolumeTaken',
      skip(podOf({ initContainers: [mounting('tracewell-state')] })),
      'the container app mounts',
    ],
    [
      'to whose containers somebody gave our volume after us',
      'VolumeTaken',
      skip(ours(podOf({ containers: [mounting('tracewell-config')] }))),
      'the container app mounts',
    ],
  ])('%s: %s', (_, reason, skipped, words) => {
    expect(skipped).toMatchObject({ reason, message: expect.stringContaining(words) });
  });
});

describe('a pod is not skipped', () => {
  it.each([
    ['when nothing speaks against it', skip(podOf())],
    ['when the label says anything but false', skip(podOf({}, { labels: { 'tracewell.dev/inject': 'true' } }))],
    ['for Linux', skip(podOf({ os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } }))],
    ['under Pod Security privileged', skip(podOf(), { namespaceLabels: enforce('privileged') })],
    ['when baseline only warns', skip(podOf(), { namespaceLabels: { 'pod-security.kubernetes.io/warn': 'baseline' } })],
    ['on the host network', skip(podOf({ hostNetwork: true }))],
    ['with pod-level resources that say nothing', skip(podOf({ resources: {} }))],
    [
      'with volumes of other names',
      skip(podOf({ volumes: [{ name: 'data', emptyDir: {} }], containers: [mounting('data')] })),
    ],
    ['when it has our sidecar already', skip(ours(podOf()))],
  ])('%s', (_, skipped) => {
    expect(skipped).toBeUndefined();
  });
});

it('of several reasons the first is given: what a person decided, then what cannot be, then what is in the way', () => {
  const namespaceLabels = { ...enforce('restricted'), ...OPT_OUT };
  const everything = podOf(
    {
      os: { name: 'windows' },
      resources: { limits: { cpu: '1' } },
      containers: [{ name: 'tracewell' }],
      volumes: [{ name: 'tracewell-logs', emptyDir: {} }],
    },
    { annotations: { 'kubernetes.io/config.mirror': '' } },
  );
  const withoutMirror = { ...everything, metadata: podOf().metadata };
  const withoutWindows = { ...withoutMirror, spec: { ...everything.spec, os: { name: 'linux' } } };
  const withoutResources = { ...withoutWindows, spec: { ...withoutWindows.spec, resources: {} } };
  const withoutName = { ...withoutResources, spec: { ...withoutResources.spec, containers: [{ name: 'app' }] } };
  const given = [
    skip(everything, { policy: PAUSED, namespaceLabels }),
    skip(everything, { policy: PAUSED, namespaceLabels: enforce('restricted') }),
    skip(everything, { namespaceLabels: enforce('restricted') }),
    skip(withoutMirror, { namespaceLabels: enforce('restricted') }),
    skip(withoutWindows, { namespaceLabels: enforce('restricted') }),
    skip(withoutWindows),
    skip(withoutResources),
    skip(withoutName),
  ].map((one) => one?.reason);
  expect(given).toEqual([
    'OptedOut',
    'Paused',
    'MirrorPod',
    'Windows',
    'HostPathForbidden',
    'PodResources',
    'NameTaken',
    'VolumeTaken',
  ]);
  // Missed is said of a pod without a reason, and by the status only.
  expect(new Set([...given, SKIP_REASON.Missed])).toEqual(new Set(Object.keys(SKIP_REASON)));
});
