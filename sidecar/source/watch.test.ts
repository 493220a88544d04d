import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { wait } from '../../runtime/wait.ts';
import { watchFolders } from './watch.ts';

it.each([
  ['the first', 0],
  ['the second', 1],
])('tells of a file in %s of its folders', async (_, index) => {
  const folders = [temporaryFolder(), temporaryFolder()];
  const { changed, close } = watchFolders(folders);
  expect(changed.aborted).toBe(false);
  writeFileSync(join(folders[index]!, '0.log'), '');
  await wait(10_000, changed);
  expect(changed.aborted).toBe(true);
  close();
});

it('leaves out a folder that is not there, and watches the others', async () => {
  const folder = temporaryFolder();
  const { changed, close } = watchFolders([join(folder, 'nowhere'), folder]);
  mkdirSync(join(folder, 'cart'));
  await wait(10_000, changed);
  expect(changed.aborted).toBe(true);
  close();
});

it('wakes those that wait when it is closed', () => {
  const { changed, close } = watchFolders([temporaryFolder()]);
  close();
  expect(changed.aborted).toBe(true);
});
