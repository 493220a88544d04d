import type { LossReason } from '../api/names.ts';
import type { Checkpoint } from './source/checkpoint.ts';

/** What became of everything that was read, in records, and of what never was, in bytes: absolute values. */
export interface Totals {
  files: number;
  /** `stored + duplicates + deadLettered + discarded`: a record that is not answered for is read again. */
  read: number;
  stored: number;
  /** Found to be stored already. */
  duplicates: number;
  deadLettered: number;
  /** Left out by a rule. */
  discarded: number;
  /** How often a rule replaced something in those that were sent. */
  redactions: number;
  /** How many of those read came without a CRI header. */
  unframed: number;
  lostBytes: Partial<Record<LossReason, number>>;
}

export function totalsOf(checkpoints: Iterable<Checkpoint>): Totals {
  const counts = {
    files: 0,
    read: 0,
    stored: 0,
    duplicates: 0,
    deadLettered: 0,
    discarded: 0,
    redactions: 0,
    unframed: 0,
  };
  const totals: Totals = { ...counts, lostBytes: {} };
  for (const { stored, duplicates, deadLettered, discarded, redactedBy, unframed, lost } of checkpoints) {
    totals.files++;
    totals.read += stored.records + deadLettered.records + discarded.records;
    totals.stored += stored.records - duplicates;
    totals.duplicates += duplicates;
    totals.deadLettered += deadLettered.records;
    totals.discarded += discarded.records;
    totals.redactions += Object.values(redactedBy).reduce((sum, count) => sum + count, 0);
    totals.unframed += unframed;
    for (const [reason, bytes] of Object.entries(lost) as [LossReason, number][]) {
      totals.lostBytes[reason] = (totals.lostBytes[reason] ?? 0) + bytes;
    }
  }
  return totals;
}

/** As fields of a log line: the lost bytes one field each. */
export function fieldsOf({ lostBytes, ...counts }: Totals): Record<string, number> {
  const lost = Object.entries(lostBytes).map(([reason, bytes]) => [`lost${reason}Bytes`, bytes] as const);
  return { ...counts, ...Object.fromEntries(lost) };
}
