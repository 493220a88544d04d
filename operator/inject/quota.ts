import type { V1PodAffinityTerm } from '@kubernetes/client-node';
import type { Pod } from './pod.ts';
import { nanosOf, quantityOf } from './quantity.ts';
import { hasPodResources, podTotal, sumOf, takes, type Totals } from './totals.ts';

interface Scope {
  scopeName: string;
  operator: string;
  values?: string[];
}

/** A ResourceQuota, as far as it is read here. */
export interface Quota {
  metadata: { name: string; namespace?: string };
  spec?: { scopes?: string[]; scopeSelector?: { matchExpressions?: Scope[] } };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

export const projectQuota = ({ metadata: { name, namespace }, spec, status }: Quota): Quota => ({
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { scopes: spec?.scopes ?? [], scopeSelector: spec?.scopeSelector ?? {} },
  status: { hard: status?.hard ?? {}, used: status?.used ?? {} },
});

/**
 * Why a quota of the namespace would refuse the pod `after` it got the sidecar, as the API server counts (kubernetes,
 * pkg/quota/v1/evaluator/core/pods.go). A pod that is there already is in the quota's use as it was `before`.
 */
export function quotaFault(quotas: readonly Quota[], before: Pod, after: Pod): string | undefined {
  for (const quota of quotas) {
    const { hard = {}, used = {} } = quota.status ?? {};
    const { name } = quota.metadata;
    if (!scopesOf(quota).every((scope) => isIn(scope, after))) continue;
    const vague = unsaidBy(after, Object.keys(hard));
    if (vague) return `the quota ${name} wants ${vague.resource} of every container, and ${vague.container} has none`;
    const usage = usageOf(after);
    const counted = before.status?.phase === undefined ? {} : usageOf(before);
    for (const [resource, most] of Object.entries(hard)) {
      const more = (usage[resource] ?? 0n) - (counted[resource] ?? 0n);
      const left = nanosOf(most) - nanosOf(used[resource] ?? '0');
      if (more > 0n && more > left)
        return `the quota ${name} has ${quantityOf(left)} of ${resource} left, and with the sidecar the pod takes ${quantityOf(more)}`;
    }
  }
  return undefined;
}

/** By the names that a quota uses. */
function usageOf(pod: Pod): Totals {
  const overhead = pod.spec.overhead;
  const limits = podTotal(pod, 'limits');
  const requests = sumOf(podTotal(pod, 'requests'), overhead);
  const usage: Record<string, bigint> = { pods: nanosOf('1'), 'count/pods': nanosOf('1') };
  for (const [name, value] of Object.entries(requests)) usage[name] = usage[`requests.${name}`] = value;
  for (const [name, value] of Object.entries(limits))
    usage[`limits.${name}`] = value === 0n ? value : value + nanosOf(overhead?.[name] ?? '0');
  return usage;
}

/** A quota of cpu or memory refuses a container that says nothing about it, unless the pod speaks for all of them. */
function unsaidBy(pod: Pod, resources: readonly string[]): { container: string; resource: string } | undefined {
  if (hasPodResources(pod)) return undefined;
  for (const resource of resources) {
    const [, kind = 'requests', name] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(resource) ?? [];
    if (!name) continue;
    const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
    const silent = all.find((container) => takes(container, kind as 'requests' | 'limits')[name] === undefined);
    if (silent) return { container: silent.name, resource };
  }
  return undefined;
}

function scopesOf({ spec }: Quota): Scope[] {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}

/** Whether a pod with a sidecar is in a scope: it is never BestEffort, for the sidecar has requests. */
function isIn({ scopeName, operator, values = [] }: Scope, { spec }: Pod): boolean {
  switch (scopeName) {
    case 'Terminating':
      return (spec.activeDeadlineSeconds ?? -1) >= 0;
    case 'NotTerminating':
      return (spec.activeDeadlineSeconds ?? -1) < 0;
    case 'NotBestEffort':
      return true;
    case 'PriorityClass':
      return hasPriority(spec.priorityClassName ?? '', operator, values);
    case 'CrossNamespacePodAffinity':
      return affinityTerms(spec).some(
        ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector,
      );
    default:
      return false;
  }
}

function hasPriority(name: string, operator: string, values: readonly string[]): boolean {
  if (operator === 'Exists') return name !== '';
  if (operator === 'DoesNotExist') return name === '';
  return values.includes(name) === (operator === 'In');
}

function affinityTerms({ affinity }: Pod['spec']): V1PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}
