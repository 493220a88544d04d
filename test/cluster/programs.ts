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
  if (!canInstall()) {
    throw new Unavailable(
      `${missing().join(', ')} not found: install ${names.join(' ')} (Debian's names), or run as root on Debian and it is done for you`,
    );
  }
  await during(progress, `Debian packages ${names.join(' ')}`, () => installPackages(names, signal));
  if (missing().length > 0)
    throw new Unavailable(`${missing().join(', ')} not found after installing ${names.join(' ')}`);
}

/** Whether Debian packages can be installed: by root, on Debian or its kin. */
export const canInstall = (): boolean => process.getuid?.() === 0 && existsSync('/etc/debian_version');

/** Installs packages, unattended. */
export async function installPackages(names: readonly string[], signal?: AbortSignal): Promise<void> {
  await aptGet(['update', '-qq'], signal);
  await aptGet(['install', '-y', '-qq', '--no-install-recommends', ...names], signal);
}

/** Runs apt-get; waits while another one is at work. */
function aptGet(args: readonly string[], signal?: AbortSignal): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], { env, signal });
}
