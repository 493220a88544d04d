import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { closeFile, isCaptured, listContainers, listFiles, openFile } from './discovery.ts';
import { HEAD_BYTES } from './identity.ts';

const ALL = { include: [], exclude: [] };
const noTrouble = (path: string, error: unknown) => {
  throw new Error(`trouble with ${path}`, { cause: error });
};

it.each([
  ['every container by default', 'cart', ALL, true],
  ['those of the list', 'cart', { include: ['cart'], exclude: [] }, true],
  ['none but those of the list', 'proxy', { include: ['cart'], exclude: [] }, false],
  ['none of the other list', 'proxy', { include: [], exclude: ['proxy'] }, false],
  ['none that is on both', 'cart', { include: ['cart'], exclude: ['cart'] }, false],
  ['never itself', 'tracewell', ALL, false],
  ['never itself, even when it is told to', 'tracewell', { include: ['tracewell'], exclude: [] }, false],
])('captures %s', (_, container, chosen, expected) => {
  expect(isCaptured(container, chosen)).toBe(expected);
});

it('lists the containers that have a folder and are chosen', () => {
  const logs = temporaryFolder();
  for (const container of ['cart', 'proxy', 'tracewell']) mkdirSync(join(logs, container));
  expect(listContainers(logs, ALL, noTrouble).sort()).toEqual(['cart', 'proxy']);
  expect(listContainers(logs, { include: [], exclude: ['proxy'] }, noTrouble)).toEqual(['cart']);
});

it('lists the log files of a container, oldest first, also behind links', () => {
  const logs = temporaryFolder();
  const folder = join(logs, 'cart');
  mkdirSync(folder);
  for (const name of [
    '1.log',
    '0.log',
    '0.log.20260102-030405',
    '0.log.20260101-000000.gz',
    'notes.txt',
    '2.log.tmp',
  ]) {
    writeFileSync(join(folder, name), name);
  }
  mkdirSync(join(folder, '3.log'));
  writeFileSync(join(logs, 'elsewhere'), 'far away');
  symlinkSync(join(logs, 'elsewhere'), join(folder, '4.log'));
  symlinkSync(join(logs, 'nowhere'), join(folder, '5.log'));
  expect(listFiles(logs, 'cart', noTrouble)).toMatchObject([
    { container: 'cart', run: 0, rotated: '20260101-000000', isPacked: true, size: 24 },
    { container: 'cart', run: 0, rotated: '20260102-030405', isPacked: false, size: 21 },
    { container: 'cart', run: 0, rotated: '', size: 5 },
    { container: 'cart', run: 1, rotated: '', size: 5 },
    { container: 'cart', run: 4, rotated: '', size: 8 },
  ]);
});

it('knows a file by its inode, whatever its name', () => {
  const logs = temporaryFolder();
  mkdirSync(join(logs, 'cart'));
  const [live, rotated] = [join(logs, 'cart', '0.log'), join(logs, 'cart', '0.log.20260102-030405')];
  writeFileSync(live, 'first');
  const [before] = listFiles(logs, 'cart', noTrouble);
  renameSync(live, rotated);
  writeFileSync(live, 'second');
  const [after, next] = listFiles(logs, 'cart', noTrouble);
  expect(after).toEqual({ ...before, path: rotated, rotated: '20260102-030405' });
  expect(next?.inode).not.toBe(before?.inode);
  const opened = openFile({ path: rotated, isPacked: false }, noTrouble)!;
  expect(opened.inode).toBe(before?.inode);
  closeFile(opened);
});

it.each([0, 10, HEAD_BYTES, HEAD_BYTES + 10])('opens a file of %i bytes with its head', (size) => {
  const path = join(temporaryFolder(), '0.log');
  writeFileSync(path, Buffer.alloc(size, 'x'));
  const opened = openFile({ path, isPacked: false }, noTrouble)!;
  expect({ size: opened.size, head: opened.head.toString() }).toEqual({
    size,
    head: 'x'.repeat(Math.min(size, HEAD_BYTES)),
  });
  closeFile(opened);
});

it.each([0, 10, HEAD_BYTES, 10_000_000])(
  'opens a compressed file of %i bytes with its head and its whole size',
  (size) => {
    const path = join(temporaryFolder(), '0.log.gz');
    writeFileSync(path, gzipSync(Buffer.alloc(size, 'x')));
    const opened = openFile({ path, isPacked: true }, noTrouble)!;
    expect({ size: opened.size, head: opened.head.toString() }).toEqual({
      size,
      head: 'x'.repeat(Math.min(size, HEAD_BYTES)),
    });
    closeFile(opened);
  },
);

it('what is not there is no trouble; what cannot be read is named', () => {
  const logs = temporaryFolder();
  expect(listContainers(join(logs, 'nowhere'), ALL, noTrouble)).toEqual([]);
  expect(listFiles(logs, 'nowhere', noTrouble)).toEqual([]);
  expect(openFile({ path: join(logs, 'nowhere'), isPacked: false }, noTrouble)).toBeUndefined();
  const troubles: string[] = [];
  writeFileSync(join(logs, 'file'), '');
  expect(listContainers(join(logs, 'file'), ALL, (path) => troubles.push(path))).toEqual([]);
  expect(openFile({ path: logs, isPacked: false }, (path) => troubles.push(path))).toBeUndefined();
  expect(troubles).toEqual([join(logs, 'file'), logs]);
});
