import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownerLives, ownerMark } from '../owner.ts';

const PREFIX = 'tracewell-elasticsearch-';

/** A folder for all that an Elasticsearch writes; its name says the process that owns it. */
export const createState = (): Promise<string> => mkdtemp(join(tmpdir(), `${PREFIX}${ownerMark()}-`));

export const removeState = (state: string): Promise<void> => rm(state, { recursive: true, force: true, maxRetries: 5 });

/** Removes the folders whose owners are dead, and returns them. Their processes ended with the owners. */
export async function sweepStates(): Promise<string[]> {
  const dead = (await readdir(tmpdir())).filter((name) => {
    const [, mark] = new RegExp(`^${PREFIX}(\\d+\\.\\d+)-\\w+$`).exec(name) ?? [];
    return mark !== undefined && !ownerLives(mark);
  });
  const folders = dead.map((name) => join(tmpdir(), name));
  for (const folder of folders) await removeState(folder);
  return folders;
}
