import { workloadOf, type Pod } from '../inject/pod.ts';
import { hasEnded } from '../reconcile/pods.ts';
import { candidateOf, type Around, type Candidate } from './candidate.ts';
import type { Standing } from './standing.ts';
import { choose, isRolling, progress, type Attempt, type Workload } from './turn.ts';

/** What is done in a namespace now. */
export interface Plan {
  /** Whose turn it is. */
  evict: { workload: Workload; candidates: readonly Candidate[] }[];
  /** What came of earlier evictions; what is not in it is over. */
  attempts: Map<string, Attempt>;
  /** Attempts that failed just now, and why. */
  failed: { workload: Workload; attempt: Attempt; why: string }[];
}

export interface Found {
  /** Pods that are not as they should be, whether they may be evicted or not. */
  candidates: Candidate[];
  /** Those with pods that may be evicted, or were. */
  workloads: Workload[];
}

/** `shop/Deployment/cart`, `shop/Pod/cart-0` for one of no controller. */
export const workloadKey = (pod: Pod): string =>
  `${pod.metadata.namespace}/${workloadOf(pod) ?? `Pod/${pod.metadata.name}`}`;

/** A namespace's pods by workload, and which of them eviction would mend. `since`: by policy, when it came into force. */
export function find(
  pods: readonly Pod[],
  standings: readonly Standing[],
  around: Omit<Around, 'siblings' | 'since'> & { since: (of: Standing['policy']) => string | undefined },
): Found {
  const byKey = Map.groupBy(
    pods.filter((pod) => !hasEnded(pod)),
    workloadKey,
  );
  const isLive = ({ metadata }: Pod) => !metadata.deletionTimestamp;
  const candidates = standings.flatMap((standing) => {
    const siblings = (byKey.get(workloadKey(standing.pod)) ?? []).filter(isLive);
    return candidateOf(standing, { ...around, siblings, since: around.since(standing.policy) }) ?? [];
  });
  const going = Map.groupBy(
    candidates.filter(({ stays }) => stays === undefined),
    ({ pod }) => workloadKey(pod),
  );
  // Of one without candidates the policy stands in its pods' standings.
  const revisions = new Map(standings.map(({ pod, policy }) => [workloadKey(pod), revisionOf(policy)]));
  const workloads = [...byKey].map(([key, its]) => {
    const evictable = going.get(key) ?? [];
    return { key, pods: its, candidates: evictable, revision: revisions.get(key) ?? '' };
  });
  return { candidates, workloads };
}

/** What is done about a namespace's workloads: in the order of their names, and of those that are rolled one at a time. */
export function planOf(workloads: readonly Workload[], before: ReadonlyMap<string, Attempt>, now: number): Plan {
  const plan: Plan = { evict: [], attempts: new Map(), failed: [] };
  const inOrder = workloads.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  for (const workload of inOrder) {
    const { attempt, failed } = progress(workload, before.get(workload.key), now);
    if (attempt) plan.attempts.set(workload.key, attempt);
    if (attempt && failed) plan.failed.push({ workload, attempt, why: failed });
  }
  let rolls = [...plan.attempts.values()].some(isRolling);
  for (const workload of inOrder) {
    const candidates = choose(workload, plan.attempts.get(workload.key), now, !rolls);
    if (candidates.length === 0) continue;
    plan.evict.push({ workload, candidates });
    rolls ||= candidates.some(({ policy, isIdle }) => policy.spec.rollout.mode === 'Evict' && !isIdle);
  }
  return plan;
}

const revisionOf = ({ metadata: { uid, generation } }: Standing['policy']): string => `${uid}/${generation}`;
