import { LABEL, SKIP_REASON } from '../../api/names.ts';
import { isOurs, isReady, OUR_VOLUMES, workloadOf, type Pod } from '../inject/pod.ts';
import { skipOf, type Surroundings } from '../inject/skip.ts';
import { titleOf } from '../policy/accept.ts';
import type { Standing } from './standing.ts';

/** What an eviction is decided by, beside the pod. */
export interface Around {
  surroundings: Surroundings;
  /** All pods of its workload that have not ended and are not going. */
  siblings: readonly Pod[];
  /** Since when pods of the policy are injected, RFC 3339; undefined: they are not. */
  since: string | undefined;
  now: Date;
}

/** A pod that is not as it should be, and what is done about it. */
export interface Candidate extends Standing {
  /** Why it is not evicted, for people; undefined: it is, when its turn comes. */
  stays: string | undefined;
  /** It serves nobody yet, so nobody waits for its turn. */
  isIdle: boolean;
}

/** How long after its creation a pod that went in without us is still evicted for it: later, people count on it. */
const MISSED_MS = 10 * 60_000;
/** The API server's time of creation has no fraction. */
const SECOND_MS = 1000;

type Check = (standing: Standing, around: Around) => string | undefined | false;

const never: Check = ({ policy }) =>
  policy.spec.rollout.mode === 'Never' && `spec.rollout.mode of ${titleOf(policy)} is Never`;

/** These create another pod in its place at once, and count nothing as a failure. */
const REPLACING: readonly string[] = ['ReplicaSet', 'StatefulSet', 'DaemonSet'];
const notReplaced: Check = ({ pod }) => {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
  if (!owner) return 'nothing would create it again';
  const isReplaced = owner.apiVersion.startsWith('apps/') && REPLACING.includes(owner.kind);
  return !isReplaced && `pods of ${workloadOf(pod)} are never evicted`;
};

const PROTECTED: readonly [key: string, value: string][] = [
  [LABEL.evict, 'false'],
  ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'],
  ['karpenter.sh/do-not-disrupt', 'true'],
];
const isProtected: Check = ({ pod: { metadata } }, { surroundings: { namespaceLabels } }) => {
  if (namespaceLabels[LABEL.evict] === 'false') return `the namespace says ${LABEL.evict}=false`;
  const said = PROTECTED.find(
    ([key, value]) => metadata.labels?.[key] === value || metadata.annotations?.[key] === value,
  );
  return said && `it says ${said.join('=')}`;
};

const notLately: Check = ({ policy, pod }, { since, now }) => {
  if (policy.spec.rollout.mode === 'Evict') return undefined;
  const created = createdAt(pod);
  if (since === undefined || created + SECOND_MS <= Date.parse(since))
    return 'it was created before the policy was in force';
  return now.getTime() - created > MISSED_MS && 'it is older than ten minutes';
};

const alone: Check = ({ policy, pod }, { siblings }) =>
  policy.spec.rollout.mode !== 'Evict' &&
  isReady(pod) &&
  !siblings.some((other) => other.metadata.uid !== pod.metadata.uid && isReady(other)) &&
  `it is the only ready pod of ${workloadOf(pod)}`;

const inVain: Check = ({ pod, policy }, { surroundings }) => {
  const skip = skipOf(asCreated(pod), { policy, ...surroundings });
  return skip && `it would come back without a sidecar (${skip.reason}: ${skip.message})`;
};

/** In the order in which they are asked. */
const CHECKS: readonly Check[] = [never, notReplaced, isProtected, notLately, alone, inVain];

/**
 * Whether the pod is one that eviction would mend: it went in without us, or, where `spec.rollout.mode` is Evict, its sidecar
 * is outdated; and what speaks against it. Undefined for every other pod, as for those that are skipped for a reason.
 */
export function candidateOf(standing: Standing, around: Around): Candidate | undefined {
  const { pod, policy, skip, isOutdated } = standing;
  const isMissed = skip?.reason === SKIP_REASON.Missed;
  if (!isMissed && !(isOutdated && policy.spec.rollout.mode === 'Evict')) return undefined;
  const stays = whyNot(standing, around);
  return { ...standing, stays, isIdle: isMissed && !isReady(pod) };
}

/** The last one costs as much as all that comes before it. */
function whyNot(standing: Standing, around: Around): string | undefined {
  for (const check of CHECKS) {
    const why = check(standing, around);
    if (why) return why;
  }
  return undefined;
}

/** As its controller would create it today: on no node, and without what is ours. */
function asCreated(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  const { initContainers = [], volumes = [] } = spec;
  const isInjected = initContainers.some(isOurs);
  return {
    metadata: pod.metadata,
    spec: {
      ...spec,
      initContainers: initContainers.filter((container) => !isOurs(container)),
      volumes: isInjected ? volumes.filter(({ name }) => !OUR_VOLUMES.includes(name)) : volumes,
    },
  };
}

/** Milliseconds since 1970. */
export const createdAt = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
