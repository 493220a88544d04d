import { REDACTED, REDACTIONS, REDACTIONS_ON_REQUEST, type Redaction } from '../../api/names.ts';
import type { PolicySpec } from '../../api/policy.ts';
import type { RedactionRule } from '../../api/sidecar-config.ts';

type Rules = PolicySpec['logs']['redact'];

/**
 * All rules of a policy's sidecars: its own, then the built-in ones that are on by default or `required` by the chart. What is
 * required is on even where the policy has it disabled; how it replaces is the policy's choice.
 */
export function redactionOf(rules: Rules, required: readonly Redaction[]): RedactionRule[] {
  const own = rules
    .filter(({ builtin, disabled }) => !disabled || (builtin !== undefined && required.includes(builtin)))
    .map(({ builtin, pattern, with: how, replacement = REDACTED }) => ({
      ...(builtin === undefined ? { pattern } : { builtin }),
      with: how,
      replacement,
    }));
  const named = rules.map(({ builtin }) => builtin);
  const others = REDACTIONS.filter(
    (builtin) => !named.includes(builtin) && (required.includes(builtin) || !REDACTIONS_ON_REQUEST.includes(builtin)),
  );
  return [...own, ...others.map((builtin) => ({ builtin, with: 'Text' as const, replacement: REDACTED }))];
}
