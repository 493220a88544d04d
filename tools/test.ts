import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterConfig } from '../test/cluster/config.ts';
import { duration } from '../test/progress.ts';
import { E2E } from '../vitest.config.ts';
import { addTallies, closingLine, noTests, readReport, type Tally } from './test/tally.ts';

const root = join(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules/.bin', name);
/** `npm test`: everything that proves the project; `npm run check`: the part that needs no server. */
const checks = { types: ['tsc'], lint: ['oxlint'], format: ['oxfmt', '--check', '.'] } as const;

/** What Vitest runs at once: a project of vitest.config.ts, or some of its files. */
interface Suite {
  name: string;
  project: 'unit' | 'integration' | 'e2e';
  /** All of the project's, if it does not say which. */
  files?: string[];
}

/**
 * They take a quarter of the time in the cluster, and wait for most of theirs: they have one of their own, unless the tests are given
 * one, in which Tracewell is installed but once.
 */
const LONGEST = ['test/e2e/breaker.test.ts', 'test/e2e/trouble.test.ts'];
const apart = clusterConfig().context === undefined ? LONGEST : [];
const e2e = globSync(E2E, { cwd: root }).filter((file) => !apart.includes(file));
/** Side by side: the tests in the cluster mostly wait, and the others mostly compute, and give way to them. */
const all: Suite[][] = [
  [{ name: 'e2e', project: 'e2e', files: e2e }],
  [
    { name: 'unit', project: 'unit' },
    { name: 'integration', project: 'integration' },
    ...(apart.length > 0 ? [{ name: 'longest e2e', project: 'e2e' as const, files: apart }] : []),
  ],
];
const needsNothing = (lane: Suite[]) => lane.filter(({ project }) => project === 'unit');
const lanes = process.argv[2] === 'check' ? all.map(needsNothing) : all;
const GIVES_WAY = 10;

const folder = await mkdtemp(join(tmpdir(), 'tracewell-report-'));
const tallies: Tally[] = [];
try {
  for (const [name, [program, ...args]] of Object.entries(checks)) {
    const ok = await step(name, program, args);
    tallies.push(ok ? { ...noTests(), passed: 1 } : { ...noTests(), failed: 1, failures: [name] });
  }
  await Promise.all(lanes.map(run));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const total = addTallies(tallies);
for (const [reason, count] of total.reasons) console.log(`skipped ${count}: ${reason}`);
for (const failure of total.failures) console.log(`failed: ${failure}`);
console.log(closingLine(total));
process.exitCode = total.failed > 0 ? 1 : 0;

async function run(suites: readonly Suite[], lane: number): Promise<void> {
  for (const { name, project, files = [] } of suites) {
    const report = join(folder, `${name}.json`);
    // A line per test where tests are slow, so that a hang can be seen.
    const reporter = project === 'unit' ? 'default' : 'verbose';
    const reporters = [`--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`];
    const niceness = project === 'e2e' ? 0 : lane * GIVES_WAY;
    const ok = await step(`${name} tests`, 'vitest', ['run', '--project', project, ...reporters, ...files], niceness);
    tallies.push(await readReport(report, ok));
  }
}

/** Runs one program with its output shown; true when it ended well. */
async function step(title: string, program: string, args: readonly string[], nice = 0): Promise<boolean> {
  console.log(`\n── ${title}`);
  const began = performance.now();
  const child = spawn(bin(program), args, { stdio: 'inherit' });
  if (nice > 0) setPriority(child.pid!, nice);
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`${code === 0 ? '✓' : '✗'} ${title}, ${duration(seconds)}`);
  return code === 0;
}
