import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { during } from '../test/progress.ts';
import { benchmark, type Row } from './benchmark.ts';
import { CONTESTANTS, type Course, type Run } from './contestants.ts';
import { writeLog } from './generate.ts';
import { bundleSidecar } from './sidecar.ts';
import { median } from './statistics.ts';

export const throughput = benchmark({
  name: 'throughput',
  summary: 'a finished log file through the sidecar into a sink, in megabytes of log per CPU second',
  options: {
    mb: { default: 200, help: 'megabytes of log' },
    runs: { default: 3, help: 'runs of each row, in turn; the figures are medians' },
  },
  async run({ mb, runs }, { folder, signal, progress }) {
    const path = join(folder, 'cri.log');
    const program = await bundleSidecar();
    const log = { path, ...(await during(progress, `A log of ${mb} MB`, async () => writeLog(path, mb * 1e6))) };
    const course: Course = { program, log, sample: join(folder, 'body.ndjson'), signal };
    const rounds: Run[][] = [];
    for (let round = 1; round <= runs; round++) {
      const results: Run[] = [];
      for (const [i, contestant] of CONTESTANTS.entries()) {
        const own = join(folder, `run-${round}-${i}`);
        await mkdir(own);
        await during(progress, `${contestant.name}, run ${round} of ${runs}`, async (step) => {
          results.push(await contestant.run(course, own));
          step.done(`${speedOf(results.at(-1)!).toFixed(1)} MB per CPU second`);
        });
      }
      rounds.push(results);
    }
    return rowsOf(rounds);
  },
});

/** One row for each contestant from its runs, round by round; a ratio is between runs of one round, which share the noise. */
export function rowsOf(rounds: readonly (readonly Run[])[]): Row[] {
  const naive = CONTESTANTS.findIndex(({ name }) => name === 'naive');
  return CONTESTANTS.map(({ name }, i) => {
    const runs = rounds.map((round) => round[i]!);
    const speeds = runs.map(speedOf);
    const middle = (figure: (run: Run) => number) => median(runs.map(figure));
    const counted = runs[0]?.counted;
    return {
      name,
      mbPerCpuSecond: median(speeds),
      mbPerCpuSecondMin: Math.min(...speeds),
      mbPerCpuSecondMax: Math.max(...speeds),
      timesNaive: median(rounds.map((round) => speedOf(round[i]!) / speedOf(round[naive]!))),
      ...(counted ? { documents: counted.documents } : {}),
      rssMb: middle((run) => run.peakRssMb),
      anonMb: middle((run) => run.anonMb),
      ...(counted ? sizesOf(counted, runs[0]!.inputBytes) : {}),
      cpuSeconds: middle((run) => run.cpuSeconds),
      wallSeconds: middle((run) => run.wallSeconds),
    };
  });
}

const speedOf = ({ inputBytes, cpuSeconds }: Run): number => inputBytes / 1e6 / cpuSeconds;

function sizesOf({ requests, bodyBytes, wireBytes }: NonNullable<Run['counted']>, inputBytes: number) {
  return {
    requests,
    batchMb: bodyBytes / requests / 1e6,
    bodyBytesPerInputByte: bodyBytes / inputBytes,
    wireBytesPerInputByte: wireBytes / inputBytes,
  };
}
