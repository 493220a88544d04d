import { execFile } from 'node:child_process';
import { existsSync, globSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { canInstall, find, installPackages } from '../cluster/programs.ts';
import { run } from '../cluster/run.ts';
import { Unavailable } from '../cluster/unavailable.ts';
import { during } from '../progress.ts';
import type { Progress } from '../progress.ts';
import { unprivileged } from './guarded.ts';

/** What Elasticsearch 9 asks for. */
const OLDEST = 21;
const PACKAGES = ['openjdk-25-jdk-headless', 'openjdk-21-jdk-headless'];
const PLACES = ['/usr/lib/jvm/*', '/opt/java*', '/opt/jdk*', '/Library/Java/JavaVirtualMachines/*/Contents/Home'];

/** The first of some folders that has a JDK, new enough and with a compiler; or undefined. */
export async function findJdk(homes: Iterable<string> = homesOf(process.env)): Promise<string | undefined> {
  for (const home of new Set(homes)) {
    if (existsSync(join(home, 'bin/javac')) && (await versionOf(home)) >= OLDEST) return home;
  }
  return undefined;
}

function homesOf(env: NodeJS.ProcessEnv): string[] {
  const onPath = find('javac');
  const named = [env['ES_JAVA_HOME'], env['JAVA_HOME'], onPath && dirname(dirname(realpathSync(onPath)))];
  return [...named.filter((home) => home !== undefined), ...globSync(PLACES).sort()];
}

/** `openjdk 25.0.1 2025-10-21` and the like, asked as the user that will run it; 0 for what cannot say. */
async function versionOf(home: string): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(join(home, 'bin/java'), ['--version'], {
      ...unprivileged(),
      cwd: '/',
    });
    return Number(/\d+/.exec(stdout)?.[0] ?? 0);
  } catch {
    return 0;
  }
}

/** The folder of such a JDK, installed where that can be done; throws an Unavailable elsewhere. */
export async function needJdk(progress: Progress, signal?: AbortSignal): Promise<string> {
  const found = await findJdk();
  if (found) return found;
  const offered = canInstall() ? await offeredPackage(signal) : undefined;
  if (offered) {
    await during(progress, `Debian package ${offered}`, () => installPackages([offered], signal));
    const installed = await findJdk();
    if (installed) return installed;
  }
  throw new Unavailable(
    `Elasticsearch for tests needs a JDK ${OLDEST} or newer: install one (https://adoptium.net, or ${PACKAGES.join(' or ')}) and name its folder in ES_JAVA_HOME if it is not in a usual place, or start a Docker engine`,
  );
}

/** The first of the packages that this Debian has: 12, for one, has none of them. */
async function offeredPackage(signal?: AbortSignal): Promise<string | undefined> {
  const policy = await run('apt-cache', ['policy', ...PACKAGES], { signal });
  return PACKAGES.find((name) => new RegExp(`^${name}:\\n.*\\n +Candidate: \\d`, 'm').test(policy));
}
