import { watch, type FSWatcher } from 'node:fs';

export interface FolderWatch {
  /** Aborts when something happens in one of the folders, or when the watch is closed. */
  changed: AbortSignal;
  close: () => void;
}

/**
 * Watches folders. A hint, for quiet pods only: a watch tells of every single write, and some file systems tell nothing. A
 * folder that cannot be watched is left out.
 */
export function watchFolders(folders: readonly string[]): FolderWatch {
  const changed = new AbortController();
  const watchers: FSWatcher[] = [];
  const tell = () => changed.abort();
  for (const folder of folders) {
    try {
      watchers.push(watch(folder, tell).on('error', tell));
    } catch {
      // Not there yet, or no more watches to be had.
    }
  }
  const close = () => {
    tell();
    for (const watcher of watchers.splice(0)) watcher.close();
  };
  return { changed: changed.signal, close };
}
