import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { SIDECAR } from '../../api/names.ts';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { lookInto } from './compressed.ts';
import { byAge, parseFileName, type LogFileName } from './file-name.ts';
import { HEAD_BYTES } from './identity.ts';

/** A log file as its folder shows it. */
export interface FoundFile extends LogFileName {
  container: string;
  path: string;
  inode: string;
  size: number;
}

/** Hears of a folder or file that cannot be read; that it is not there is no trouble. */
export type OnTrouble = (path: string, error: unknown) => void;

type Chosen = SidecarConfig['logs']['containers'];

/** Never our own folder: it would capture what it says about capturing. */
export function isCaptured(container: string, { include, exclude }: Chosen): boolean {
  return container !== SIDECAR && !exclude.includes(container) && (include.length === 0 || include.includes(container));
}

/** Folders of the containers to capture: they appear as containers start. */
export function listContainers(logs: string, chosen: Chosen, onTrouble: OnTrouble): string[] {
  return namesIn(logs, onTrouble).filter((name) => isCaptured(name, chosen));
}

/** The log files of a container, oldest first. */
export function listFiles(logs: string, container: string, onTrouble: OnTrouble): FoundFile[] {
  const folder = `${logs}/${container}`;
  const found: FoundFile[] = [];
  for (const name of namesIn(folder, onTrouble)) {
    const parsed = parseFileName(name);
    if (!parsed) continue;
    const path = `${folder}/${name}`;
    const stat = attempt(path, () => statSync(path), onTrouble);
    if (stat?.isFile()) found.push({ ...parsed, container, path, inode: inodeOf(stat), size: stat.size });
  }
  return found.sort(byAge);
}

function namesIn(folder: string, onTrouble: OnTrouble): string[] {
  return attempt(folder, () => readdirSync(folder), onTrouble) ?? [];
}

/** An open file, with what tells it from others: its inode while it lives, its first bytes for good. */
export interface Opened {
  fd: number;
  inode: string;
  /** Of what was logged, also when it is compressed. */
  size: number;
  head: Buffer;
  /** The descriptor is that of a compressed file. */
  isPacked: boolean;
}

/** Opens a log file and reads its first KiB; undefined when it cannot be read, or went away. */
export function openFile(
  { path, isPacked }: Pick<FoundFile, 'path' | 'isPacked'>,
  onTrouble: OnTrouble,
): Opened | undefined {
  const fd = attempt(path, () => openSync(path, 'r'), onTrouble);
  if (fd === undefined) return undefined;
  const opened = attempt(path, () => look(fd, isPacked), onTrouble);
  if (!opened) closeSync(fd);
  return opened;
}

export const closeFile = ({ fd }: Opened): void => closeSync(fd);

function look(fd: number, isPacked: boolean): Opened {
  const stat = fstatSync(fd);
  const inode = inodeOf(stat);
  if (isPacked) return { fd, inode, isPacked, ...lookInto(fd) };
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(fd, head, 0, HEAD_BYTES, 0);
  return { fd, inode, isPacked, size: stat.size, head: head.subarray(0, length) };
}

function attempt<T>(path: string, work: () => T, onTrouble: OnTrouble): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onTrouble(path, error);
    return undefined;
  }
}

/** Inodes are used again at once; the time of birth tells the new file from the old. */
function inodeOf({ dev, ino, birthtimeMs }: { dev: number; ino: number; birthtimeMs: number }): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}
