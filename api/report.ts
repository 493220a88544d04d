import * as z from 'zod';
import { DELAY_SECONDS, REPORT_STATE } from './names.ts';

const count = z.number().int().min(0);
const sums = z.object({
  records: count,
  bytes: count.describe('Of the file, that the records cover.'),
  offsets: z
    .string()
    .regex(/^\d{1,40}$/)
    .describe('Sum of the offsets at which they begin: it outgrows 2^53.'),
});
const byName = z
  .record(z.string().max(64), count)
  .refine((names) => Object.keys(names).length <= 128, 'too many names');

const counts = {
  size: count.describe('Bytes when it was looked at last.'),
  stored: sums.describe('Acknowledged by Elasticsearch as stored now or stored already.'),
  duplicates: count.describe('How many of the stored ones were there already.'),
  deadLettered: sums,
  discarded: sums.describe('Left out by a rule of the policy.'),
  discardedBy: byName.describe('Discarded records by rule.'),
  redactedBy: byName.describe('How often which rule replaced something.'),
  unframed: count.describe('Records without a CRI header.'),
  lost: byName.describe('Bytes that will never be read, by reason.'),
};

/** A log file as its checkpoint stands: absolute values, which never shrink. Not answered for of it is `size` less all else. */
export const reportedFile = z.object({
  file: z.string().regex(/^[0-9a-f]{24}$/),
  container: z.string().max(253),
  run: count,
  generation: count,
  lanes: z
    .object({ stdout: count, stderr: count, unframed: count })
    .describe('Up to where each stream of it is answered for.'),
  ...counts,
  ended: z.boolean().describe('Nothing more is written to it, and all of it is answered for.'),
  sealed: count.optional().describe('Its size when it was sealed.'),
});
export type ReportedFile = z.output<typeof reportedFile>;

/** What is measured while a sidecar runs, batch by batch: absolute since `since`, the start of its process. */
export const reportedMeasures = z.object({
  since: count.describe('When the process began, milliseconds since 1970: with another one all begins anew.'),
  delay: z
    .object({
      ms: count.describe('Sum over the records.'),
      records: count,
      buckets: z
        .array(count)
        .length(DELAY_SECONDS.length)
        .describe('Records with a delay up to each of `DELAY_SECONDS` and above the one before.'),
    })
    .describe('From the stamps of lines to the acknowledgement of their batch, by a sample of each batch.'),
  storage: z
    .object({ ms: count, records: count })
    .describe('Elasticsearch’s `took`, and the records of the requests that it was said of.'),
  formats: byName.describe('Acknowledged records by what their payload was recognised as, by the same sample.'),
  batches: byName.describe('Requests by what came of them: stored, partly, refused, failed.'),
  retries: byName.describe('Requests after which records were sent again, by reason.'),
  oldest: count
    .optional()
    .describe('Stamp of the oldest record that was sent and is not acknowledged, milliseconds since 1970.'),
});
export type ReportedMeasures = z.output<typeof reportedMeasures>;

/** Files of one report; of those that changed longest ago only the sum is told. */
export const REPORTED_FILES = 64;

/**
 * What a sidecar posts to the operator: how it stands. Repeating or reordering does no harm, for all values are absolute, and
 * `at` tells which report is the newer one. Whose it is stands in no report: that is the token's to say.
 */
export const report = z.object({
  version: z.literal(1),
  at: count.describe('When it was made, milliseconds since 1970: greater than that of every report before it.'),
  state: z.enum(REPORT_STATE),
  reason: z.string().max(256).optional().describe('Why it is held up.'),
  policy: z.string().max(317).optional().describe('`<Kind>.<name>` of the policy that it runs, or ran last.'),
  revision: z.string().max(64).optional().describe('Of the configuration that it runs; absent: it has none yet.'),
  sidecar: z.object({ version: z.string().max(64), path: z.enum(['engine', 'plain']) }),
  lastAcknowledged: z.iso.datetime().optional().describe('When Elasticsearch took records last.'),
  files: z.array(reportedFile).max(REPORTED_FILES).describe('Those that changed last.'),
  rest: z
    .object({ files: count, ...counts })
    .optional()
    .describe(
      'The sum over all other files, those that are gone from the node included: what a pod has said never shrinks.',
    ),
  measures: reportedMeasures.optional(),
});
export type Report = z.output<typeof report>;

/** What the operator answers: in how many seconds the next report is wanted. */
export const reportAnswer = z.object({ nextSeconds: z.number().int().min(1).max(3600) });
export type ReportAnswer = z.output<typeof reportAnswer>;
