import { readFile } from 'node:fs/promises';

/**
 * How many tests passed, failed and were skipped; why, where a whole group was skipped: reason -> tests; and a line for each
 * failure.
 */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  reasons: ReadonlyMap<string, number>;
  failures: readonly string[];
}

export const noTests = (): Tally => ({ passed: 0, failed: 0, skipped: 0, reasons: new Map(), failures: [] });

/** What Vitest's JSON reporter writes, as far as it is read. `name`: the file; `message`: why it could not be loaded. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name?: string;
    message?: string;
    assertionResults: { status: string; ancestorTitles: string[]; title: string; failureMessages?: string[] }[];
  }[];
}

/**
 * Reads what Vitest's JSON reporter wrote. A run that did not end well fails at least once, whatever the report counts: a
 * file that cannot be loaded has no tests, and a crash leaves no report.
 */
export async function readReport(path: string, ok: boolean): Promise<Tally> {
  let report: Report;
  try {
    report = JSON.parse(await readFile(path, 'utf8')) as Report;
  } catch {
    return { ...noTests(), failed: 1, failures: ['a run that left no report'] };
  }
  const { numPassedTests: passed, numFailedTests: failed } = report;
  const reasons = new Map<string, number>();
  for (const { status, ancestorTitles, title } of report.testResults.flatMap((file) => file.assertionResults)) {
    if (status === 'passed' || status === 'failed') continue;
    // A group that cannot run says why in its own name.
    const reason = ancestorTitles[0] ?? title;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const skipped = [...reasons.values()].reduce((sum, count) => sum + count, 0);
  const failures = failuresOf(report);
  if (!ok && failures.length === 0) failures.push('a run that ended badly without a failed test: its output says why');
  return { passed, failed: ok ? failed : Math.max(failed, 1), skipped, reasons, failures };
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name = '', message = '', assertionResults }) => {
    const file = name.split('/').slice(-3).join('/');
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return message === '' ? [] : [`${file}: ${firstLine(message)}`];
    return failed.map(
      ({ ancestorTitles, title, failureMessages: [why = ''] = [] }) =>
        `${file}: ${[...ancestorTitles, title].join(' > ')}: ${firstLine(why)}`,
    );
  });
}
const firstLine = (text: string): string => text.split('\n', 1)[0]!;

export function addTallies(tallies: readonly Tally[]): Tally {
  const reasons = new Map<string, number>();
  for (const [reason, count] of tallies.flatMap((tally) => [...tally.reasons])) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  const sum = (key: 'passed' | 'failed' | 'skipped') => tallies.reduce((total, tally) => total + tally[key], 0);
  const failures = tallies.flatMap((tally) => tally.failures);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), reasons, failures };
}

export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
