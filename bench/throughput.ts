import { join } from 'node:path';
import { during } from '../test/progress.ts';
import { benchmark } from './benchmark.ts';
import { CONTESTANTS, PLAIN_PATH } from './contestants.ts';
import { jsonLines } from './logs/json.ts';
import { writeLog } from './logs/write.ts';
import { figuresOf, runInTurn } from './rounds.ts';
import { rsyslog } from './rsyslog.ts';
import { bundle } from './image.ts';

export const throughput = benchmark({
  name: 'throughput',
  summary: 'a finished log file through the sidecar into a sink, in megabytes of log per CPU second',
  options: {
    mb: { default: 500, help: 'megabytes of log' },
    runs: { default: 3, help: 'runs of each row, in turn; the figures are medians' },
  },
  async run({ mb, runs: rounds }, { folder, signal, progress }) {
    const reference = rsyslog(folder);
    if (typeof reference === 'string') progress.step('rsyslog').fail(reference);
    const contestants = typeof reference === 'string' ? CONTESTANTS : [...CONTESTANTS, reference];
    const program = await bundle('sidecar');
    const path = join(folder, 'cri.log');
    const log = await during(progress, `A log of ${mb} MB`, async () => writeLog(path, jsonLines, mb * 1e6));
    const course = { program, log, sample: join(folder, 'body.ndjson'), signal };
    const runs = await runInTurn(contestants, { course, rounds, about: '' }, { folder, progress });
    const plain = runs.get(PLAIN_PATH.name)!;
    return [...runs].map(([name, own]) => ({ name, ...figuresOf(own, plain) }));
  },
});
