import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../../wait.ts';
import { Unavailable } from '../unavailable.ts';

/** The tops of this machine's cgroup hierarchies: one for each controller on version 1, a single one on version 2. */
function roots(): string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, path = '', type = '']) => ({ path, type }));
  const version1 = mounts.filter(({ path, type }) => type === 'cgroup' && path.startsWith('/sys/fs/cgroup/'));
  if (version1.length > 0) return version1.map(({ path }) => path);
  return mounts.filter(({ path, type }) => type === 'cgroup2' && path === '/sys/fs/cgroup').map(({ path }) => path);
}

/** Makes a cgroup of this name in every hierarchy and returns their folders. */
export async function createCgroups(name: string): Promise<string[]> {
  const tops = roots();
  if (tops.length === 0)
    throw new Unavailable('a cluster of its own needs cgroups, and none are mounted at /sys/fs/cgroup');
  return Promise.all(
    tops.map(async (top) => {
      const folder = join(top, name);
      await mkdir(folder).catch((error: Error) => {
        throw new Unavailable(
          `no cgroup can be made here (${error.message}): run on the machine itself or in a privileged container`,
        );
      });
      // Version 2 only: a controller that the top does not hand down is missing here.
      const controllers = await readFile(join(folder, 'cgroup.controllers'), 'utf8').catch(() => undefined);
      const missing = ['cpu', 'memory', 'pids'].filter((one) => controllers?.split(/\s+/).includes(one) === false);
      if (missing.length > 0) {
        await rmdir(folder);
        const cure = `echo ${missing.map((one) => `+${one}`).join(' ')} > ${join(top, 'cgroup.subtree_control')}`;
        throw new Unavailable(`this machine hands down no cgroup controller ${missing.join(', ')}; as root: ${cure}`);
      }
      // Version 1 only: a new cpuset is empty, and takes no process until it is filled.
      if (existsSync(join(folder, 'cgroup.clone_children')) && existsSync(join(folder, 'cpuset.cpus'))) {
        for (const file of ['cpuset.cpus', 'cpuset.mems']) {
          await writeFile(join(folder, file), await readFile(join(top, file)));
        }
        await writeFile(join(folder, 'cgroup.clone_children'), '1');
      }
      return folder;
    }),
  );
}

/** The names of all cgroups at the tops that begin so. */
export async function cgroupsNamed(prefix: string): Promise<string[]> {
  const names = await Promise.all(roots().map((top) => readdir(top)));
  return [...new Set(names.flat().filter((name) => name.startsWith(prefix)))];
}

/** Ends what still runs in the cgroups of this name, and removes them. */
export async function removeCgroups(name: string): Promise<void> {
  const folders = roots().map((top) => join(top, name));
  await until(
    `the cgroups ${name} to be empty`,
    async () => {
      for (const folder of folders) await remove(folder);
      return !folders.some((folder) => existsSync(folder));
    },
    { timeoutMs: 10_000, everyMs: 50 },
  );
}

async function remove(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await remove(join(folder, entry.name));
  }
  const processes = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of processes.split('\n').map(Number)) {
    try {
      if (pid > 0) process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
  await rmdir(folder).catch(() => {}); // busy until the kernel has let the last process go: tried again
}
