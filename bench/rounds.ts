import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { during } from '../test/progress.ts';
import type { Surroundings } from './benchmark.ts';
import { speedOf, type Contestant, type Course, type Run } from './course.ts';
import { median } from './statistics.ts';

/** The runs of each contestant, by its name; the runs of one round share its place, and the noise of the machine. */
export type Runs = ReadonlyMap<string, readonly Run[]>;

/** Lets all of them run in turn, round after round. `about` stands in what is said of it. */
export async function runInTurn(
  contestants: readonly Contestant[],
  { course, rounds, about }: { course: Course; rounds: number; about: string },
  { folder, progress }: Pick<Surroundings, 'folder' | 'progress'>,
): Promise<Runs> {
  const runs = new Map(contestants.map(({ name }) => [name, [] as Run[]]));
  for (let round = 1; round <= rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const { name } = contestant;
      const own = join(folder, `run-${round}-${i}`);
      await mkdir(own);
      await during(progress, `${about}${name}, run ${round} of ${rounds}`, async (step) => {
        const result = await contestant.run(course, own);
        runs.get(name)!.push(result);
        step.done(`${speedOf(result).toFixed(1)} MB per CPU second`);
      });
    }
  }
  return runs;
}

/** What the runs of one contestant came to, and the plain path's in the same rounds: medians. */
export function figuresOf(runs: readonly Run[], plain: readonly Run[]): Record<string, number> {
  const speeds = runs.map(speedOf);
  const middle = (figure: (run: Run) => number) => median(runs.map(figure));
  const [{ counted, inputBytes }] = runs as [Run];
  return {
    mbPerCpuSecond: median(speeds),
    mbPerCpuSecondMin: Math.min(...speeds),
    mbPerCpuSecondMax: Math.max(...speeds),
    timesPlainPath: median(runs.map((run, round) => speedOf(run) / speedOf(plain[round]!))),
    ...(counted ? sizesOf(counted, inputBytes) : {}),
    rssMb: middle((run) => run.peakRssMb),
    anonMb: middle((run) => run.anonMb),
    cpuSeconds: middle((run) => run.cpuSeconds),
    wallSeconds: middle((run) => run.wallSeconds),
  };
}

function sizesOf({ documents, requests, bodyBytes, wireBytes }: NonNullable<Run['counted']>, inputBytes: number) {
  return {
    documents,
    requests,
    batchMb: bodyBytes / requests / 1e6,
    bodyBytesPerInputByte: bodyBytes / inputBytes,
    wireBytesPerInputByte: wireBytes / inputBytes,
  };
}
