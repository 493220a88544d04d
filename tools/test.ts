import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { duration } from '../test/progress.ts';
import { addTallies, closingLine, noTests, readReport, type Tally } from './test/tally.ts';

/** `npm test`: everything that proves the project; `npm run check`: the part that needs no server. */
const bin = (name: string) => join(import.meta.dirname, '../node_modules/.bin', name);
const checks = { types: ['tsc'], lint: ['oxlint'], format: ['oxfmt', '--check', '.'] } as const;
/** Side by side: the tests in the cluster mostly wait, and the others mostly compute, and give way to them. */
const lanes = process.argv[2] === 'check' ? [['unit']] : [['e2e'], ['unit', 'integration']];
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

async function run(suites: readonly string[], lane: number): Promise<void> {
  for (const suite of suites) {
    const report = join(folder, `${suite}.json`);
    // A line per test where tests are slow, so that a hang can be seen.
    const reporter = suite === 'unit' ? 'default' : 'verbose';
    const reporters = [`--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`];
    const ok = await step(`${suite} tests`, 'vitest', ['run', '--project', suite, ...reporters], lane * GIVES_WAY);
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
