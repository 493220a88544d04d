import { writeFile, mkdtemp, rm } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, Permanent } from '../runtime/errors.ts';
import { plainProgress } from '../test/progress.ts';
import { alarms } from './alarms.ts';
import { help, parseCommand } from './command.ts';
import { formats } from './formats.ts';
import { idle } from './idle.ts';
import { live } from './live.ts';
import { memory } from './memory.ts';
import { proof } from './proof.ts';
import { reconcile } from './reconcile.ts';
import { reports } from './reports.ts';
import { jsonOf, tableOf } from './table.ts';
import { throughput } from './throughput.ts';
import { webhook } from './webhook.ts';

/** `npm run bench -- NAME`: measures sidecar and operator (docs/benchmarks.md). */
const benchmarks = [throughput, formats, live, idle, memory, webhook, reconcile, proof, alarms, reports];
const args = process.argv.slice(2);
if (args.length === 0) console.log(help(benchmarks));
else process.exit(await measure());

async function measure(): Promise<number> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const { signal } = interrupted;
  let folder: string | undefined;
  try {
    const { benchmark, values, json } = parseCommand(args, benchmarks);
    if (process.platform !== 'linux') throw new Permanent('benchmarks read /proc: they run on Linux only');
    folder = await mkdtemp(join(tmpdir(), 'tracewell-bench-'));
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new Permanent('interrupted')), { once: true });
    });
    const rows = await Promise.race([benchmark.run(values, { folder, signal, progress: plainProgress() }), stopped]);
    console.log(`\n${benchmark.name}: Node ${process.versions.node}, Linux ${release()}, ${cpus().length} cores\n`);
    console.log(tableOf(rows));
    if (json) await writeFile(json, jsonOf(benchmark.name, rows));
    return 0;
  } catch (error) {
    console.error(describe(error));
    return 1;
  } finally {
    // What is left running after a failure ends with the signal, before its folder goes.
    interrupted.abort();
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
