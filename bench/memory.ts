import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { DEFAULT_LIMITS } from '../api/sidecar-config.ts';
import { numberOf } from '../operator/inject/quantity.ts';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { benchmark, type Row, type Surroundings } from './benchmark.ts';
import { startNode } from './child.ts';
import { measureFlow } from './flow.ts';
import { measureOpenLines } from './open-lines.ts';
import { measureOutage } from './outage.ts';
import { readMemory } from './proc.ts';
import { makePod, STREAM } from './pod.ts';
import { bundle } from './image.ts';
import { startSink } from './sink/sink.ts';

const DEADLINE_MS = 60_000;
const WATCH_MS = 10_000;
const SLEEPER = 'process.once("SIGTERM", () => process.exit()); setInterval(() => undefined, 1e9)';
const { batchBytes, heldBytes, inFlight } = DEFAULT_LIMITS;
/** What the configuration allows: bodies of batches in memory, and removed log files on the disk. */
const BATCHES_MB = ((inFlight + 1) * batchBytes) / 1e6;
const HELD_MB = heldBytes / 1e6;

export const memory = benchmark({
  name: 'memory',
  summary: 'memory of a busy sidecar, of one whose sink is away, of one with many open lines, and of an idle one',
  options: {
    seconds: { default: 600, help: 'how long the sink is away' },
    'flow-seconds': { default: 120, help: 'how long the one without trouble is busy' },
    'mb-per-second': { default: 10, help: 'megabytes of log a second of both' },
    containers: { default: 100, help: 'containers whose files are in the middle of a line, on both streams' },
  },
  async run({ seconds, 'flow-seconds': flowSeconds, 'mb-per-second': mbPerSecond, containers }, surroundings) {
    const program = await bundle('sidecar');
    const within = (name: string): Surroundings => {
      const folder = join(surroundings.folder, name);
      mkdirSync(folder);
      return { ...surroundings, folder };
    };
    const bytesPerSecond = mbPerSecond * 1e6;
    const idle = await measureIdle(program, within('idle'));
    const rows = [
      await measureFlow(program, { bytesPerSecond, seconds: flowSeconds }, within('flow')),
      await measureOutage(program, { bytesPerSecond, seconds }, within('outage')),
      await measureOpenLines(program, containers, within('open-lines')),
    ];
    const [sidecar] = idle;
    return [...rows.map((row) => withRatios(row, Number(sidecar!['anonMb']))), ...idle];
  },
});

async function measureIdle(program: readonly string[], { folder, signal, progress }: Surroundings): Promise<Row[]> {
  const sink = await startSink({ secure: true, stream: STREAM }, signal);
  const sidecar = startNode(program, makePod(folder, sink.target).env, signal);
  const node = startNode(['-e', SLEEPER], {}, signal);
  await sidecar.said('"started"', DEADLINE_MS);
  await during(progress, 'Idle', () => wait(WATCH_MS, signal));
  const rows = Object.entries({ 'idle sidecar': sidecar, 'empty node': node }).map(([name, { pid }]): Row => {
    const { anonMb, rssMb } = readMemory(pid);
    return { name, anonMb, rssMb };
  });
  await Promise.all([sidecar.stop(), node.stop()]);
  await sink.stop();
  return rows;
}

/**
 * What it took more than an idle one, as so many times the bodies that may be in memory, and of what is in the files; the most
 * it had at any time, of what its container may have; and what is held on the disk, of what may be.
 */
function withRatios(row: Row, idleMb: number): Row {
  const mb = (name: string) => Number(row[name]);
  const moreThanIdleMb = mb('anonMb') - idleMb;
  const most = Math.max(...Object.keys(row).map((name) => (name.startsWith('anonMb') ? mb(name) : 0)));
  return {
    ...row,
    moreThanIdleMb,
    batchesLimitMb: BATCHES_MB,
    timesBatchesLimit: moreThanIdleMb / BATCHES_MB,
    ...('openMb' in row ? { timesOpen: moreThanIdleMb / mb('openMb') } : {}),
    ...('heldMb' in row ? { timesHeldLimit: mb('heldMb') / HELD_MB } : {}),
    timesContainerLimit: most / containerMb(),
  };
}

/** What the chart lets a sidecar's container have. */
function containerMb(): number {
  const values = parse(readFileSync(join(import.meta.dirname, '../charts/tracewell/values.yaml'), 'utf8')) as {
    sidecar: { resources: { limits: { memory: string } } };
  };
  return numberOf(values.sidecar.resources.limits.memory) / 1e6;
}
