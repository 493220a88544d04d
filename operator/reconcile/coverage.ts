import type { SkipReason } from '../../api/names.ts';
import type { Policy, PolicyStatus } from '../../api/policy.ts';
import { standingOf, type Standing, type StandingOptions } from '../audit/standing.ts';
import { displayName, type Pod } from '../inject/pod.ts';
import { stemOf, titleOf } from '../policy/accept.ts';

export type Coverage = NonNullable<PolicyStatus['pods']>;

/** A list in a status is no longer than this; what goes past it is left out. */
const LISTED = 32;

/**
 * Each policy's pods, by its stem, and for those without a sidecar why. Pods that have ended or are going do not count.
 */
export function coverage(pods: readonly Pod[], options: StandingOptions): Map<string, Coverage> {
  return coverageOf(
    options.policies,
    pods.flatMap((pod) => standingOf(pod, options) ?? []),
  );
}

/** The same of pods that were judged already, maybe by policies that came since. */
export function coverageOf(policies: readonly Policy[], standings: readonly Standing[]): Map<string, Coverage> {
  const all = new Map<string, Coverage>(policies.map((policy) => [stemOf(policy), emptyCoverage()]));
  for (const { pod, policy, shadowed, skip, isOutdated } of standings) {
    const name = displayName(pod);
    const counts = countsOf(all, policy);
    counts.matched++;
    if (skip) count(counts, skip.reason, name);
    else counts.injected++;
    if (isOutdated) counts.outdated++;
    for (const one of shadowed) shadow(countsOf(all, one), titleOf(policy), name);
  }
  for (const counts of all.values()) order(counts);
  return all;
}

function countsOf(all: Map<string, Coverage>, policy: Policy): Coverage {
  const stem = stemOf(policy);
  const found = all.get(stem) ?? emptyCoverage();
  all.set(stem, found);
  return found;
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
