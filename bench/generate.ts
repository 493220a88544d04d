import { closeSync, openSync, writeSync } from 'node:fs';

const WORDS = (
  'request processed user payment cache miss database connection timeout retry session expired validation failed ' +
  'upstream returned status order created inventory updated token refreshed queue drained worker started shard ' +
  'allocated http GET POST /api/v1/orders /api/v1/users in ms bytes from pod for tenant'
).split(' ');
const LEVELS = ['info', 'info', 'info', 'info', 'warn', 'debug', 'error'] as const;

/**
 * An endless log in CRI form, the same for the same seed: JSON lines of 193 bytes on average with level, message and trace
 * id, on both streams; three in a hundred have escapes, two have letters beyond ASCII.
 */
export class LogLines {
  #state: number;

  /** `seed`: any integer but 0. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** The next line with its newline. `stamp`: RFC 3339, put in as it is. */
  next(stamp: string): string {
    let message = '';
    const length = 30 + (this.#random() % 84);
    while (message.length < length) message += `${pick(WORDS, this.#random())} `;
    message += this.#random() % 100_000;
    const chance = this.#random() % 100;
    if (chance < 3) message += String.raw` path \"C:\\tmp\" line\nnext`;
    else if (chance < 5) message += ' café ☃';
    const stream = this.#random() % 2 === 0 ? 'stdout' : 'stderr';
    const level = pick(LEVELS, this.#random());
    const traceId = [0, 0, 0, 0].map(() => this.#random().toString(16).padStart(8, '0')).join('');
    return `${stamp} ${stream} F {"level":"${level}","msg":"${message}","trace_id":"${traceId}"}\n`;
  }

  /** xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
  #random(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }
}

const pick = <T>(from: readonly T[], random: number): T => from[random % from.length]!;

/** Stamps with nanoseconds, about a tenth of a millisecond apart, from a moment that never changes. */
export function* stamps(): Generator<string, never> {
  for (let second = 1_795_341_600; ; second++) {
    const whole = new Date(second * 1000).toISOString().slice(0, 19);
    for (let nanos = 123_456; nanos < 1_000_000_000; nanos += 97_213)
      yield `${whole}.${String(nanos).padStart(9, '0')}Z`;
  }
}

const PIECE_CHARACTERS = 1_048_576;

/** Writes a log of at least so many bytes, and not a line more; returns what it came to. */
export function writeLog(path: string, atLeastBytes: number): { bytes: number; lines: number } {
  const log = new LogLines(20_260_801);
  const fd = openSync(path, 'wx', 0o644);
  const written = { bytes: 0, lines: 0 };
  try {
    let piece = '';
    for (const stamp of stamps()) {
      const line = log.next(stamp);
      piece += line;
      written.bytes += Buffer.byteLength(line);
      written.lines++;
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

/** So many lines of a log. */
export function linesOf(seed: number, count: number): string {
  const log = new LogLines(seed);
  return Array.from({ length: count }, () => log.next('2026-11-22T10:00:00.000000001Z')).join('');
}
