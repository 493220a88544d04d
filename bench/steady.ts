import { wait } from '../runtime/wait.ts';
import { framedEntry, type Application } from './logs/entry.ts';
import { Random } from './logs/random.ts';

const TICK_MS = 5;

export interface SteadyRate {
  bytesPerSecond: number;
  seconds: number;
}

export interface Written {
  bytes: number;
  records: number;
  tookSeconds: number;
}

/** Hands over entries one by one, each with the present time, as many as are due, two hundred times a second. */
export async function writeSteadily(
  application: Application,
  write: (entry: string) => void,
  { bytesPerSecond, seconds }: SteadyRate,
  signal: AbortSignal,
): Promise<Written> {
  const random = new Random(1);
  const began = performance.now();
  const written = { bytes: 0, records: 0, tookSeconds: 0 };
  while (written.tookSeconds < seconds && !signal.aborted) {
    await wait(TICK_MS, signal);
    written.tookSeconds = (performance.now() - began) / 1000;
    const due = bytesPerSecond * Math.min(written.tookSeconds, seconds);
    while (written.bytes < due) {
      const stamp = new Date().toISOString().replace('Z', '000000Z');
      const entry = framedEntry(stamp, application(random, stamp));
      write(entry);
      written.bytes += Buffer.byteLength(entry);
      written.records++;
    }
  }
  return written;
}
