import type { Entry } from './entry.ts';
import { personalData } from './personal.ts';
import type { Random } from './random.ts';
import { LEVELS, sentence } from './words.ts';

const JSON_PERCENT = 67;
const PERSONAL_PERCENT = 5;

/**
 * Two thirds JSON on stdout, with trace ids in the spellings of several libraries, one third text on stderr. Five lines in a
 * hundred have personal data in them.
 */
export function mixedLines(random: Random): Entry {
  const message = sentence(random) + (random.percent(PERSONAL_PERCENT) ? ` ${personalData(random)}` : '');
  const level = random.pick(LEVELS);
  if (random.percent(JSON_PERCENT)) {
    const escaped = random.percent(3) ? String.raw` path \"C:\\tmp\" line\nnext café` : '';
    return { stream: 'stdout', lines: [`{"level":"${level}","msg":"${message}${escaped}",${identity(random)}}`] };
  }
  const trace = random.percent(33) ? ` traceId=${random.hex(32)}` : '';
  return { stream: 'stderr', lines: [`${level.toUpperCase()} ${message}${trace}`] };
}

function identity(random: Random): string {
  const id = random.hex(32);
  return random.pick([
    `"trace_id":"${id}"`,
    `"traceId":"${id}"`,
    `"trace.id":"${id}"`,
    `"traceparent":"00-${id}-${random.hex(16)}-01"`,
    `"dd.trace_id":"${1 + random.below(1_000_000_000)}${random.below(1_000_000_000)}"`,
    `"duration":${random.below(1_000_000)}.5,"ok":true,"tags":["a",null,{"x":-1.5e3}]`,
  ]);
}
