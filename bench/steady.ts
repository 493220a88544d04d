import { wait } from '../runtime/wait.ts';
import { LogLines } from './generate.ts';

const TICK_MS = 10;

export interface SteadyRate {
  bytesPerSecond: number;
  seconds: number;
}

export interface Written {
  bytes: number;
  lines: number;
  tookSeconds: number;
}

/** Hands over lines with the present time, as many as are due, a hundred times a second. */
export async function writeSteadily(
  write: (piece: string) => void,
  { bytesPerSecond, seconds }: SteadyRate,
  signal: AbortSignal,
): Promise<Written> {
  const log = new LogLines(1);
  const began = performance.now();
  const written = { bytes: 0, lines: 0, tookSeconds: 0 };
  while (written.tookSeconds < seconds && !signal.aborted) {
    await wait(TICK_MS, signal);
    written.tookSeconds = (performance.now() - began) / 1000;
    const due = bytesPerSecond * Math.min(written.tookSeconds, seconds);
    const stamp = new Date().toISOString().replace('Z', '000000Z');
    let piece = '';
    while (written.bytes < due) {
      const line = log.next(stamp);
      piece += line;
      written.bytes += Buffer.byteLength(line);
      written.lines++;
    }
    write(piece);
  }
  return written;
}
