import { appendFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { criLine } from '../../test/sidecar/cri.ts';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { Descriptor } from './descriptor.ts';
import { openFile } from './discovery.ts';

const LINE = criLine('a line');

function opened() {
  const path = join(temporaryFolder(), '0.log');
  writeFileSync(path, LINE);
  const descriptor = new Descriptor(openFile({ path, isPacked: false }, () => undefined)!);
  onTestFinished(() => descriptor.close());
  return { path, descriptor };
}

it('says how long the file is', () => {
  const { path, descriptor } = opened();
  expect(descriptor.look(0)).toBe(LINE.length);
  appendFileSync(path, LINE);
  expect(descriptor.look(LINE.length)).toBe(2 * LINE.length);
});

it.each<[string, (path: string) => void]>([
  ['is shorter than what was read of it', (path) => writeFileSync(path, LINE.slice(0, -1))],
  ['has another beginning', (path) => writeFileSync(path, `${criLine('begun anew')}${LINE}`)],
])('tells of a file that was begun anew: it %s', (_, change) => {
  const { path, descriptor } = opened();
  expect(descriptor.look(0)).toBe(LINE.length);
  change(path);
  expect(descriptor.look(LINE.length)).toBeUndefined();
});

it('tells of a file that was begun anew though it has the length and the time of the last look', () => {
  const { path, descriptor } = opened();
  const { atime, mtime } = statSync(path);
  utimesSync(path, atime, mtime);
  expect(descriptor.look(0)).toBe(LINE.length);
  // More had come by the time it was read.
  appendFileSync(path, LINE);
  writeFileSync(path, LINE);
  utimesSync(path, atime, mtime);
  expect(descriptor.look(2 * LINE.length)).toBeUndefined();
});

it('knows when nobody else can open the file any more, and what it holds of the disk', () => {
  const { path, descriptor } = opened();
  expect([descriptor.isRemoved, descriptor.heldBytes]).toEqual([false, 0]);
  rmSync(path);
  expect([descriptor.isRemoved, descriptor.heldBytes]).toEqual([true, LINE.length]);
});
