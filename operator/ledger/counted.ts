import { DELAY_SECONDS } from '../../api/names.ts';
import type { Report, ReportedMeasures } from '../../api/report.ts';
import { countOf, type Kept, type Measured, type Named } from './sums.ts';

type Part = Pick<
  Report['files'][number],
  'size' | 'stored' | 'duplicates' | 'deadLettered' | 'discarded' | 'discardedBy' | 'redactedBy' | 'lost'
>;

/** What a report counts up to now, over all files of its pod. */
export interface Counted {
  kept: Kept;
  /** Bytes that are in the files and not answered for. */
  pendingBytes: number;
}

export function countedOf({ files, rest }: Pick<Report, 'files' | 'rest'>): Counted {
  const records = { stored: 0, duplicate: 0, rejected: 0, discarded: 0 };
  const bytes = { stored: 0, rejected: 0, discarded: 0 };
  const [lost, discards, redactions]: Record<string, number>[] = [{}, {}, {}];
  let pendingBytes = 0;
  const parts: Part[] = rest ? [...files, rest] : files;
  for (const { size, stored, duplicates, deadLettered, discarded, discardedBy, redactedBy, lost: lostBy } of parts) {
    records.stored += stored.records - duplicates;
    records.duplicate += duplicates;
    records.rejected += deadLettered.records;
    records.discarded += discarded.records;
    bytes.stored += stored.bytes;
    bytes.rejected += deadLettered.bytes;
    bytes.discarded += discarded.bytes;
    include(lost!, lostBy);
    include(discards!, discardedBy);
    include(redactions!, redactedBy);
    const lostBytes = Object.values(lostBy).reduce((sum, count) => sum + count, 0);
    pendingBytes += Math.max(0, size - stored.bytes - deadLettered.bytes - discarded.bytes - lostBytes);
  }
  return { kept: { records, bytes, lost: lost!, discards: discards!, redactions: redactions! }, pendingBytes };
}

/** Over which delays records are spread: under the upper bound of each bucket, in seconds. */
export const BUCKETS = [...DELAY_SECONDS.map(String), '+Inf'];

export function measuredOf({ delay, storage, formats, batches, retries }: ReportedMeasures): Measured {
  const { ms, records, buckets } = delay;
  const over = Math.max(0, records - buckets.reduce((sum, count) => sum + count, 0));
  const delays = Object.fromEntries([...buckets, over].map((count, i) => [BUCKETS[i]!, count]));
  return { delay: { ms, records }, delays, storage, formats, batches, retries };
}

function include(sum: Record<string, number>, more: Named): void {
  for (const [name, count] of Object.entries(more)) sum[name] = countOf(sum, name) + count;
}
