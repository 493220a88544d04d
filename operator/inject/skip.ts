import { LABEL, SIDECAR, SKIP_REASON, type SkipReason } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { untouched } from '../policy/accept.ts';
import { limitRangeFault, type LimitRange } from './limit-range.ts';
import { oldNode, wantsVirtualNode, type Node } from './node.ts';
import { annotationsSize, ANNOTATIONS_AT_MOST, inject } from './patch.ts';
import { isInjected, isOurs, OUR_VOLUMES, type Pod } from './pod.ts';
import { quantityOf } from './quantity.ts';
import { quotaFault, type Quota } from './quota.ts';
import type { SidecarSettings } from './sidecar.ts';
import { containersTotal, sumOf } from './totals.ts';

export interface Skip {
  reason: SkipReason;
  message: string;
}

/** What is around the pods of a namespace, and can speak against a sidecar in them. */
export interface Surroundings {
  settings: SidecarSettings;
  /** The operator's. */
  ownNamespace: string;
  namespaceLabels: Readonly<Record<string, string>>;
  quotas: readonly Quota[];
  limitRanges: readonly LimitRange[];
  nodes: readonly Node[];
  /** Why nothing is injected at the moment. */
  breaker: string | undefined;
}

interface Governed extends Surroundings {
  policy: Policy;
}

/** Says in words what speaks against it. */
type Check = (pod: Pod, governed: Governed) => string | undefined | false;
/** The same, for what the API server would refuse; `after` is the pod with the sidecar. */
type Refusal = (after: Pod, governed: Governed, before: Pod) => string | undefined | false;

/** The selector of the webhook says so, too; but a fault there must not stop the cluster. */
const systemNamespace: Check = ({ metadata: { namespace = '' } }, { ownNamespace }) =>
  untouched(ownNamespace).includes(namespace) &&
  `pods of ${namespace} are never injected: a fault of ours must not stop the cluster`;

/** A label also keeps the API server from asking; people write an annotation as well, and mean the same. */
const saidOf = ({ metadata }: Pod) => metadata.labels?.[LABEL.inject] ?? metadata.annotations?.[LABEL.inject];

/** Somebody said so, on the pod or on its namespace. */
const optedOut: Check = (pod, { namespaceLabels }) => {
  const where = saidOf(pod) === 'false' ? 'pod' : namespaceLabels[LABEL.inject] === 'false' ? 'namespace' : undefined;
  return where && `the ${where} says ${LABEL.inject}=false`;
};

/** Whoever writes "no" wants something, and most likely no sidecar. */
const invalidLabel: Check = (pod, { namespaceLabels }) => {
  const said = { pod: saidOf(pod), namespace: namespaceLabels[LABEL.inject] };
  for (const [where, value] of Object.entries(said))
    if (value !== undefined && value !== 'true' && value !== 'false')
      return `the ${where} says ${LABEL.inject}=${JSON.stringify(value)}, which is neither "true" nor "false"`;
  return undefined;
};

const paused: Check = (_, { policy }) =>
  policy.spec.paused && `the policy ${policy.metadata.name} is paused (spec.paused)`;

/** Static pods are the kubelet's; their mirror in the API server cannot be changed. */
const mirrorPod: Check = ({ metadata }) =>
  metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined &&
  'a static pod of the kubelet cannot be changed through the API server';

const OS = ['kubernetes.io/os', 'beta.kubernetes.io/os'];
const windows: Check = ({ spec }) => {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const isForced = terms.every(({ matchExpressions = [] }) =>
    matchExpressions.some(
      ({ key, operator, values = [] }) =>
        OS.includes(key) &&
        ((operator === 'In' && values.every((value) => value === 'windows')) ||
          (operator === 'NotIn' && values.includes('linux'))),
    ),
  );
  const isWindows =
    spec.os?.name === 'windows' ||
    OS.some((label) => spec.nodeSelector?.[label] === 'windows') ||
    (terms.length > 0 && isForced);
  return isWindows && 'the sidecar runs on Linux nodes only';
};

const virtualNode: Check = (pod) =>
  wantsVirtualNode(pod) &&
  'the pod asks for a virtual node (Fargate, a virtual kubelet), which has no log files of the kubelet';

const nativeSidecars: Check = (pod, { nodes }) => {
  const old = oldNode(pod, nodes);
  return (
    old &&
    `the kubelet of the node ${old.metadata.name} is ${old.status?.nodeInfo?.kubeletVersion} and has no native sidecars (1.29 or newer)`
  );
};

/** Pod Security "baseline" and "restricted" refuse hostPath: an injected pod would not be created at all. */
const hostPathForbidden: Check = (_, { namespaceLabels }) => {
  const level = namespaceLabels['pod-security.kubernetes.io/enforce'];
  return (
    (level === 'baseline' || level === 'restricted') &&
    `the namespace enforces Pod Security "${level}", which refuses the hostPath volume of the log files`
  );
};

/** Also our own, when another webhook has made an ordinary container of it. */
const nameTaken: Check = ({ spec }) =>
  (spec.containers.some(({ name }) => name === SIDECAR) ||
    (spec.initContainers ?? []).some((container) => container.name === SIDECAR && !isOurs(container))) &&
  `the pod has a container of its own with the name ${SIDECAR}`;

/** Another container could read our key, or write where we write. */
const volumeTaken: Check = ({ spec }) => {
  const others = [...spec.containers, ...(spec.initContainers ?? [])].filter((container) => !isOurs(container));
  const mounting = others.find(({ volumeMounts }) => volumeMounts?.some(({ name }) => OUR_VOLUMES.includes(name)));
  if (mounting) return `the container ${mounting.name} mounts a volume of ours`;
  const injected = (spec.initContainers ?? []).some(isOurs);
  const volume = (spec.volumes ?? []).find(({ name }) => OUR_VOLUMES.includes(name));
  return volume && !injected && `the pod has a volume of its own with the name ${volume.name}`;
};

/**
 * The API server refuses a pod whose containers' requests add up to more than the pod's own; where it says none they become
 * the pod's, and must not be above its limit.
 */
const podResources: Refusal = (after) => {
  const { limits, requests } = after.spec.resources ?? {};
  const together = containersTotal(after, 'requests');
  for (const [name, most] of Object.entries(sumOf({}, { ...limits, ...requests }))) {
    const sum = together[name] ?? 0n;
    const does = requests?.[name] === undefined ? 'limits itself to' : 'requests';
    if (sum > most)
      return `the pod ${does} ${quantityOf(most)} of ${name} (spec.resources), and its containers with the sidecar request ${quantityOf(sum)}`;
  }
  return undefined;
};

const annotationsFull: Refusal = (after) =>
  annotationsSize(after) > ANNOTATIONS_AT_MOST &&
  'the annotations of the pod leave no room for those of the sidecar (256 KiB for all of them)';

/** In the order in which they are asked; the first that says no is the reason. */
const CHECKS: readonly [SkipReason, Check][] = [
  [SKIP_REASON.SystemNamespace, systemNamespace],
  [SKIP_REASON.OptedOut, optedOut],
  [SKIP_REASON.InvalidLabel, invalidLabel],
  [SKIP_REASON.Paused, paused],
  [SKIP_REASON.MirrorPod, mirrorPod],
  [SKIP_REASON.Windows, windows],
  [SKIP_REASON.VirtualNode, virtualNode],
  [SKIP_REASON.NativeSidecarsUnsupported, nativeSidecars],
  [SKIP_REASON.HostPathForbidden, hostPathForbidden],
  [SKIP_REASON.NameTaken, nameTaken],
  [SKIP_REASON.VolumeTaken, volumeTaken],
];

const REFUSALS: readonly [SkipReason, Refusal][] = [
  [SKIP_REASON.PodResources, podResources],
  [SKIP_REASON.LimitRange, (after, { limitRanges }) => limitRangeFault(limitRanges, after)],
  [SKIP_REASON.QuotaExceeded, (after, { quotas }, before) => quotaFault(quotas, before, after)],
  [SKIP_REASON.AnnotationsFull, annotationsFull],
  // The last one: a pod that is tried all the same can have a sidecar.
  [SKIP_REASON.BreakerOpen, (_, { breaker }, before) => !isInjected(before) && breaker],
];

/** Why a pod that the policy selects is not injected; undefined: it is. */
export function skipOf(pod: Pod, governed: Governed): Skip | undefined {
  const judged = judge(pod, governed, EPOCH);
  return 'skip' in judged ? judged.skip : undefined;
}

/** The same, or the pod as it is with the sidecar. */
export function judge(pod: Pod, governed: Governed, now: Date): { skip: Skip } | { after: Pod } {
  for (const [reason, check] of CHECKS) {
    const message = check(pod, governed);
    if (message) return { skip: { reason, message } };
  }
  const { policy, settings } = governed;
  const after = inject(pod, { policy, settings, now });
  for (const [reason, refusal] of REFUSALS) {
    const message = refusal(after, governed, pod);
    if (message) return { skip: { reason, message } };
  }
  return { after };
}

/** Any time: it is as long as every other. */
const EPOCH = new Date(0);
