import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { during } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { run } from './run.ts';
import { Unavailable } from './unavailable.ts';

/** PATH with the folders of system programs, which a plain shell of root may lack. */
export const systemPath = (env: NodeJS.ProcessEnv = process.env): string =>
  [env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);

/** The path of a program, or undefined when there is none. */
export function find(program: string): string | undefined {
  return systemPath()
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * Sees that programs are there; `packages` maps each to the Debian package that has it. As root on Debian (or its
 * kin) it installs what is missing; elsewhere it throws an Unavailable that names it.
 */
export async function need(packages: Readonly<Record<string, string>>, progress: Progress, signal?: AbortSignal) {
  const missing = () => Object.keys(packages).filter((program) => !find(program));
  if (missing().length === 0) return;
  const names = [...new Set(missing().map((program) => packages[program]!))];
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Unavailable(
      `${missing().join(', ')} not found: install ${names.join(' ')} (Debian's names), or run as root on Debian and it is done for you`,
    );
  }
  await during(progress, `Debian packages ${names.join(' ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const lock = ['-o', 'DPkg::Lock::Timeout=300']; // another apt may be at work
    await run('apt-get', [...lock, 'update', '-qq'], { env, signal });
    await run('apt-get', [...lock, 'install', '-y', '-qq', '--no-install-recommends', ...names], { env, signal });
  });
  if (missing().length > 0)
    throw new Unavailable(`${missing().join(', ')} not found after installing ${names.join(' ')}`);
}
