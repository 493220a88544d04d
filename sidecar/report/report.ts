import { isoTime } from '../../runtime/iso-time.ts';
import type { ReportState } from '../../api/names.ts';
import type { Measured } from '../sink/measures.ts';
import { formatCheckpoint, type Checkpoint } from '../source/checkpoint.ts';
import { formatSum, together, type CheckpointSum } from '../source/gone.ts';

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
  /** Milliseconds since 1970. */
  lastAcknowledged: number | undefined;
  /** The longest unchanged first. */
  checkpoints: Iterable<Checkpoint>;
  /** The sum of those that were forgotten. */
  gone: CheckpointSum | undefined;
  measured: Measured;
  /** Bytes of a file now, where that is known. */
  sizeOf: (file: string) => number | undefined;
}

/** `REPORTED_FILES` of `api/report.ts`, whose schema is not loaded here. */
const FILES_AT_MOST = 64;
/** Of their text: the operator takes 256 KiB, and a file can have many rules. */
const BYTES_AT_MOST = 196_608;

/** A `Report` as JSON. A file stands in it as in its checkpoint; those that changed longest ago only in a sum, with those that are gone. */
export function formatReport({ at, state, checkpoints, gone, measured, sizeOf, ...facts }: Facts): string {
  const { reason, policy, revision, version, path, lastAcknowledged } = facts;
  const head = {
    version: 1,
    at,
    state,
    reason: reason?.slice(0, 256),
    policy,
    revision,
    sidecar: { version, path },
    lastAcknowledged: lastAcknowledged === undefined ? undefined : isoTime(lastAcknowledged),
  };
  const files: string[] = [];
  let bytes = 0;
  let rest = gone;
  for (const checkpoint of [...checkpoints].toReversed()) {
    const size = Math.max(checkpoint.size, sizeOf(checkpoint.file) ?? 0);
    const text = formatCheckpoint({ ...checkpoint, size });
    bytes += Buffer.byteLength(text);
    if (files.length < FILES_AT_MOST && bytes <= BYTES_AT_MOST) files.push(text);
    else rest = together(rest, { ...checkpoint, size });
  }
  const end = rest ? `,"rest":${formatSum(rest)}` : '';
  const measures = `"measures":${JSON.stringify(measured)}`;
  return `${JSON.stringify(head).slice(0, -1)},"files":[${files.join(',')}]${end},${measures}}`;
}
