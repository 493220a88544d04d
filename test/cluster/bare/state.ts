import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ownerLives, ownerMark } from '../../owner.ts';
import { cgroupsNamed, removeCgroups } from './cgroups.ts';

const PREFIX = 'tracewell-cluster-';
const FOLDERS = ['away', 'bin', 'cni', 'containerd', 'etcd', 'kubelet', 'logs', 'opt', 'pids', 'pki', 'pods', 'sysctl'];

/**
 * A folder for all that a cluster writes. Its name, which is also that of its cgroups, says the process that owns it
 * (number and start time), so that a later run can tell what a killed one left.
 */
export async function createState(): Promise<string> {
  const state = await mkdtemp(join(tmpdir(), `${PREFIX}${ownerMark()}-`));
  for (const folder of FOLDERS) await mkdir(join(state, folder));
  return state;
}

export const nameOf = (state: string): string => basename(state);

export async function removeState(state: string): Promise<void> {
  await rm(state, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Removes what clusters left whose owners are dead: cgroups and folders. Their processes, mounts and interfaces ended
 * with the sandbox, which ends when its owner does; whatever should run on in their cgroups is ended too.
 */
export async function sweep(): Promise<string[]> {
  const names = [...(await readdir(tmpdir())), ...(await cgroupsNamed(PREFIX))];
  const dead = [...new Set(names)].filter((name) => {
    const [, mark] = new RegExp(`^${PREFIX}(\\d+\\.\\d+)-\\w+$`).exec(name) ?? [];
    return mark !== undefined && !ownerLives(mark);
  });
  for (const name of dead) {
    await removeCgroups(name);
    await removeState(join(tmpdir(), name));
  }
  return dead;
}
