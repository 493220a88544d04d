import { readFile } from 'node:fs/promises';

/**
 * How many tests passed, failed and were skipped; why, where a whole group was skipped: reason -> tests; and a line for each
 * failure, and for each test that passed only when it was tried again.
 */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  reasons: ReadonlyMap<string, number>;
  failures: readonly string[];
  retried: readonly string[];
}

export const noTests = (): Tally => ({
  passed: 0,
  failed: 0,
  skipped: 0,
  reasons: new Map(),
  failures: [],
  retried: [],
});

/** What Vitest's JSON reporter writes, as far as it is read. `name`: the file; `message`: why it could not be loaded. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name?: string;
    message?: string;
    assertionResults: Assertion[];
  }[];
}
interface Assertion {
  status: string;
  ancestorTitles: string[];
  title: string;
  failureMessages?: string[];
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
  const retried = retriedOf(report);
  if (!ok && failures.length === 0) failures.push('a run that ended badly without a failed test: its output says why');
  return { passed, failed: ok ? failed : Math.max(failed, 1), skipped, reasons, failures, retried };
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name = '', message = '', assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return message === '' ? [] : [`${fileOf(name)}: ${firstLine(message)}`];
    return failed.map((test) => lineOf(name, test));
  });
}

/** Vitest keeps the messages of tries that failed. */
function retriedOf({ testResults }: Report): string[] {
  return testResults.flatMap(({ name = '', assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages }) => status === 'passed' && (failureMessages ?? []).length > 0)
      .map((test) => lineOf(name, test)),
  );
}

const fileOf = (name: string): string => name.split('/').slice(-3).join('/');
const lineOf = (name: string, { ancestorTitles, title, failureMessages: [why = ''] = [] }: Assertion): string =>
  `${fileOf(name)}: ${[...ancestorTitles, title].join(' > ')}: ${firstLine(why)}`;
const firstLine = (text: string): string => text.split('\n', 1)[0]!;

export function addTallies(tallies: readonly Tally[]): Tally {
  const reasons = new Map<string, number>();
  for (const [reason, count] of tallies.flatMap((tally) => [...tally.reasons])) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  const sum = (key: 'passed' | 'failed' | 'skipped') => tallies.reduce((total, tally) => total + tally[key], 0);
  const failures = tallies.flatMap((tally) => tally.failures);
  const retried = tallies.flatMap((tally) => tally.retried);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped'), reasons, failures, retried };
}

export const closingLine = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
