import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addTallies, closingLine, noTests, readReport } from './tally.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracewell-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function report(text: string): Promise<string> {
  const path = join(folder, 'report.json');
  await writeFile(path, text);
  return path;
}
const test = (status: string, group: string) => ({ status, ancestorTitles: [group], title: 'does' });

it('skipped tests count under the name of their group, which says why', async () => {
  const assertionResults = [test('passed', 'a'), test('skipped', 'needs Go'), test('pending', 'needs Go')];
  const path = await report(
    JSON.stringify({ numPassedTests: 1, numFailedTests: 0, testResults: [{ assertionResults }] }),
  );
  const tally = await readReport(path, true);
  expect(tally).toEqual({ passed: 1, failed: 0, skipped: 2, reasons: new Map([['needs Go', 2]]), failures: [] });
  expect(addTallies([tally, tally]).reasons).toEqual(new Map([['needs Go', 4]]));
});

it.each([
  ['a run that ended badly without a failed test', '{"numPassedTests":3,"numFailedTests":0,"testResults":[]}', 3, 1],
  ['a run that failed twice', '{"numPassedTests":3,"numFailedTests":2,"testResults":[]}', 3, 2],
  ['a report cut short', '{"numPassed', 0, 1],
])('%s is a failure', async (_, text, passed, failed) => {
  expect(await readReport(await report(text), false)).toMatchObject({ passed, failed });
});

it('every failure has a line with its file, its name and the first line of the reason', async () => {
  const failed = { ...test('failed', 'it'), failureMessages: ['Error: no\n  at a.ts'] };
  const testResults = [
    { name: '/a/b/c/d.test.ts', message: '', assertionResults: [test('passed', 'it'), failed] },
    { name: '/a/b/c/e.test.ts', message: 'cannot be loaded\nat b.ts', assertionResults: [] },
  ];
  const path = await report(JSON.stringify({ numPassedTests: 1, numFailedTests: 1, testResults }));
  const { failures } = addTallies([await readReport(path, false), await readReport(join(folder, 'none.json'), false)]);
  expect(failures).toEqual([
    'b/c/d.test.ts: it > does: Error: no',
    'b/c/e.test.ts: cannot be loaded',
    'a run that left no report',
  ]);
});

it('a missing report is a failure', async () => {
  expect(await readReport(join(folder, 'none.json'), true)).toMatchObject({ failed: 1 });
});

it('the closing line is what CI reads', () => {
  expect(closingLine({ ...noTests(), passed: 12, skipped: 3 })).toBe('12 passed, 0 failed, 3 skipped');
});
