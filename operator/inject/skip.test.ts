import { describe, expect, it } from 'vitest';
import { SKIP_REASON, type SkipReason } from '../../api/names.ts';
import { podOf, policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { inject } from './patch.ts';
import type { Pod } from './pod.ts';
import { skipOf } from './skip.ts';

const ours = (pod: Pod): Pod => inject(pod, { policy: policyOf(), settings: SETTINGS, now: new Date(0) });
const mounting = (volume: string) => ({ name: 'app', volumeMounts: [{ name: volume, mountPath: '/data' }] });

const skip = (pod: Pod, more: object = {}) => skipOf(pod, { policy: policyOf(), ...SURROUNDINGS, ...more });

const PAUSED = policyOf('night', { paused: true });
const OPT_OUT = { 'tracewell.dev/inject': 'false' };
const enforce = (level: string) => ({ 'pod-security.kubernetes.io/enforce': level });
const inNamespace = (namespace: string) => podOf({}, { namespace });
const saying = (value: string) => ({ 'tracewell.dev/inject': value });
const forced = (...terms: object[]) =>
  podOf({
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: terms.map((term) => ({ matchExpressions: [term] })),
        },
      },
    },
  });
const os = (operator: string, ...values: string[]) => ({ key: 'kubernetes.io/os', operator, values });
const node = (kubeletVersion: string, more: object = {}) => ({
  metadata: { name: 'node-1' },
  status: { nodeInfo: { kubeletVersion, operatingSystem: 'linux' } },
  ...more,
});
/** With requests of its own, beside containers that request 100m; the sidecar requests 10m and 48Mi. */
const podLevel = (resources: object) =>
  podOf({ resources, containers: [{ name: 'app', resources: { requests: { cpu: '100m', memory: '64Mi' } } }] });
const quota = (hard: object, used: object = {}) => ({ quotas: [{ metadata: { name: 'q' }, status: { hard, used } }] });
const range = (...limits: object[]) => ({ limitRanges: [{ metadata: { name: 'l' }, spec: { limits } }] });

describe('a pod is skipped', () => {
  it.each<[string, SkipReason, ReturnType<typeof skip>, string]>([
    ['of the system', 'SystemNamespace', skip(inNamespace('kube-system')), 'pods of kube-system are never injected'],
    ['of the operator itself', 'SystemNamespace', skip(inNamespace('tracewell')), 'pods of tracewell are never'],
    ['that has the label', 'OptedOut', skip(podOf({}, { labels: OPT_OUT })), 'the pod says tracewell.dev/inject=false'],
    ['that says the same by an annotation', 'OptedOut', skip(podOf({}, { annotations: OPT_OUT })), 'the pod says'],
    ['whose namespace has the label', 'OptedOut', skip(podOf(), { namespaceLabels: OPT_OUT }), 'the namespace says'],
    ['whose label says no', 'InvalidLabel', skip(podOf({}, { labels: saying('no') })), 'the pod says'],
    ['whose label says False', 'InvalidLabel', skip(podOf({}, { labels: saying('False') })), '"False"'],
    ['whose label says nothing', 'InvalidLabel', skip(podOf({}, { labels: saying('') })), '=""'],
    ['whose annotation says off', 'InvalidLabel', skip(podOf({}, { annotations: saying('off') })), '"off"'],
    [
      'whose namespace has a label that says disabled',
      'InvalidLabel',
      skip(podOf(), { namespaceLabels: saying('disabled') }),
      'the namespace says tracewell.dev/inject="disabled"',
    ],
    ['while the breaker is open', 'BreakerOpen', skip(podOf(), { breaker: 'sidecars do not start' }), 'do not start'],
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
      'that asks for Windows nodes by the older label',
      'Windows',
      skip(podOf({ nodeSelector: { 'beta.kubernetes.io/os': 'windows' } })),
      'Linux nodes only',
    ],
    ['whose affinity takes Windows nodes only', 'Windows', skip(forced(os('In', 'windows'))), 'Linux nodes only'],
    ['whose affinity takes no Linux nodes', 'Windows', skip(forced(os('NotIn', 'linux'))), 'Linux nodes only'],
    ['for EKS Fargate', 'VirtualNode', skip(podOf({ schedulerName: 'fargate-scheduler' })), 'virtual node'],
    [
      'with a profile of EKS Fargate',
      'VirtualNode',
      skip(podOf({}, { labels: { 'eks.amazonaws.com/fargate-profile': 'web' } })),
      'virtual node',
    ],
    [
      'for a virtual kubelet',
      'VirtualNode',
      skip(podOf({ nodeSelector: { type: 'virtual-kubelet' } })),
      'virtual node',
    ],
    [
      'where a kubelet is older than native sidecars',
      'NativeSidecarsUnsupported',
      skip(podOf(), { nodes: [node('v1.31.0'), node('v1.28.9-eks-1')] }),
      'the kubelet of the node node-1 is v1.28.9-eks-1',
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
      'of whose sidecar another webhook made an ordinary container',
      'NameTaken',
      skip(podOf({ containers: [{ name: 'app' }, ...ours(podOf()).spec.initContainers!] })),
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
    [
      'whose own requests have no room for the sidecar’s cpu',
      'PodResources',
      skip(podLevel({ requests: { cpu: '109m', memory: '1Gi' } })),
      'the pod requests 109m of cpu (spec.resources), and its containers with the sidecar request 110m',
    ],
    [
      'whose own requests have no room for the sidecar’s memory',
      'PodResources',
      skip(podLevel({ requests: { memory: '111Mi' } })),
      'with the sidecar request 112Mi',
    ],
    [
      'that only limits itself, to what its containers request',
      'PodResources',
      skip(podLevel({ limits: { cpu: '1', memory: '64Mi' } })),
      'the pod limits itself to 64Mi of memory (spec.resources), and its containers with the sidecar request 112Mi',
    ],
    [
      'that would take more than its quota has left',
      'QuotaExceeded',
      skip(podOf(), quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '900Mi' })),
      'wants limits.memory of every container, and app has none',
    ],
    [
      'whose sidecar is more than a container may be',
      'LimitRange',
      skip(podOf(), range({ type: 'Container', max: { cpu: '250m' } })),
      'the LimitRange l says: at most 250m of cpu, and the sidecar has the limit 500m',
    ],
    [
      'whose annotations are as long as they may be',
      'AnnotationsFull',
      skip(podOf({}, { annotations: { large: 'x'.repeat(262_100) } })),
      '256 KiB',
    ],
  ])('%s: %s', (_, reason, skipped, words) => {
    expect(skipped).toMatchObject({ reason, message: expect.stringContaining(words) });
  });
});

describe('a pod is not skipped', () => {
  it.each([
    ['when nothing speaks against it', skip(podOf())],
    ['when the label says true', skip(podOf({}, { labels: saying('true') }))],
    ['for Linux', skip(podOf({ os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } }))],
    ['whose affinity takes Linux nodes, too', skip(forced(os('In', 'windows'), os('In', 'linux')))],
    ['whose affinity takes either', skip(forced(os('In', 'windows', 'linux')))],
    ['whose affinity is about something else', skip(forced({ key: 'zone', operator: 'In', values: ['windows'] }))],
    ['where all kubelets know native sidecars', skip(podOf(), { nodes: [node('v1.29.0'), node('v1.37.2')] })],
    ['under Pod Security privileged', skip(podOf(), { namespaceLabels: enforce('privileged') })],
    ['when baseline only warns', skip(podOf(), { namespaceLabels: { 'pod-security.kubernetes.io/warn': 'baseline' } })],
    ['on the host network', skip(podOf({ hostNetwork: true }))],
    ['that wants no token', skip(podOf({ automountServiceAccountToken: false }))],
    ['with pod-level resources that say nothing', skip(podOf({ resources: {} }))],
    ['whose own requests have just enough room', skip(podLevel({ requests: { cpu: '110m', memory: '112Mi' } }))],
    ['that only limits itself, with room', skip(podLevel({ limits: { cpu: '110m', memory: '112Mi' } }))],
    ['that its quota has room for', skip(podOf(), quota({ pods: '3' }, { pods: '2' }))],
    ['that its LimitRange has room for', skip(podOf(), range({ type: 'Container', max: { cpu: '500m' } }))],
    ['with long annotations', skip(podOf({}, { annotations: { large: 'x'.repeat(261_000) } }))],
    [
      'with volumes of other names',
      skip(podOf({ volumes: [{ name: 'data', emptyDir: {} }], containers: [mounting('data')] })),
    ],
    ['when it has our sidecar already', skip(ours(podOf()))],
  ])('%s', (_, skipped) => {
    expect(skipped).toBeUndefined();
  });
});

it('of several reasons the first is given: where it is, what a person decided, what cannot be, what is in the way, what is too much', () => {
  let pod = podOf(
    {
      os: { name: 'windows' },
      schedulerName: 'fargate-scheduler',
      resources: { requests: { cpu: '1m' } },
      containers: [{ name: 'tracewell' }],
      volumes: [{ name: 'tracewell-logs', emptyDir: {} }],
    },
    {
      namespace: 'kube-system',
      labels: OPT_OUT,
      annotations: { 'kubernetes.io/config.mirror': '', large: 'x'.repeat(262_144) },
    },
  );
  let more = {
    policy: PAUSED,
    namespaceLabels: { ...enforce('restricted'), ...saying('no') },
    nodes: [node('v1.28.0')],
    ...quota({ pods: '0' }),
    ...range({ type: 'Container', max: { cpu: '1m' } }),
    breaker: 'sidecars do not start',
  };
  const given: (string | undefined)[] = [];
  const then = (spec: object, metadata: object = {}, surroundings: object = {}) => {
    given.push(skip(pod, more)?.reason);
    pod = { metadata: { ...pod.metadata, ...metadata }, spec: { ...pod.spec, ...spec } };
    more = { ...more, ...surroundings };
  };
  then({}, { namespace: 'shop' });
  then({}, { labels: {} });
  then({}, {}, { namespaceLabels: enforce('restricted') });
  then({}, {}, { policy: policyOf() });
  then({}, { annotations: { large: 'x'.repeat(262_144) } });
  then({ os: { name: 'linux' } });
  then({ schedulerName: 'default-scheduler' });
  then({}, {}, { nodes: [] });
  then({}, {}, { namespaceLabels: {} });
  then({ containers: [{ name: 'app' }] });
  then({ volumes: [] });
  then({ resources: {} });
  then({}, {}, { limitRanges: [] });
  then({}, {}, { quotas: [] });
  then({}, { annotations: {} });
  then({}, {}, { breaker: undefined });
  // Missed is said of a pod without a reason, and by the status only.
  const { Missed: _, ...reasons } = SKIP_REASON;
  expect(given).toEqual(Object.keys(reasons));
  expect(skip(pod, more)).toBeUndefined();
});
