import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from './log.ts';

export interface RecommendationsOptions {
  readonly log: Log;
  /** Lines of each run, before the last one. */
  readonly lines: number;
  /** How many runs end with a crash. */
  readonly crashes: number;
  /** A folder that outlives the container: the runs are counted there. */
  readonly state: string;
}

/** Learns from purchases. The first `crashes` runs fail at the end of it; true when this run may stay up. */
export function recommendations({ log, lines, crashes, state }: RecommendationsOptions): boolean {
  const run = countRun(join(state, 'runs'));
  for (let purchase = 1; purchase <= lines; purchase++) {
    log.write({ level: 'info', message: `purchase ${purchase} learned`, fields: { run } });
  }
  if (run > crashes) return true;
  log.end({ level: 'error', message: 'the model fits nothing', fields: { run } });
  return false;
}

/** 1, 2, … */
function countRun(path: string): number {
  let before = 0;
  try {
    before = Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  writeFileSync(path, `${before + 1}`);
  return before + 1;
}
