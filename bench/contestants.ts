import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { costOf, startNode, type Child, type Cost } from './child.ts';
import { addLog, makePod, STREAM } from './sidecar.ts';
import { countDocuments } from './sink/count.ts';
import { startSink, type Sink } from './sink/sink.ts';

/** What all contestants are given. */
export interface Course {
  /** The bundled sidecar. */
  program: string;
  log: { path: string; bytes: number; lines: number };
  /** Where the sidecar's first body is kept, for the contestant that only compresses. */
  sample: string;
  signal: AbortSignal;
}

/** What one run came to. `inputBytes`: of the log. */
export interface Run extends Cost {
  inputBytes: number;
  counted?: Sink['counted'];
}

export interface Contestant {
  name: string;
  /** `folder` is empty and its own. */
  run(course: Course, folder: string): Promise<Run>;
}

const DEADLINE_MS = 600_000;

/** The product first. Each run of a later one relies on the product's before it. */
export const CONTESTANTS: readonly Contestant[] = [
  { name: 'tracewell', run: (course, folder) => runSidecar(course, folder, true) },
  { name: 'tracewell, plain HTTP', run: (course, folder) => runSidecar(course, folder, false) },
  { name: 'plain', run: (course, folder) => runSidecar(course, folder, true, { TRACEWELL_ENGINE: 'plain' }) },
  { name: 'naive', run: runNaive },
  { name: 'gzip alone', run: runGzip },
];

function runSidecar(course: Course, folder: string, secure: boolean, more = {}): Promise<Run> {
  return withSink(course, secure, (sink) => {
    const pod = makePod(folder, sink.target);
    addLog(pod, 'app', course.log.path);
    return costOf(
      () => startNode([course.program], { ...pod.env, ...more }, course.signal),
      async (child) => {
        await sink.reached(course.log.lines, DEADLINE_MS);
        await child.stop();
      },
    );
  });
}

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

/** Compresses a body of the sidecar as often as there are such bodies in the log: what no one with this gzip can surpass. */
async function runGzip({ sample, log, signal }: Course): Promise<Run> {
  const lines = countDocuments(readFileSync(sample));
  const times = Math.max(1, Math.round(log.lines / lines));
  const cost = await costOf(
    () => startNode([join(import.meta.dirname, 'gzip.ts'), sample, String(times)], {}, signal),
    toItsEnd,
  );
  return { ...cost, inputBytes: (times * lines * log.bytes) / log.lines };
}

const toItsEnd = (child: Child) => child.ended;

/** Runs with a sink of its own, and fails unless it has counted every line of the log exactly once. */
async function withSink(
  { log, sample, signal }: Course,
  secure: boolean,
  measure: (sink: Sink) => Promise<Cost>,
): Promise<Run> {
  const sink = await startSink({ secure, stream: STREAM, sample }, signal);
  try {
    const cost = await measure(sink);
    if (sink.counted.documents !== log.lines)
      throw new Error(`the sink has counted ${sink.counted.documents} documents of a log of ${log.lines} lines`);
    return { ...cost, inputBytes: log.bytes, counted: sink.counted };
  } finally {
    await sink.stop();
  }
}
