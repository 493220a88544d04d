import { closeSync, openSync, writeSync } from 'node:fs';
import { framedEntry, type Application } from './entry.ts';
import { Random } from './random.ts';

const PIECE_CHARACTERS = 1_048_576;
const SEED = 20_260_801;

/** A finished log file, and what is in it. */
export interface WrittenLog {
  path: string;
  bytes: number;
  /** Fewer than lines where entries have several. */
  records: number;
}

/** Stamps with nanoseconds, about a tenth of a millisecond apart, from a moment that never changes. */
export function* stamps(): Generator<string, never> {
  for (let second = 1_795_341_600; ; second++) {
    const whole = new Date(second * 1000).toISOString().slice(0, 19);
    for (let nanos = 123_456; nanos < 1_000_000_000; nanos += 97_213)
      yield `${whole}.${String(nanos).padStart(9, '0')}Z`;
  }
}

/** Writes a log of at least so many bytes, and not an entry more; the same each time. */
export function writeLog(path: string, application: Application, atLeastBytes: number): WrittenLog {
  const random = new Random(SEED);
  const fd = openSync(path, 'wx', 0o644);
  const written = { path, bytes: 0, records: 0 };
  try {
    let piece = '';
    for (const stamp of stamps()) {
      const entry = framedEntry(stamp, application(random, stamp));
      piece += entry;
      written.bytes += Buffer.byteLength(entry);
      written.records++;
      const enough = written.bytes >= atLeastBytes;
      if (!enough && piece.length < PIECE_CHARACTERS) continue;
      writeSync(fd, piece);
      piece = '';
      if (enough) break;
    }
  } finally {
    closeSync(fd);
  }
  return written;
}

/** So many entries of an application, all of one moment. */
export function textOf(application: Application, seed: number, entries: number): string {
  const random = new Random(seed);
  const stamp = '2026-11-22T10:00:00.000000001Z';
  return Array.from({ length: entries }, () => framedEntry(stamp, application(random, stamp))).join('');
}
