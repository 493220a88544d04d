import type { PolicyStatus } from '../../api/policy.ts';
import type { Standing } from './book.ts';
import { analysisRatio, captureRatio, readBytes, readRecords, storageSeconds, transportSeconds } from './measures.ts';
import { countOf, totalOf } from './sums.ts';

/** What a policy's status says of its records. */
export type Figures = Pick<PolicyStatus, 'records' | 'ratios' | 'delays' | 'lastAcknowledged'>;

/** `queried`: the query ratio, which the audit of the store knows. */
export function figuresOf(standing: Standing, queried?: number): Figures {
  const { sums, pendingBytes, lastAcknowledged } = standing;
  const records = (outcome: string) => whole(countOf(sums.records, outcome));
  return {
    records: {
      read: whole(readRecords(standing)),
      stored: records('stored'),
      duplicate: records('duplicate'),
      rejected: records('rejected'),
      discarded: records('discarded'),
      readBytes: whole(readBytes(standing)),
      pendingBytes: whole(pendingBytes),
      lostBytes: whole(totalOf(sums.lost)),
    },
    ratios: defined({
      capture: rounded(captureRatio(standing)),
      analysed: rounded(analysisRatio(standing)),
      queried: rounded(queried),
    }),
    delays: defined({
      transportSeconds: seconds(transportSeconds(standing)),
      storageSeconds: seconds(storageSeconds(standing)),
    }),
    ...defined({ lastAcknowledged }),
  };
}

/** What pods say may be anything; a whole number of more digits the API server would take for none. */
const whole = (count: number): number => Math.min(count, Number.MAX_SAFE_INTEGER);

/** Four digits, and never 1 when something is missing. */
const rounded = (ratio: number | undefined): number | undefined =>
  ratio === undefined ? undefined : Math.floor(ratio * 10_000) / 10_000;

/** Three digits are more than anybody reads. */
const seconds = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Number(value.toPrecision(3));

/** Without what is undefined. */
function defined<T extends object>(of: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
