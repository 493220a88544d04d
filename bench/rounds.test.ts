import { expect, it } from 'vitest';
import type { Contestant, Course, Run } from './course.ts';
import { figuresOf, runInTurn } from './rounds.ts';
import { temporaryFolder } from '../test/sidecar/temporary.ts';
import { plainProgress } from '../test/progress.ts';

const runOf = (cpuSeconds: number): Run => ({
  cpuSeconds,
  wallSeconds: 1,
  peakRssMb: 60,
  anonMb: 20,
  inputBytes: 100e6,
  counted: { requests: 4, documents: 1_000, bodyBytes: 200e6, wireBytes: 50e6, delaysMs: [] },
});

it('compares the runs of one round with each other', () => {
  // The machine was ten times slower in the second round: the ratios do not see it.
  const figures = figuresOf([runOf(1), runOf(20), runOf(1)], [runOf(3), runOf(30), runOf(2)]);
  expect(figures).toMatchObject({
    mbPerCpuSecond: 100,
    mbPerCpuSecondMin: 5,
    mbPerCpuSecondMax: 100,
    timesPlainPath: 2,
    batchMb: 50,
    bodyBytesPerInputByte: 2,
    wireBytesPerInputByte: 0.5,
    documents: 1_000,
  });
});

it('lets each have its turn in every round, in a folder of its own', async () => {
  const order: string[] = [];
  const folders = new Set<string>();
  const contestant = (name: string): Contestant => ({
    name,
    run(_, folder) {
      order.push(name);
      folders.add(folder);
      return Promise.resolve(runOf(1));
    },
  });
  const course: Course = {
    program: [''],
    log: { path: '', bytes: 0, records: 0 },
    sample: '',
    signal: AbortSignal.abort(),
  };
  const folder = temporaryFolder();
  const progress = plainProgress(() => undefined);
  const runs = await runInTurn(
    [contestant('a'), contestant('b')],
    { course, rounds: 2, about: '' },
    { folder, progress },
  );
  expect(order).toEqual(['a', 'b', 'a', 'b']);
  expect(folders.size).toBe(4);
  expect([...runs].map(([name, own]) => [name, own.length])).toEqual([
    ['a', 2],
    ['b', 2],
  ]);
});
