import type { LabelSelector, Policy } from '../../api/policy.ts';
import { selects } from '../policy/govern.ts';

type Labels = Readonly<Record<string, string>>;

/** Which tier a policy is in (docs/operator.md, "Injection"). */
export function tierOf({ kind, spec }: Policy): string {
  if (kind === 'TracingPolicy') return 'a policy of the namespace';
  return spec.enforced ? 'enforced by the platform' : 'offered by the platform';
}

/** Why a policy comes behind the one that governs. */
export function whyBehind(policy: Policy, first: Policy): string {
  if (tierOf(policy) !== tierOf(first)) return `${tierOf(policy)}, and the one that governs is ${tierOf(first)}`;
  const [own, other] = [policy.spec.priority, first.spec.priority];
  if (own !== other) return `its priority is ${own}, and that of the one that governs ${other}`;
  const isYounger = Date.parse(policy.metadata.creationTimestamp) > Date.parse(first.metadata.creationTimestamp);
  return isYounger ? 'of the same priority, and younger' : 'of the same priority and age, and later by name';
}

/** The first requirement of a selector that these labels do not meet, in words; undefined when all are met. */
export function unmet(selector: LabelSelector | undefined, labels: Labels): string | undefined {
  const has = (key: string) =>
    Object.hasOwn(labels, key) ? `the pod has ${key}=${labels[key]}` : `the pod has no label ${key}`;
  for (const [key, value] of Object.entries(selector?.matchLabels ?? {}))
    if (labels[key] !== value) return `it wants ${key}=${value}, and ${has(key)}`;
  for (const expression of selector?.matchExpressions ?? []) {
    if (selects({ matchExpressions: [expression] }, labels)) continue;
    const { key, operator, values = [] } = expression;
    const wanted = values.length > 0 ? `${operator} [${values.join(', ')}]` : operator;
    return `it wants ${key} ${wanted}, and ${has(key)}`;
  }
  return undefined;
}
