import type { PolicySpec } from '../../api/policy.ts';
import { KqlError } from '../../kql/error.ts';
import { parse } from '../../kql/parse.ts';
import { predicate } from '../../kql/predicate.ts';
import { describe } from '../../runtime/errors.ts';
import { linearPattern } from '../../runtime/linear-pattern.ts';

/** What a schema cannot say of a policy: the path and the fault of each pattern and condition that no sidecar could use. */
export function faultsOfRules({ logs: { multiline, drop } }: PolicySpec): string[] {
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
  return faults;
}
