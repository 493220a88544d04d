import { existsSync } from 'node:fs';
import { costOf, startNode, type Child, type Cost } from './child.ts';
import type { WrittenLog } from './logs/write.ts';
import { addLog, makePod, STREAM, type Special } from './pod.ts';
import { startSink, type Sink } from './sink/sink.ts';

/** What all contestants are given. */
export interface Course {
  /** What Node.js is given to run the bundled sidecar. */
  program: readonly string[];
  log: WrittenLog;
  /** Where the body of the very first request is kept, for the contestant that only compresses. */
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

export const speedOf = ({ inputBytes, cpuSeconds }: Run): number => inputBytes / 1e6 / cpuSeconds;

/** A sidecar that reads the whole log, of a pod that is special in this. */
export function sidecar(name: string, special: Special & { isSecure?: boolean } = {}): Contestant {
  return {
    name,
    run: (course, folder) =>
      withSink(course, special.isSecure ?? true, (sink) => {
        const pod = makePod(folder, sink.target, special);
        addLog(pod, 'app', course.log.path);
        return costUntilStored(course, sink, () => startNode(course.program, pod.env, course.signal));
      }),
  };
}

/** Measures a child until all records of the log have come, and its end after that. */
export function costUntilStored({ log }: Course, sink: Sink, start: () => Child): Promise<Cost> {
  return costOf(start, async (child) => {
    await sink.reached(log.records, DEADLINE_MS);
    await child.stop();
  });
}

/** Runs with a sink of its own, and fails unless it has counted every record of the log exactly once. */
export async function withSink(
  { log, sample, signal }: Course,
  secure: boolean,
  measure: (sink: Sink) => Promise<Cost>,
): Promise<Run> {
  const sink = await startSink({ secure, stream: STREAM, sample: existsSync(sample) ? undefined : sample }, signal);
  try {
    const cost = await measure(sink);
    if (sink.counted.documents !== log.records)
      throw new Error(`the sink has counted ${sink.counted.documents} documents of a log of ${log.records} records`);
    return { ...cost, inputBytes: log.bytes, counted: sink.counted };
  } finally {
    await sink.stop();
  }
}
