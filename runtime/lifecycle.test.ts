import { expect, it } from 'vitest';
import { startAll, stopAll, type Part } from './lifecycle.ts';

function parts(diary: string[], failing: { start?: string; stop?: string } = {}): Part[] {
  return ['source', 'sink', 'report'].map((name) => ({
    name,
    start: () => {
      if (failing.start === name) throw new Error('no port');
      diary.push(`+${name}`);
    },
    stop: () => {
      diary.push(`-${name}`);
      if (failing.stop === name) throw new Error('busy');
    },
  }));
}

it('starts in order and stops in reverse', async () => {
  const diary: string[] = [];
  await startAll(parts(diary));
  await stopAll(parts(diary));
  expect(diary).toEqual(['+source', '+sink', '+report', '-report', '-sink', '-source']);
});

it('when a part does not start, those before it are stopped and the error names it', async () => {
  const diary: string[] = [];
  await expect(startAll(parts(diary, { start: 'report' }))).rejects.toThrow('report did not start');
  expect(diary).toEqual(['+source', '+sink', '-sink', '-source']);
});

it('when a part does not stop, the others are stopped all the same', async () => {
  const diary: string[] = [];
  await expect(stopAll(parts(diary, { stop: 'sink' }))).rejects.toThrow('not everything stopped');
  expect(diary).toEqual(['-report', '-sink', '-source']);
});
