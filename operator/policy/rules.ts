import type { PolicySpec } from '../../api/policy.ts';
import { KqlError } from '../../kql/error.ts';
import { parse } from '../../kql/parse.ts';
import { predicate } from '../../kql/predicate.ts';
import { describe } from '../../runtime/errors.ts';
import { linearPattern } from '../../runtime/linear-pattern.ts';

/** What a schema cannot say of a policy: the path and the fault of each pattern and condition that no sidecar could use. */
export function faultsOfRules({ logs: { multiline, drop, redact } }: PolicySpec): string[] {
  const faults: string[] = [];
  const attempt = (path: string, read: () => void) => {
    try {
      read();
    } catch (error) {
      faults.push(`${path}: ${error instanceof KqlError ? error.rendering : describe(error)}`);
    }
  };
  if (multiline !== 'Auto' && multiline !== 'Off') attempt('spec.logs.multiline', () => linearPattern(multiline));
  for (const [index, { when }] of drop.entries()) {
    attempt(`spec.logs.drop.${index}.when`, () => predicate(parse(when)));
  }
  for (const [index, rule] of redact.entries()) {
    const path = `spec.logs.redact.${index}`;
    const fault = faultOfRedaction(rule, redact.slice(0, index));
    if (fault) faults.push(`${path}: ${fault}`);
    if (rule.pattern !== undefined) attempt(`${path}.pattern`, () => linearPattern(rule.pattern!));
  }
  return faults;
}

type Redaction = PolicySpec['logs']['redact'][number];

/** What the API server says as well, by CEL; but an object may be older than its schema. */
function faultOfRedaction({ builtin, pattern, ...rule }: Redaction, before: readonly Redaction[]): string | undefined {
  if ((builtin === undefined) === (pattern === undefined)) return 'a rule has either builtin or pattern';
  if (rule.replacement !== undefined && rule.with !== 'Text') return 'a replacement goes with Text only';
  if (rule.disabled && builtin === undefined)
    return 'only a built-in rule can be disabled; leave the pattern out instead';
  const isRepeated = builtin !== undefined && before.some((other) => other.builtin === builtin);
  return isRepeated ? `${builtin} can be named once only` : undefined;
}
