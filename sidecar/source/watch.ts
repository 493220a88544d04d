import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

/**
 * Resolves when something happens in the log folder or in one of its containers' folders, or after `ms`, or when `signal`
 * aborts. For quiet pods only: a watch tells of every single write, and some file systems tell nothing, hence the time limit.
 */
export function watchOnce(
  logs: string,
  containers: readonly string[],
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve) => {
    const watchers: FSWatcher[] = [];
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) return done();
    signal.addEventListener('abort', done, { once: true });
    for (const folder of [logs, ...containers.map((container) => join(logs, container))]) {
      try {
        watchers.push(watch(folder, done).on('error', done));
      } catch {
        // Not there yet, or no more watches to be had: the time limit serves.
      }
    }
  });
}
