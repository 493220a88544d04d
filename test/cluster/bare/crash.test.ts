import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, inject, it } from 'vitest';
import { until } from '../../wait.ts';
import type { BareInfo } from '../bare.ts';
import { attach } from '../cluster.ts';
import { cgroupsNamed } from './cgroups.ts';
import { nameOf, sweep } from './state.ts';

const other = inject('cluster');

it.skipIf(other.provider !== 'bare')(
  'leaves nothing when its owner is killed by -9, and disturbs no other cluster',
  async () => {
    const owner = spawn(process.execPath, [join(import.meta.dirname, 'hold.ts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
    const info = JSON.parse(line) as BareInfo;
    const name = nameOf(info.state);
    expect(await attach(info).kubectl(['get', 'nodes', '-o', 'name'])).toBe('node/node\n');
    expect((await tracesOf(name)).length).toBeGreaterThan(5);

    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await until('its processes and mounts to end', async () => (await tracesOf(name)).length === 0, {
      timeoutMs: 10_000,
    });

    expect(await sweep()).toContain(name);
    expect(existsSync(info.state)).toBe(false);
    expect(await cgroupsNamed(name)).toEqual([]);
    expect(await attach(other as BareInfo).kubectl(['get', 'nodes', '-o', 'name'])).toBe('node/node\n');
  },
);

/** The processes that are in the cgroups of this name, speak of it, or see a mount of it. */
async function tracesOf(name: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const files = ['cgroup', 'cmdline', 'mountinfo'].map((file) =>
        readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => ''),
      );
      return (await Promise.all(files)).some((text) => text.includes(name));
    }),
  );
  return pids.filter((_, index) => found[index]);
}
