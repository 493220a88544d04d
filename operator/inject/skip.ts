import { LABEL, SIDECAR, type SkipReason } from '../../api/names.ts';
import type { TracingPolicy } from '../../api/policy.ts';
import { isOurs, OUR_VOLUMES, type Pod } from './pod.ts';

export interface Skip {
  reason: SkipReason;
  message: string;
}

export interface Surroundings {
  policy: TracingPolicy;
  namespaceLabels: Readonly<Record<string, string>>;
}

type Check = (pod: Pod, surroundings: Surroundings) => Skip | undefined;

/** Somebody said so, on the pod or on its namespace. */
const optedOut: Check = ({ metadata }, { namespaceLabels }) => {
  const where =
    metadata.labels?.[LABEL.inject] === 'false'
      ? 'pod'
      : namespaceLabels[LABEL.inject] === 'false'
        ? 'namespace'
        : undefined;
  return where && { reason: 'OptedOut', message: `the ${where} has the label ${LABEL.inject}=false` };
};

const paused: Check = (_, { policy }) =>
  policy.spec.paused
    ? { reason: 'Paused', message: `the policy ${policy.metadata.name} is paused (spec.paused)` }
    : undefined;

/** Static pods are the kubelet's; their mirror in the API server cannot be changed. */
const mirrorPod: Check = ({ metadata }) =>
  metadata.annotations?.['kubernetes.io/config.mirror'] === undefined
    ? undefined
    : { reason: 'MirrorPod', message: 'a static pod of the kubelet cannot be changed through the API server' };

const windows: Check = ({ spec }) => {
  const os = spec.os?.name ?? spec.nodeSelector?.['kubernetes.io/os'];
  return os === 'windows' ? { reason: 'Windows', message: 'the sidecar runs on Linux nodes only' } : undefined;
};

/** Pod Security "baseline" and "restricted" refuse hostPath: an injected pod would not be created at all. */
const hostPathForbidden: Check = (_, { namespaceLabels }) => {
  const level = namespaceLabels['pod-security.kubernetes.io/enforce'];
  if (level !== 'baseline' && level !== 'restricted') return undefined;
  const message = `the namespace enforces Pod Security "${level}", which refuses the hostPath volume of the log files`;
  return { reason: 'HostPathForbidden', message };
};

/** The API server refuses a pod whose containers' requests add up to more than the pod's own. */
const podResources: Check = ({ spec }) => {
  const { requests = {}, limits = {} } = spec.resources ?? {};
  return Object.keys({ ...requests, ...limits }).length > 0
    ? {
        reason: 'PodResources',
        message: 'the pod has resources of its own (spec.resources), without room for the sidecar',
      }
    : undefined;
};

const nameTaken: Check = ({ spec }) => {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  return all.some((container) => container.name === SIDECAR && !isOurs(container))
    ? { reason: 'NameTaken', message: `the pod has a container of its own with the name ${SIDECAR}` }
    : undefined;
};

/** Another container could read our key, or write where we write. */
const volumeTaken: Check = ({ spec }) => {
  const others = [...spec.containers, ...(spec.initContainers ?? [])].filter((container) => !isOurs(container));
  const mounting = others.find(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => OUR_VOLUMES.includes(name)));
  if (mounting) return { reason: 'VolumeTaken', message: `the container ${mounting.name} mounts a volume of ours` };
  const injected = (spec.initContainers ?? []).some(isOurs);
  const volume = (spec.volumes ?? []).find(({ name }) => OUR_VOLUMES.includes(name));
  return volume && !injected
    ? { reason: 'VolumeTaken', message: `the pod has a volume of its own with the name ${volume.name}` }
    : undefined;
};

/** In the order in which they are asked; the first that says no is the reason. */
const CHECKS: readonly Check[] = [
  optedOut,
  paused,
  mirrorPod,
  windows,
  hostPathForbidden,
  podResources,
  nameTaken,
  volumeTaken,
];

/** Why a pod that the policy selects is not injected; undefined: it is. */
export function skipOf(pod: Pod, surroundings: Surroundings): Skip | undefined {
  for (const check of CHECKS) {
    const skip = check(pod, surroundings);
    if (skip) return skip;
  }
  return undefined;
}
