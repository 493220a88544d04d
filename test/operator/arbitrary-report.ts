import * as fc from 'fast-check';
import { DELAY_SECONDS, LOSS_REASON } from '../../api/names.ts';
import type { Report, ReportedFile, ReportedMeasures } from '../../api/report.ts';
import { reportOf } from './report.ts';

const count = fc.nat(1e9);
const sums = fc.record({ records: count, bytes: count, offsets: fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String) });
const named = (...names: string[]) => fc.dictionary(fc.constantFrom(...names), count);
const counts = {
  size: count,
  stored: sums,
  duplicates: count,
  deadLettered: sums,
  discarded: sums,
  discardedBy: named('a1b2c3d4', 'constructor'),
  redactedBy: named('card', 'jwt'),
  unframed: count,
  lost: named(...Object.keys(LOSS_REASON)),
};

const file: fc.Arbitrary<ReportedFile> = fc
  .record(
    {
      file: fc.stringMatching(/^[0-9a-f]{24}$/),
      container: fc.string({ maxLength: 20 }),
      run: count,
      generation: count,
      lanes: fc.record({ stdout: count, stderr: count, unframed: count }),
      ...counts,
      ended: fc.boolean(),
      sealed: count,
    },
    { requiredKeys: ['file', 'container', 'run', 'generation', 'lanes', 'ended', ...keysOf(counts)] },
  )
  .map((one) => one as ReportedFile);

const measures: fc.Arbitrary<ReportedMeasures> = fc.record({
  since: fc.constantFrom(1, 2),
  delay: fc.record({
    ms: count,
    records: count,
    buckets: fc.array(count, { minLength: DELAY_SECONDS.length, maxLength: DELAY_SECONDS.length }),
  }),
  storage: fc.record({ ms: count, records: count }),
  formats: named('json', 'text'),
  batches: named('stored', 'failed'),
  retries: named('429', 'ECONNREFUSED'),
  oldest: count,
});

/** Any report that the schema takes. */
export const arbitraryReport = (): fc.Arbitrary<Report> =>
  fc
    .record(
      { files: fc.array(file, { maxLength: 3 }), rest: fc.record({ files: count, ...counts }), measures },
      { requiredKeys: ['files'] },
    )
    .map((changes) => reportOf(changes));

function keysOf<T extends object>(of: T): (keyof T)[] {
  return Object.keys(of) as (keyof T)[];
}
