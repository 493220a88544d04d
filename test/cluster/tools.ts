import { join } from 'node:path';
import { binaries } from './binaries.ts';
import type { BuildOptions } from './binaries.ts';
import { find } from './programs.ts';

/** The paths of client programs: those on PATH, or all of them built where one is missing. */
export async function toolsOf<T extends 'kubectl' | 'helm' | 'kind'>(
  names: readonly T[],
  options: BuildOptions,
): Promise<Record<T, string>> {
  const found = names.map((name) => [name, find(name)] as const);
  const folder = found.every(([, path]) => path) ? '' : await binaries('clients', options);
  return Object.fromEntries(found.map(([name, path]) => [name, folder ? join(folder, name) : path])) as Record<
    T,
    string
  >;
}
