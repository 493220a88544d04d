import { closeSync, openSync, writeSync } from 'node:fs';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { benchmark } from './benchmark.ts';
import { startNode } from './child.ts';
import { LogLines } from './generate.ts';
import { readCpu, watchMemory } from './proc.ts';
import { addContainer, bundleSidecar, makePod, STREAM } from './sidecar.ts';
import { startSink } from './sink/sink.ts';
import { mean, quantile } from './statistics.ts';

const DEADLINE_MS = 60_000;
const TICK_MS = 10;

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
    const { bytes, lines, tookSeconds } = await during(
      progress,
      `Log ${mbPerSecond} MB a second for ${seconds} s`,
      () => writeSteadily(path, rate, signal),
    );
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

/** Appends lines with the present time, as many as are due, a hundred times a second. */
async function writeSteadily(
  path: string,
  { bytesPerSecond, seconds }: { bytesPerSecond: number; seconds: number },
  signal: AbortSignal,
): Promise<{ bytes: number; lines: number; tookSeconds: number }> {
  const log = new LogLines(1);
  const fd = openSync(path, 'a');
  const began = performance.now();
  const written = { bytes: 0, lines: 0, tookSeconds: 0 };
  try {
    while (written.tookSeconds < seconds && !signal.aborted) {
      await wait(TICK_MS, signal);
      written.tookSeconds = (performance.now() - began) / 1000;
      const due = bytesPerSecond * Math.min(written.tookSeconds, seconds);
      const stamp = new Date().toISOString().replace('Z', '000000Z');
      let piece = '';
      while (written.bytes < due) {
        const line = log.next(stamp);
        piece += line;
        written.bytes += Buffer.byteLength(line);
        written.lines++;
      }
      writeSync(fd, piece);
    }
  } finally {
    closeSync(fd);
  }
  return written;
}
