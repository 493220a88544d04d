import type { Claim } from './claim.ts';
import { isSame, type Shelves, type Sums } from './sums.ts';

/** How often which came out is the metric `tracewell_audited_files_total`. */
export const RESULTS = ['proved', 'missing', 'surplus', 'doubled', 'unproven'] as const;
export type Result = (typeof RESULTS)[number];

/** What the comparison of sums comes to; a closer look may find that what is too much is doubled. */
export type Verdict =
  | { result: 'proved' }
  | {
      result: Exclude<Result, 'proved'>;
      /** At least so many, where other extents stand in the place of some. */
      records: number;
      /** Of the file, that they cover; 0 where only their places differ. */
      bytes: number;
    };

/**
 * A file is proved when number, bytes and sum of offsets of its documents are what was acknowledged, of records and of dead
 * letters each, and when all classes of a sealed file add up to its size. What is missing is said before what is too much.
 */
export function verdictOf(claim: Claim, found: Shelves): Verdict {
  const shelves = (['stored', 'deadLettered'] as const).map((shelf) => compare(claim[shelf], found[shelf]));
  const verdicts = [...shelves, sizeOf(claim)];
  for (const result of ['missing', 'surplus'] as const) {
    const bad = verdicts.flatMap((one) => (one.result === result ? [one] : []));
    if (bad.length > 0) {
      const sum = (of: 'records' | 'bytes') => bad.reduce((all, one) => all + one[of], 0);
      return { result, records: sum('records'), bytes: sum('bytes') };
    }
  }
  return { result: 'proved' };
}

function compare(said: Sums, found: Sums): Verdict {
  if (isSame(said, found)) return { result: 'proved' };
  const records = said.records - found.records;
  const bytes = said.bytes - found.bytes;
  if (records > 0) return { result: 'missing', records, bytes: Math.max(0, bytes) };
  if (records < 0) return { result: 'surplus', records: -records, bytes: Math.max(0, -bytes) };
  // As many, and not the same: at least one of those that were acknowledged is not there as it was.
  return { result: 'missing', records: 1, bytes: Math.max(0, bytes) };
}

/** A seal that does not keep its own equation. */
function sizeOf({ size, stored, deadLettered, discardedBytes, lostBytes }: Claim): Verdict {
  if (size === undefined) return { result: 'proved' };
  const bytes = size - (stored.bytes + deadLettered.bytes + discardedBytes + lostBytes);
  if (bytes === 0) return { result: 'proved' };
  return { result: bytes > 0 ? 'missing' : 'surplus', records: 0, bytes: Math.abs(bytes) };
}
