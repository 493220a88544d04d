import type { Entry } from './entry.ts';
import type { Random } from './random.ts';
import { LEVELS, METHODS, path, sentence, STATUSES } from './words.ts';

/** logfmt as Go's `slog` and logrus write it, on stderr: half of the lines are about a request, half about anything. */
export function logfmtLines(random: Random, stamp: string): Entry {
  const head = `time=${stamp.slice(0, 23)}Z level=${random.pick(LEVELS)}`;
  const rest = random.percent(50)
    ? `msg="request completed" method=${random.pick(METHODS)} path=${path(random)} status=${random.pick(STATUSES)} ` +
      `duration=${random.below(900)}.${random.below(1000)}ms bytes=${random.below(60_000)}`
    : `msg="${sentence(random)}" component=${random.pick(['store', 'api', 'worker'])} attempt=${random.below(5)}`;
  return { stream: 'stderr', lines: [`${head} ${rest} trace_id=${random.hex(32)}`] };
}
