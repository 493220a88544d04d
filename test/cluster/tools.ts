import { join } from 'node:path';
import { binaries, canBuild } from './binaries.ts';
import type { BuildOptions } from './binaries.ts';
import { find } from './programs.ts';
import { Unavailable } from './unavailable.ts';

/** The paths of client programs: those on PATH, or all of them built where one is missing. */
export async function toolsOf<T extends 'kubectl' | 'helm' | 'kind'>(
  names: readonly T[],
  options: BuildOptions,
): Promise<Record<T, string>> {
  const found = names.map((name) => [name, find(name)] as const);
  const missing = found.filter(([, path]) => !path).map(([name]) => name);
  if (missing.length > 0 && !canBuild()) {
    throw new Unavailable(`${missing.join(', ')} not found: install them, or Go from https://go.dev/dl to build them`);
  }
  const folder = missing.length > 0 ? await binaries('clients', options) : '';
  return Object.fromEntries(found.map(([name, path]) => [name, folder ? join(folder, name) : path])) as Record<
    T,
    string
  >;
}
