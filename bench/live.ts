import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { during } from '../test/progress.ts';
import { benchmark, type Row, type Surroundings } from './benchmark.ts';
import { startNode } from './child.ts';
import type { Application } from './logs/entry.ts';
import { jsonLines } from './logs/json.ts';
import { textLines } from './logs/text.ts';
import { readCpu, watchMemory } from './proc.ts';
import { addContainer, makePod, STREAM } from './pod.ts';
import { bundle } from './image.ts';
import { startSink } from './sink/sink.ts';
import { mean, quantile } from './statistics.ts';
import { writeSteadily } from './steady.ts';

const DEADLINE_MS = 60_000;
const RATES = [1, 10];
const FILES = [1, 20];
const KINDS: readonly Kind[] = [
  { kind: 'JSON', application: jsonLines, multiline: 'Auto' },
  { kind: 'text, Auto', application: textLines, multiline: 'Auto' },
  { kind: 'text, Off', application: textLines, multiline: 'Off' },
];

interface Kind {
  kind: string;
  application: Application;
  multiline: string;
}

/** One row: `mbPerSecond` over all files together; what the first `start` seconds cost is told by itself. */
interface Cell extends Kind {
  mbPerSecond: number;
  files: number;
  start: number;
  seconds: number;
}

export const live = benchmark({
  name: 'live',
  summary: 'a sidecar beside containers that log at a steady rate: CPU, memory, and delay from stamp to arrival',
  options: {
    start: { default: 10, help: 'seconds that each row logs before its CPU is measured' },
    seconds: { default: 20, help: 'how long it is measured' },
    'mb-per-second': { default: 0, help: `megabytes of log a second; 0: ${RATES.join(', and ')}` },
    files: { default: 0, help: `files, each of a container of its own; 0: ${FILES.join(', and ')}` },
  },
  async run({ start, seconds, 'mb-per-second': rate, files: count }, surroundings) {
    const program = await bundle('sidecar');
    const rows: Row[] = [];
    for (const mbPerSecond of rate ? [rate] : RATES) {
      for (const files of count ? [count] : FILES) {
        for (const kind of KINDS)
          rows.push(await measure(program, { ...kind, mbPerSecond, files, start, seconds }, surroundings));
      }
    }
    return rows;
  },
});

async function measure(
  program: readonly string[],
  cell: Cell,
  { folder, signal, progress }: Surroundings,
): Promise<Row> {
  const { kind, application, multiline, mbPerSecond, files, start, seconds } = cell;
  const name = `${mbPerSecond} MB/s, ${kind}, ${files} ${files === 1 ? 'file' : 'files'}`;
  const own = join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(own);
  const sink = await startSink({ secure: true, stream: STREAM, delays: true }, signal);
  const pod = makePod(own, sink.target, { logs: { multiline } });
  const open = Array.from({ length: files }, (_, i) => openSync(addContainer(pod, `app-${i + 1}`), 'a'));
  const sidecar = startNode(program, pod.env, signal);
  await sidecar.said('"started"', DEADLINE_MS);
  const memory = watchMemory(sidecar.pid);
  const cpuAtStart = readCpu(sidecar.pid).own;
  let turn = 0;
  // One write for each line, as the runtime does it.
  const write = (line: string) => writeSync(open[turn++ % files]!, line);
  const writeFor = (seconds: number) =>
    writeSteadily(application, write, { bytesPerSecond: mbPerSecond * 1e6, seconds }, signal);
  const { first, before, written } = await during(progress, name, async () => {
    const first = await writeFor(start);
    const before = readCpu(sidecar.pid).own;
    return { first, before, written: await writeFor(seconds) };
  });
  const records = first.records + written.records;
  const { bytes, tookSeconds } = written;
  for (const file of open) closeSync(file);
  await sink.reached(records, DEADLINE_MS);
  const cpuSeconds = readCpu(sidecar.pid).own - before;
  memory.stop();
  await sidecar.stop();
  await sink.stop();
  rmSync(own, { recursive: true });
  const { documents, requests, delaysMs } = sink.counted;
  if (documents !== records) throw new Error(`the sink has counted ${documents} documents of ${records} records`);
  return {
    name,
    mbPerSecond: bytes / 1e6 / tookSeconds,
    cpuPercent: (100 * cpuSeconds) / tookSeconds,
    startCpuSeconds: before - cpuAtStart,
    delayMsP50: quantile(delaysMs, 0.5),
    delayMsP99: quantile(delaysMs, 0.99),
    delayMsMean: mean(delaysMs),
    delayMsMax: quantile(delaysMs, 1),
    rssMb: memory.peaks.peakRssMb,
    anonMb: memory.peaks.anonMb,
    mbPerCpuSecond: bytes / 1e6 / cpuSeconds,
    documents,
    requests,
  };
}
