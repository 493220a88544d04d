import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { ReportOperator } from '../test/sidecar/report-operator.ts';
import { benchmark, type Row, type Surroundings } from './benchmark.ts';
import { start, startNode, type Child } from './child.ts';
import { jsonLines } from './logs/json.ts';
import { textOf } from './logs/write.ts';
import { readCpu, readMemory, readPssMb, readThreads, type Memory } from './proc.ts';
import { addContainer, makePod, STREAM, type Pod, type Special } from './pod.ts';
import { bundle } from './image.ts';
import { startSink, type Sink } from './sink/sink.ts';
import { mean } from './statistics.ts';

const FILES = 5;
const LINES = 200;
const TOGETHER = 8;
const DEADLINE_MS = 60_000;
/** Of each process. */
const SAMPLES = 120;
const SLEEPER = 'process.once("SIGTERM", () => process.exit()); setInterval(() => undefined, 1e9)';

export const idle = benchmark({
  name: 'idle',
  summary: 'memory and CPU of a sidecar with nothing to do',
  options: { seconds: { default: 20, help: 'how long they are watched, all at once' } },
  async run({ seconds }, { folder, signal, progress }) {
    const program = await bundle('sidecar');
    const [secure, plain] = (await Promise.all(
      [true, false].map((isSecure) => startSink({ secure: isSecure, stream: STREAM }, signal)),
    )) as [Sink, Sink];
    const operator = await ReportOperator.start();
    const reports = (token: string) => ({ url: operator.url, ca: operator.ca, token: `${token}.b.c` });
    const sidecars = {
      ...startPair('tracewell', program, secure, { folder: join(folder, 'secure'), signal }),
      ...startPair('tracewell, plain HTTP', program, plain, { folder: join(folder, 'plain'), signal }),
      ...startPair('tracewell, reporting', program, secure, { folder: join(folder, 'reporting'), signal, reports }),
    };
    const together = startTogether(program, secure, { folder, signal });
    const children = [...Object.values(sidecars), ...together, startNode(['-e', SLEEPER], {}, signal)];
    await during(progress, 'Start, and deliver their files', async () => {
      await Promise.all(children.slice(0, -1).map((child) => child.said('"started"', DEADLINE_MS)));
      await secure.reached((2 * FILES + TOGETHER) * LINES, DEADLINE_MS);
      await plain.reached(FILES * LINES, DEADLINE_MS);
    });
    const figures = await during(progress, `Watch for ${seconds} s`, () => watch(children, seconds, signal));
    await Promise.all(children.map((child) => child.stop()));
    await Promise.all([secure, plain].map((sink) => sink.stop()));
    await operator.close();
    const names = [...Object.keys(sidecars), ...together.map(() => `one of ${TOGETHER}, 1 quiet file`), 'empty node'];
    return mergeRows(figures.map((row, i) => ({ name: names[i]!, ...row })));
  },
});

interface Within extends Pick<Surroundings, 'folder' | 'signal'> {
  /** To whom a pod's sidecar reports. */
  reports?: (pod: string) => NonNullable<Special['reports']>;
}

/** One with nothing to read, one that has read its files to their ends. */
function startPair(
  name: string,
  program: readonly string[],
  { target }: Sink,
  { folder, signal, reports }: Within,
): Record<string, Child> {
  const [empty, quiet] = ['empty', 'quiet'].map((pod) =>
    makePod(join(folder, pod), target, reports ? { reports: reports(pod) } : {}),
  ) as [Pod, Pod];
  for (let i = 1; i <= FILES; i++) writeFileSync(addContainer(quiet, `app-${i}`), textOf(jsonLines, i, LINES));
  return {
    [`${name}, empty pod`]: startNode(program, empty.env, signal),
    [`${name}, ${FILES} quiet files`]: startNode(program, quiet.env, signal),
  };
}

/** Sidecars of one image, each with a quiet file: they share the pages of their Node.js, a copy, with each other and with nobody else. */
function startTogether(program: readonly string[], { target }: Sink, { folder, signal }: Within): Child[] {
  const node = join(folder, 'node');
  copyFileSync(process.execPath, node);
  return Array.from({ length: TOGETHER }, (_, i) => {
    const pod = makePod(join(folder, `together-${i}`), target);
    writeFileSync(addContainer(pod, 'app'), textOf(jsonLines, FILES + 1 + i, LINES));
    return start([node, ...program], pod.env, signal);
  });
}

/** By child. */
async function watch(
  children: readonly Child[],
  seconds: number,
  signal: AbortSignal,
): Promise<Record<string, number>[]> {
  const before = children.map(({ pid }) => readCpu(pid).own);
  const samples = children.map((): Memory[] => []);
  for (let i = 0; i < SAMPLES && !signal.aborted; i++) {
    await wait((seconds * 1000) / SAMPLES, signal);
    for (const [child, { pid }] of children.entries()) samples[child]!.push(readMemory(pid));
  }
  return children.map(({ pid }, child) => {
    const quarter = (from: number, name: 'rssMb' | 'anonMb') =>
      mean(samples[child]!.slice(from, from + SAMPLES / 4).map((memory) => memory[name]));
    const { rssMb, anonMb } = readMemory(pid);
    return {
      rssMb,
      anonMb,
      pssMb: readPssMb(pid),
      anonMbFirstQuarter: quarter(0, 'anonMb'),
      anonMbLastQuarter: quarter((SAMPLES * 3) / 4, 'anonMb'),
      rssMbFirstQuarter: quarter(0, 'rssMb'),
      rssMbLastQuarter: quarter((SAMPLES * 3) / 4, 'rssMb'),
      threads: readThreads(pid),
      startCpuSeconds: before[child]!,
      cpuPercent: (100 * (readCpu(pid).own - before[child]!)) / seconds,
    };
  });
}

/** Rows of one name become one, with their means. */
function mergeRows(rows: readonly Row[]): Row[] {
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, same]) => {
    const keys = Object.keys(same[0]!).filter((key) => key !== 'name');
    return { name, ...Object.fromEntries(keys.map((key) => [key, mean(same.map((row) => Number(row[key])))])) };
  });
}
