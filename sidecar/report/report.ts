import type { ReportState } from '../../api/names.ts';
import { addByRule } from '../sink/settle.ts';
import { formatCheckpoint, freshCheckpoint, type Checkpoint, type Sums } from '../source/checkpoint.ts';

/** How the sidecar stands: what a report tells. */
export interface Facts {
  /** Milliseconds since 1970. */
  at: number;
  state: ReportState;
  reason: string | undefined;
  /** `<Kind>.<name>`. */
  policy: string | undefined;
  revision: string | undefined;
  version: string;
  path: 'engine' | 'plain';
  lastAcknowledged: Date | undefined;
  /** The longest unchanged first. */
  checkpoints: Iterable<Checkpoint>;
  /** Bytes of a file now, where that is known. */
  sizeOf: (file: string) => number | undefined;
}

/** `REPORTED_FILES` of `api/report.ts`, whose schema is not loaded here. */
const FILES_AT_MOST = 64;
/** Of their text: the operator takes 256 KiB, and a file can have many rules. */
const BYTES_AT_MOST = 196_608;

/** A `Report` as JSON. A file stands in it as in its checkpoint; those that changed longest ago only in a sum. */
export function formatReport({ at, state, checkpoints, sizeOf, ...facts }: Facts): string {
  const { reason, policy, revision, version, path, lastAcknowledged } = facts;
  const head = {
    version: 1,
    at,
    state,
    reason: reason?.slice(0, 256),
    policy,
    revision,
    sidecar: { version, path },
    lastAcknowledged: lastAcknowledged?.toISOString(),
  };
  const files: string[] = [];
  let bytes = 0;
  let rest: Rest | undefined;
  for (const checkpoint of [...checkpoints].toReversed()) {
    const size = Math.max(checkpoint.size, sizeOf(checkpoint.file) ?? 0);
    const text = formatCheckpoint({ ...checkpoint, size });
    bytes += Buffer.byteLength(text);
    if (files.length < FILES_AT_MOST && bytes <= BYTES_AT_MOST) files.push(text);
    else rest = together(rest, { ...checkpoint, size });
  }
  const end = rest ? `,"rest":${formatRest(rest)}` : '';
  return `${JSON.stringify(head).slice(0, -1)},"files":[${files.join(',')}]${end}}`;
}

interface Rest {
  files: number;
  sum: Checkpoint;
}

function together(rest: Rest | undefined, { size, lost, ...more }: Checkpoint): Rest {
  const { files, sum } = rest ?? { files: 0, sum: freshCheckpoint({ file: '', container: '', run: 0, generation: 0 }) };
  return {
    files: files + 1,
    sum: {
      ...sum,
      size: sum.size + size,
      stored: plus(sum.stored, more.stored),
      duplicates: sum.duplicates + more.duplicates,
      deadLettered: plus(sum.deadLettered, more.deadLettered),
      discarded: plus(sum.discarded, more.discarded),
      discardedBy: addByRule(sum.discardedBy, more.discardedBy),
      redactedBy: addByRule(sum.redactedBy, more.redactedBy),
      unframed: sum.unframed + more.unframed,
      lost: addByRule(sum.lost, lost),
    },
  };
}

const plus = (a: Sums, b: Sums): Sums => ({
  records: a.records + b.records,
  bytes: a.bytes + b.bytes,
  offsets: a.offsets + b.offsets,
});

/** As a checkpoint, and how many files it is the sum of: whoever reads it leaves out what is of one file only. */
const formatRest = ({ files, sum }: Rest): string => `{"files":${files},${formatCheckpoint(sum).slice(1)}`;
