import { dirname } from 'node:path';
import { during } from '../test/progress.ts';
import type { Row, Surroundings } from './benchmark.ts';
import { startNode } from './child.ts';
import { jsonLines } from './logs/json.ts';
import { watchMemory } from './proc.ts';
import { RotatingLog } from './rotating-log.ts';
import { addContainer, makePod, STREAM } from './pod.ts';
import { startSink } from './sink/sink.ts';
import { writeSteadily, type SteadyRate } from './steady.ts';

const DEADLINE_MS = 60_000;

/** A container that logs at a steady rate, its files rotated, and a sink that takes everything. The memory is the most at any time, and the mean. */
export async function measureFlow(
  program: readonly string[],
  { bytesPerSecond, seconds }: SteadyRate,
  { folder, signal, progress }: Surroundings,
): Promise<Row> {
  const sink = await startSink({ secure: true, stream: STREAM }, signal);
  const pod = makePod(folder, sink.target);
  const log = new RotatingLog(dirname(addContainer(pod, 'app')));
  const sidecar = startNode(program, pod.env, signal);
  await sidecar.said('"started"', DEADLINE_MS);
  const quarters: number[] = [];
  const all = watchMemory(sidecar.pid);
  let records = 0;
  for (const quarter of ['first', 'second', 'third', 'last']) {
    const memory = watchMemory(sidecar.pid);
    const rate = { bytesPerSecond, seconds: seconds / 4 };
    const written = await during(progress, `No trouble, ${quarter} quarter`, () =>
      writeSteadily(jsonLines, (entry) => log.write(entry), rate, signal),
    );
    memory.stop();
    records += written.records;
    quarters.push(memory.peaks.anonMb);
  }
  await log.close();
  await sink.reached(records, DEADLINE_MS);
  all.stop();
  await sidecar.stop();
  await sink.stop();
  const { documents } = sink.counted;
  if (documents !== records) throw new Error(`the sink has counted ${documents} documents of ${records} records`);
  return {
    name: `no trouble, ${bytesPerSecond / 1e6} MB/s`,
    anonMb: all.peaks.anonMb,
    rssMb: all.peaks.peakRssMb,
    anonMbMean: all.means.anonMb,
    rssMbMean: all.means.rssMb,
    ...Object.fromEntries(quarters.map((mb, i) => [`anonMbQuarter${i + 1}`, mb])),
    files: log.files,
    documents,
  };
}
