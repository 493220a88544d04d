import { SKIP_REASON, type SkipReason } from '../../api/names.ts';
import type { Policy, PolicyStatus } from '../../api/policy.ts';
import { displayName, isInjected, type Pod } from '../inject/pod.ts';
import { skipOf, type Surroundings } from '../inject/skip.ts';
import { stemOf, titleOf } from '../policy/accept.ts';
import { selecting } from '../policy/govern.ts';
import { hasEnded } from './pods.ts';

export type Coverage = NonNullable<PolicyStatus['pods']>;

/** A list in a status is no longer than this; what goes past it is left out. */
const LISTED = 32;

export interface CoverageOptions {
  /** Those that reach the namespace. */
  policies: readonly Policy[];
  surroundings: Surroundings;
  isOutdated: (pod: Pod, policy: Policy) => boolean;
}

/**
 * Each policy's pods, by its stem, and for those without a sidecar why: the reason that the webhook would give, or `Missed`
 * when there is none, because it was not there or not asked. Pods that have ended or are going do not count.
 */
export function coverage(pods: Iterable<Pod>, options: CoverageOptions): Map<string, Coverage> {
  const { policies, surroundings, isOutdated } = options;
  const all = new Map<string, Coverage>(policies.map((policy) => [stemOf(policy), emptyCoverage()]));
  for (const pod of pods) {
    if (hasEnded(pod) || pod.metadata.deletionTimestamp) continue;
    const [policy, ...shadowed] = selecting(policies, pod.metadata.labels ?? {});
    if (!policy) continue;
    const name = displayName(pod);
    const counts = all.get(stemOf(policy))!;
    counts.matched++;
    if (isInjected(pod)) {
      counts.injected++;
      if (isOutdated(pod, policy)) counts.outdated++;
    } else count(counts, skipOf(pod, { policy, ...surroundings })?.reason ?? SKIP_REASON.Missed, name);
    for (const one of shadowed) shadow(all.get(stemOf(one))!, titleOf(policy), name);
  }
  for (const counts of all.values()) order(counts);
  return all;
}

export const emptyCoverage = (): Coverage => ({ matched: 0, injected: 0, outdated: 0, skipped: [], shadowed: [] });

/** Of several namespaces together. */
export function sum(parts: Iterable<Coverage>): Coverage {
  const total = emptyCoverage();
  for (const { matched, injected, outdated, skipped, shadowed } of parts) {
    total.matched += matched;
    total.injected += injected;
    total.outdated += outdated;
    for (const one of skipped) count(total, one.reason as SkipReason, one.example, one.count);
    for (const one of shadowed) shadow(total, one.by, one.example, one.count);
  }
  order(total);
  return total;
}

function count({ skipped }: Coverage, reason: SkipReason, example: string, more = 1): void {
  const entry = skipped.find((one) => one.reason === reason);
  if (entry) add(entry, example, more);
  else skipped.push({ reason, count: more, example });
}

function shadow({ shadowed }: Coverage, by: string, example: string, more = 1): void {
  const entry = shadowed.find((one) => one.by === by);
  if (entry) add(entry, example, more);
  else if (shadowed.length < LISTED) shadowed.push({ by, count: more, example });
}

/** The example is the first by name, and the lists are in order: a status changes only when something else does. */
function add(entry: { count: number; example: string }, example: string, more: number): void {
  entry.count += more;
  if (example < entry.example) entry.example = example;
}

function order({ skipped, shadowed }: Coverage): void {
  skipped.sort((a, b) => (a.reason < b.reason ? -1 : 1));
  shadowed.sort((a, b) => (a.by < b.by ? -1 : 1));
}
