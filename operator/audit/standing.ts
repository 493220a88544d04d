import { SKIP_REASON } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { isInjected, type Pod } from '../inject/pod.ts';
import { skipOf, type Skip, type Surroundings } from '../inject/skip.ts';
import { selecting } from '../policy/govern.ts';
import { hasEnded } from '../reconcile/pods.ts';

/** How a running pod stands to the policies of its namespace. */
export interface Standing {
  pod: Pod;
  /** It governs the pod. */
  policy: Policy;
  /** They select the pod as well. */
  shadowed: readonly Policy[];
  /** Why it has no sidecar; undefined: it has one. */
  skip: Skip | undefined;
  /** Its sidecar is another one than would be injected today. */
  isOutdated: boolean;
}

export interface StandingOptions {
  /** Those that reach the namespace. */
  policies: readonly Policy[];
  surroundings: Surroundings;
  isOutdated: (pod: Pod, policy: Policy) => boolean;
}

const MISSED: Skip = {
  reason: SKIP_REASON.Missed,
  message: 'it was created while the webhook was not there or was not asked, or before the policy',
};

/**
 * Judged from the spec: whether it has a sidecar, and else the reason that the webhook would give, or `Missed` when there is
 * none. Undefined for a pod that no policy selects, that has ended, or that is going.
 */
export function standingOf(pod: Pod, options: StandingOptions): Standing | undefined {
  if (hasEnded(pod) || pod.metadata.deletionTimestamp) return undefined;
  const { policies, surroundings, isOutdated } = options;
  const [policy, ...shadowed] = selecting(policies, pod.metadata.labels ?? {});
  if (!policy) return undefined;
  if (isInjected(pod)) return { pod, policy, shadowed, skip: undefined, isOutdated: isOutdated(pod, policy) };
  const skip = skipOf(pod, { policy, ...surroundings }) ?? MISSED;
  return { pod, policy, shadowed, skip, isOutdated: false };
}
