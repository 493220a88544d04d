import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { wait } from '../runtime/wait.ts';
import type { Step } from './progress.ts';

export interface BuildOnce {
  readonly step: Step;
  readonly signal?: AbortSignal | undefined;
  /** Fills an empty folder beside the one that is wanted. */
  readonly build: (into: string) => Promise<void>;
}

/** Sees that a folder of the cache is there, whole: runs at the same time wait for the one that builds it. */
export async function buildOnce(folder: string, { step, signal, build }: BuildOnce): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, step, signal);
  try {
    if (existsSync(folder)) return step.done('built by another run');
    const fresh = await mkdtemp(`${folder}.building-`);
    try {
      await build(fresh);
      await rename(fresh, folder);
      step.done(`in ${folder}`);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  } finally {
    await unlock();
  }
}

/** Holds a lock file that is touched while its holder lives: an old one is a dead run's, and taken over. */
async function lock(path: string, step: Step, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted();
    const file = await open(path, 'wx').catch(() => undefined);
    if (file) {
      await file.close();
      const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), 5_000).unref();
      return async () => {
        clearInterval(beat);
        await rm(path, { force: true });
      };
    }
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > 60_000) await rm(path, { force: true });
    step.update('waiting for another run that builds it');
    await wait(500, signal);
  }
}
