import type { Entry } from './entry.ts';
import type { Random } from './random.ts';
import { LEVELS, sentence } from './words.ts';

const LOGGERS = ['orders.service', 'payments.gateway', 'http.access', 'cache.redis', 'jobs.mailer'] as const;

/** Plain text as Python's `logging` formats it, on stderr; every fourth line with a trace id. */
export function textLines(random: Random, stamp: string): Entry {
  const time = `${stamp.slice(0, 10)} ${stamp.slice(11, 19)},${stamp.slice(20, 23)}`;
  const level = random.pick(LEVELS).toUpperCase().padEnd(5);
  const trace = random.percent(25) ? ` trace_id=${random.hex(32)}` : '';
  const line = `${time} ${level} [worker-${random.below(16)}] ${random.pick(LOGGERS)} - ${sentence(random)}${trace}`;
  return { stream: 'stderr', lines: [line] };
}
