import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { benchmark, type Row } from './benchmark.ts';
import { startNode, type Child } from './child.ts';
import { linesOf } from './generate.ts';
import { readCpu, readMemory, readPssMb, readThreads } from './proc.ts';
import { addContainer, bundleSidecar, makePod, STREAM } from './sidecar.ts';
import { startSink } from './sink/sink.ts';

const FILES = 5;
const LINES = 200;
const DEADLINE_MS = 60_000;
const SLEEPER = 'process.once("SIGTERM", () => process.exit()); setInterval(() => undefined, 1e9)';

export const idle = benchmark({
  name: 'idle',
  summary: 'memory and CPU of a sidecar with nothing to do',
  options: { seconds: { default: 20, help: 'how long they are watched, all at once' } },
  async run({ seconds }, { folder, signal, progress }) {
    const program = await bundleSidecar();
    const sink = await startSink({ secure: true, stream: STREAM }, signal);
    const pod = (name: string) => makePod(join(folder, name), sink.target);
    const quiet = pod('quiet');
    for (let i = 1; i <= FILES; i++) writeFileSync(addContainer(quiet, `app-${i}`), linesOf(i, LINES));
    const sources = join(import.meta.dirname, '../sidecar/main.ts');
    const sidecars = {
      'tracewell, empty pod': startNode([program], pod('empty').env, signal),
      [`tracewell, ${FILES} quiet files`]: startNode([program], quiet.env, signal),
      'tracewell, empty pod, from its sources': startNode([sources], pod('sources').env, signal),
    };
    const children = { ...sidecars, 'empty node': startNode(['-e', SLEEPER], {}, signal) };
    await during(progress, `Start, and deliver ${FILES} files`, async () => {
      await Promise.all(Object.values(sidecars).map((child) => child.said('"started"', DEADLINE_MS)));
      await sink.reached(FILES * LINES, DEADLINE_MS);
    });
    const before = Object.values(children).map(({ pid }) => readCpu(pid).own);
    await during(progress, `Watch for ${seconds} s`, () => wait(seconds * 1000, signal));
    const rows = Object.entries(children).map(([name, child], i) => rowOf(name, child, before[i]!));
    await Promise.all(Object.values(children).map((child) => child.stop()));
    await sink.stop();
    return rows;
  },
});

function rowOf(name: string, { pid }: Child, startCpuSeconds: number): Row {
  const { rssMb, anonMb } = readMemory(pid);
  const cpuSeconds = readCpu(pid).own - startCpuSeconds;
  return { name, rssMb, pssMb: readPssMb(pid), anonMb, threads: readThreads(pid), startCpuSeconds, cpuSeconds };
}
