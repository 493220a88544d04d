import type { Entry } from './entry.ts';
import type { Random } from './random.ts';
import { LEVELS, sentence } from './words.ts';

/**
 * JSON lines, 193 bytes on average in the runtime's form, with level, message and trace id, on both streams; three in a
 * hundred have escapes, two have letters beyond ASCII.
 */
export function jsonLines(random: Random): Entry {
  let message = sentence(random);
  const chance = random.below(100);
  if (chance < 3) message += String.raw` path \"C:\\tmp\" line\nnext`;
  else if (chance < 5) message += ' café ☃';
  const stream = random.below(2) === 0 ? 'stdout' : 'stderr';
  const level = random.pick(LEVELS);
  return { stream, lines: [`{"level":"${level}","msg":"${message}","trace_id":"${random.hex(32)}"}`] };
}
