import { REPAIR, SKIP_REASON, type SkipReason } from '../../api/names.ts';
import type { Notice, ObjectReference } from '../events.ts';
import { workloadOf, type Pod } from '../inject/pod.ts';
import { stemOf, titleOf } from '../policy/accept.ts';
import type { Candidate } from './candidate.ts';
import { CURE } from './cure.ts';
import { workloadKey } from './plan.ts';
import type { Standing } from './standing.ts';
import type { Attempt } from './turn.ts';

/** Somebody wants it so. */
const WANTED: readonly SkipReason[] = [SKIP_REASON.OptedOut, SKIP_REASON.Paused];

/**
 * What is said of pods without a sidecar: for each workload and reason one notice, on the first of its pods. Of those that are
 * evicted for it nothing is said here.
 */
export function skipNotices(standings: readonly Standing[], candidates: readonly Candidate[]): Notice[] {
  const stays = new Map(candidates.map(({ pod, stays: why }) => [pod, why]));
  const told = standings.filter(
    ({ pod, skip }) => skip && (skip.reason !== SKIP_REASON.Missed || stays.get(pod) !== undefined),
  );
  const groups = Map.groupBy(told, ({ pod, skip, policy }) =>
    [workloadKey(pod), skip!.reason, stemOf(policy)].join(' '),
  );
  return [...groups].map(([series, group]) => {
    const { pod, skip, policy } = firstOf(group);
    const { reason, message } = skip!;
    const why = stays.get(pod) === undefined ? '' : ` It is not evicted for it: ${stays.get(pod)}.`;
    return {
      ...about(pod),
      type: WANTED.includes(reason) ? 'Normal' : 'Warning',
      reason,
      action: 'Inject',
      note: `${titleOf(policy)} selects it, and it has no sidecar: ${message}.${why} ${CURE[reason]}`,
      series,
      count: group.length,
    };
  });
}

/** That pods of a workload were evicted, so that they come back as they should be. */
export function evictedNotice(candidates: readonly Candidate[]): Notice {
  const { pod, policy, isOutdated } = firstOf(candidates);
  const why = isOutdated ? 'its sidecar is outdated' : 'it went in without a sidecar';
  return {
    ...about(pod),
    type: 'Normal',
    reason: REPAIR.Evicted,
    action: 'Evict',
    note: `${why}, and spec.rollout.mode of ${titleOf(policy)} is ${policy.spec.rollout.mode}: it is created again by its controller`,
    series: `${workloadKey(pod)} ${REPAIR.Evicted}`,
    count: candidates.length,
  };
}

/** That the eviction of a workload's pods did not help. */
export function failedNotice(pod: Pod, why: string, { failures, notBefore }: Attempt): Notice {
  const next =
    notBefore === Infinity
      ? 'None of its pods is evicted any more, until the policy changes.'
      : `It is tried again after ${new Date(notBefore).toISOString()}.`;
  return {
    ...about(pod),
    type: 'Warning',
    reason: REPAIR.RepairFailed,
    action: 'Evict',
    note: `pods of ${workloadOf(pod) ?? pod.metadata.name} were evicted to give them the sidecar of today, without success: ${why} (failure ${failures}). ${next} Restart the workload when the cause is gone.`,
    series: `${workloadKey(pod)} ${REPAIR.RepairFailed}`,
    count: failures,
  };
}

function firstOf<T extends { pod: Pod }>(group: readonly T[]): T {
  const name = ({ pod }: T) => pod.metadata.name ?? '';
  return group.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))[0]!;
}

function about({ metadata: { name = '', namespace = '', uid = '', ownerReferences = [] } }: Pod): {
  regarding: ObjectReference;
  related?: ObjectReference;
} {
  const owner = ownerReferences.find(({ controller }) => controller);
  return {
    regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid },
    ...(owner
      ? { related: { apiVersion: owner.apiVersion, kind: owner.kind, namespace, name: owner.name, uid: owner.uid } }
      : {}),
  };
}
