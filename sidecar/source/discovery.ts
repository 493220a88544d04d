import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { SIDECAR } from '../../api/names.ts';
import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { byAge, parseFileName, type LogFileName } from './file-name.ts';
import { HEAD_BYTES } from './identity.ts';

export interface FoundFile extends LogFileName {
  container: string;
  path: string;
}

type Chosen = SidecarConfig['logs']['containers'];

/** Never our own folder: it would capture what it says about capturing. */
export function isCaptured(container: string, { include, exclude }: Chosen): boolean {
  return container !== SIDECAR && !exclude.includes(container) && (include.length === 0 || include.includes(container));
}

/** Folders of the containers to capture: they appear as containers start. A folder that is not there yet has none. */
export function listContainers(logs: string, chosen: Chosen): string[] {
  return names(logs).filter((name) => isCaptured(name, chosen));
}

/** The log files of a container, oldest first. */
export function listFiles(logs: string, container: string): FoundFile[] {
  const folder = join(logs, container);
  const found: FoundFile[] = [];
  for (const name of names(folder)) {
    const parsed = parseFileName(name);
    if (parsed) found.push({ ...parsed, container, path: join(folder, name) });
  }
  return found.sort(byAge);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** An open file, with what tells it from others: its inode while it lives, its first bytes for good. */
export interface Opened {
  fd: number;
  inode: string;
  size: number;
  head: Uint8Array;
}

/** Opens a log file and reads its first KiB; undefined when it went away in between. */
export function openFile(path: string): Opened | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined;
  }
  const stat = fstatSync(fd);
  const head = Buffer.alloc(HEAD_BYTES);
  const length = readSync(fd, head, 0, HEAD_BYTES, 0);
  return { fd, inode: inodeOf(stat), size: stat.size, head: head.subarray(0, length) };
}

export const closeFile = (fd: number): void => closeSync(fd);

/** Inodes are used again at once; the time of birth tells the new file from the old. */
export function inodeOf({ dev, ino, birthtimeMs }: { dev: number; ino: number; birthtimeMs: number }): string {
  return `${dev}:${ino}:${birthtimeMs}`;
}
