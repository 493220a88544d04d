import { closeSync, openSync, writeSync } from 'node:fs';
import { during } from '../test/progress.ts';
import { benchmark } from './benchmark.ts';
import { startNode } from './child.ts';
import { readCpu, watchMemory } from './proc.ts';
import { addContainer, bundleSidecar, makePod, STREAM } from './sidecar.ts';
import { startSink } from './sink/sink.ts';
import { mean, quantile } from './statistics.ts';
import { writeSteadily } from './steady.ts';

const DEADLINE_MS = 60_000;

export const live = benchmark({
  name: 'live',
  summary: 'a sidecar beside a container that logs at a steady rate: CPU, memory, and delay from stamp to arrival',
  options: {
    'mb-per-second': { default: 1, help: 'megabytes of log a second' },
    seconds: { default: 20, help: 'how long it logs' },
  },
  async run({ 'mb-per-second': mbPerSecond, seconds }, { folder, signal, progress }) {
    const program = await bundleSidecar();
    const sink = await startSink({ secure: true, stream: STREAM, delays: true }, signal);
    const pod = makePod(folder, sink.target);
    const path = addContainer(pod, 'app');
    const sidecar = startNode([program], pod.env, signal);
    await sidecar.said('"started"', DEADLINE_MS);
    const memory = watchMemory(sidecar.pid);
    const before = readCpu(sidecar.pid).own;
    const rate = { bytesPerSecond: mbPerSecond * 1e6, seconds };
    const file = openSync(path, 'a');
    const { bytes, lines, tookSeconds } = await during(
      progress,
      `Log ${mbPerSecond} MB a second for ${seconds} s`,
      () => writeSteadily((piece) => writeSync(file, piece), rate, signal),
    );
    closeSync(file);
    await sink.reached(lines, DEADLINE_MS);
    const cpuSeconds = readCpu(sidecar.pid).own - before;
    memory.stop();
    await sidecar.stop();
    await sink.stop();
    const { documents, delaysMs } = sink.counted;
    if (documents !== lines) throw new Error(`the sink has counted ${documents} documents of ${lines} lines`);
    return [
      {
        name: 'tracewell',
        mbPerSecond: bytes / 1e6 / tookSeconds,
        cpuPercent: (100 * cpuSeconds) / tookSeconds,
        mbPerCpuSecond: bytes / 1e6 / cpuSeconds,
        documents,
        rssMb: memory.peaks.peakRssMb,
        anonMb: memory.peaks.anonMb,
        delayMsMean: mean(delaysMs),
        delayMsP99: quantile(delaysMs, 0.99),
        delayMsMax: quantile(delaysMs, 1),
      },
    ];
  },
});
