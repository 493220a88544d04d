import { SKIP_REASON, type SkipReason } from '../../api/names.ts';
import type { PolicyStatus, TracingPolicy } from '../../api/policy.ts';
import { displayName, isInjected, type Pod } from '../inject/pod.ts';
import { skipOf, type Surroundings } from '../inject/skip.ts';
import { govern } from '../policy/govern.ts';

export type Coverage = NonNullable<PolicyStatus['pods']>;

/**
 * Each policy's pods, and for those without a sidecar why: the reason that the webhook would give, or `Missed` when there is
 * none, because it was not there or not asked. Pods that have ended do not count.
 */
export function coverage(
  pods: readonly Pod[],
  policies: readonly TracingPolicy[],
  surroundings: Surroundings,
): Map<string, Coverage> {
  const all = new Map<string, Coverage>(
    policies.map(({ metadata }) => [metadata.name, { matched: 0, injected: 0, skipped: [] }]),
  );
  for (const pod of pods) {
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') continue;
    const policy = govern(policies, pod.metadata.labels ?? {});
    if (!policy) continue;
    const counts = all.get(policy.metadata.name)!;
    counts.matched++;
    if (isInjected(pod)) counts.injected++;
    else count(counts, skipOf(pod, { policy, ...surroundings })?.reason ?? SKIP_REASON.Missed, displayName(pod));
  }
  for (const { skipped } of all.values()) skipped.sort((a, b) => (a.reason < b.reason ? -1 : 1));
  return all;
}

function count({ skipped }: Coverage, reason: SkipReason, example: string): void {
  const entry = skipped.find((one) => one.reason === reason);
  if (entry) entry.count++;
  else skipped.push({ reason, count: 1, example });
}
