import type { LabelSelector, TracingPolicy } from '../../api/policy.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a selector takes these labels, as Kubernetes decides it: every requirement must hold; without any, all pods match. */
export function selects(selector: LabelSelector | undefined, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? []) {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    if (operator === 'In' && (value === undefined || !values.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

/** Policies of one namespace in the order in which they are asked: priority, then age, then name. */
export function byPrecedence(a: TracingPolicy, b: TracingPolicy): number {
  return (
    b.spec.priority - a.spec.priority ||
    Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

/** The policy that governs a pod with these labels; undefined when none selects it. */
export function govern(policies: readonly TracingPolicy[], labels: Labels): TracingPolicy | undefined {
  return policies
    .toSorted(byPrecedence)
    .find(({ metadata, spec }) => !metadata.deletionTimestamp && selects(spec.selector, labels));
}
