import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { until } from '../test/wait.ts';
import type { Row, Surroundings } from './benchmark.ts';
import { startNode } from './child.ts';
import { readMemory, readReadBytes, watchMemory } from './proc.ts';
import { addContainer, makePod, STREAM } from './pod.ts';
import { startSink } from './sink/sink.ts';

const DEADLINE_MS = 120_000;
const STREAMS = ['stdout', 'stderr'] as const;
/** The longest piece that the runtime writes, and so many of them as a record may have with a few bytes more. */
const PART = 'a part of a line '.repeat(1_000).slice(0, 16_384);
const PARTS = 63;
const WATCH_MS = 5_000;
const STAMP = '2026-11-22T10:00:00.000000001Z';

/**
 * Containers that are all in the middle of a line on both streams; then all come to its end at once. `anonMb` is the most while
 * they are in the middle.
 */
export async function measureOpenLines(
  program: readonly string[],
  containers: number,
  { folder, signal, progress }: Surroundings,
): Promise<Row> {
  const sink = await startSink({ secure: true, stream: STREAM }, signal);
  const pod = makePod(folder, sink.target);
  const write = (content: string) => {
    for (let i = 1; i <= containers; i++) appendFileSync(join(pod.logs, `app-${i}`, '0.log'), content);
  };
  for (let i = 1; i <= containers; i++) addContainer(pod, `app-${i}`);
  write(`${STAMP} stdout F begins\n`);
  const sidecar = startNode(program, pod.env, signal);
  await sink.reached(containers, DEADLINE_MS);
  const parts = STREAMS.map((stream) => `${STAMP} ${stream} P ${PART}\n`)
    .join('')
    .repeat(PARTS);
  const waiting = watchMemory(sidecar.pid);
  await during(progress, `${2 * containers} lines of ${PARTS} parts`, async () => {
    const readBefore = readReadBytes(sidecar.pid);
    write(parts);
    const isRead = () => readReadBytes(sidecar.pid) - readBefore >= containers * parts.length;
    await until('all of it to be read', isRead, { timeoutMs: DEADLINE_MS });
    await wait(WATCH_MS, signal);
  });
  waiting.stop();
  const { rssMb } = readMemory(sidecar.pid);
  const ending = watchMemory(sidecar.pid);
  await during(progress, 'Their ends', async () => {
    write(STREAMS.map((stream) => `${STAMP} ${stream} F end\n`).join(''));
    await sink.reached(3 * containers, DEADLINE_MS);
  });
  ending.stop();
  await sidecar.stop();
  await sink.stop();
  const { documents, bodyBytes } = sink.counted;
  if (documents !== 3 * containers) throw new Error(`the sink has ${documents} documents of ${3 * containers}`);
  return {
    name: `${containers} containers in the middle of lines`,
    anonMb: waiting.peaks.anonMb,
    rssMb,
    anonMbEnds: ending.peaks.anonMb,
    openMb: (2 * containers * PARTS * PART.length) / 1e6,
    storedMb: bodyBytes / 1e6,
    documents,
  };
}
