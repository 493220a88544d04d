import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { during } from '../test/progress.ts';
import { benchmark, type Row } from './benchmark.ts';
import { sidecar, speedOf, type Run } from './course.ts';
import { accessLines } from './logs/access.ts';
import type { Application } from './logs/entry.ts';
import { javaLines } from './logs/java.ts';
import { logfmtLines } from './logs/logfmt.ts';
import { mixedLines } from './logs/mixed.ts';
import { textLines } from './logs/text.ts';
import { writeLog } from './logs/write.ts';
import { figuresOf, runInTurn } from './rounds.ts';
import { ALL_REDACTIONS, type Special } from './pod.ts';
import { bundle } from './image.ts';
import { median } from './statistics.ts';

interface Format {
  name: string;
  application: Application;
  logs?: NonNullable<Special['logs']>;
}

const FORMATS: readonly Format[] = [
  { name: 'plain text', application: textLines },
  { name: 'logfmt', application: logfmtLines },
  { name: 'access logs', application: accessLines },
  { name: 'Java stack traces', application: javaLines },
  { name: 'all redactions', application: mixedLines, logs: { redact: ALL_REDACTIONS } },
];

export const formats = benchmark({
  name: 'formats',
  summary: 'other logs than JSON through the engine and through the plain path, in megabytes of log per CPU second',
  options: {
    mb: { default: 500, help: 'megabytes of log, of each format' },
    runs: { default: 3, help: 'runs of each, in turn; the figures are medians' },
  },
  async run({ mb, runs: rounds }, { folder, signal, progress }) {
    const program = await bundle('sidecar');
    const rows: Row[] = [];
    for (const { name, application, logs = {} } of FORMATS) {
      const own = join(folder, name);
      mkdirSync(own);
      const path = join(own, 'cri.log');
      const log = await during(progress, `${name}: ${mb} MB`, async () => writeLog(path, application, mb * 1e6));
      const course = { program, log, sample: join(own, 'body.ndjson'), signal };
      const [engine, plain] = [sidecar('engine', { logs }), sidecar('plain path', { logs, isPlain: true })];
      const about = { course, rounds, about: `${name}, ` };
      const runs = await runInTurn([engine, plain], about, { folder: own, progress });
      const [byEngine, byPlain] = [engine, plain].map((contestant) => runs.get(contestant.name)!) as [Run[], Run[]];
      const plainMbPerCpuSecond = median(byPlain.map(speedOf));
      rows.push({ name, ...figuresOf(byEngine, byPlain), plainMbPerCpuSecond });
      rmSync(own, { recursive: true });
    }
    return rows;
  },
});
