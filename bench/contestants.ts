import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, startNode, type Child } from './child.ts';
import { sidecar, withSink, type Contestant, type Course, type Run } from './course.ts';
import { STREAM } from './pod.ts';
import { countDocuments } from './sink/count.ts';

/** Of the part that all documents share when `logs.metadata` brings everything that there is. */
const FULL_METADATA_BYTES = 705;

export const PLAIN_PATH: Contestant = sidecar('plain path', { isPlain: true });

/** The same log through all of them, the product first. Each run of the last one relies on one before it. */
export const CONTESTANTS: readonly Contestant[] = [
  sidecar('tracewell'),
  sidecar('tracewell, plain HTTP', { isSecure: false }),
  sidecar('tracewell, full metadata', { constantBytes: FULL_METADATA_BYTES }),
  PLAIN_PATH,
  { name: 'naive', run: runNaive },
  { name: 'gzip alone', run: runGzip },
];

function runNaive(course: Course, folder: string): Promise<Run> {
  return withSink(course, true, ({ target }) => {
    const ca = join(folder, 'ca.crt');
    writeFileSync(ca, target.ca!);
    const args = [
      join(import.meta.dirname, 'naive.ts'),
      course.log.path,
      `${target.url}/${STREAM}/_bulk`,
      target.apiKey,
    ];
    return costOf(() => startNode(args, { NODE_EXTRA_CA_CERTS: ca }, course.signal), toItsEnd);
  });
}

/** Compresses a body as often as there are such bodies in the log: what no one with this gzip can surpass. */
async function runGzip({ sample, log, signal }: Course): Promise<Run> {
  const records = countDocuments(readFileSync(sample));
  const times = Math.max(1, Math.round(log.records / records));
  const cost = await costOf(
    () => startNode([join(import.meta.dirname, 'gzip.ts'), sample, String(times)], {}, signal),
    toItsEnd,
  );
  return { ...cost, inputBytes: (times * records * log.bytes) / log.records };
}

const toItsEnd = (child: Child) => child.ended;
