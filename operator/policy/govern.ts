import type { LabelSelector, Policy } from '../../api/policy.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether a selector takes these labels, as Kubernetes decides it: every requirement must hold; without any, all of them match. */
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

/** Whether a policy has a say in this namespace at all. One that is being deleted has none. */
export function reaches({ kind, metadata, spec }: Policy, namespace: { name: string; labels: Labels }): boolean {
  if (metadata.deletionTimestamp) return false;
  if (kind === 'TracingPolicy') return metadata.namespace === namespace.name;
  return selects(spec.namespaceSelector, namespace.labels);
}

/** What the platform enforces comes first, then what the namespace wants, then what the platform offers. */
function tierOf({ kind, spec }: Policy): number {
  if (kind === 'TracingPolicy') return 1;
  return spec.enforced ? 0 : 2;
}

/** Policies in the order in which they are asked: tier, priority, age, name. */
export function byPrecedence(a: Policy, b: Policy): number {
  return (
    tierOf(a) - tierOf(b) ||
    b.spec.priority - a.spec.priority ||
    Date.parse(a.metadata.creationTimestamp) - Date.parse(b.metadata.creationTimestamp) ||
    (a.metadata.name < b.metadata.name ? -1 : 1)
  );
}

/** All policies that select a pod with these labels, of those that reach its namespace: the first governs, the others are shadowed. */
export function selecting(policies: readonly Policy[], labels: Labels): Policy[] {
  return policies.filter(({ spec }) => selects(spec.selector, labels)).toSorted(byPrecedence);
}

/** The policy that governs a pod with these labels, of those that reach its namespace; undefined when none selects it. */
export function govern(policies: readonly Policy[], labels: Labels): Policy | undefined {
  return selecting(policies, labels)[0];
}
