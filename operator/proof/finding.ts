import * as z from 'zod';
import type { Origin } from './claim.ts';

/** Why a file is not proved: reason of the condition Verified and of the Events, field `reason` of the log. */
export const REASON = {
  missing: 'RecordsMissing',
  surplus: 'RecordsSurplus',
  doubled: 'RecordsDoubled',
  unproven: 'FilesUnproven',
} as const;

const text = z.string().max(400);
const count = z.number().int().min(0);

/** A file that is not proved, as it is kept from one leader to the next. */
export const finding = z.object({
  result: z.enum(['missing', 'surplus', 'doubled', 'unproven']),
  of: z.object({ namespace: text, pod: text, container: text, run: count }),
  file: text,
  /** `<Kind>.<name>` of the policy that governs it; absent: none does any more. */
  policy: text.optional(),
  records: count,
  bytes: count,
  /** What a closer look has shown. */
  detail: text,
  /** When it was found, milliseconds since 1970. */
  at: count,
});
export type Finding = z.output<typeof finding>;

/** How long a finding stands in conditions and metrics when the file does not come right. */
export const FINDING_MS = 86_400_000;

const many = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Which file, for people. */
export const placeOf = ({ namespace, pod, container, run }: Origin, file: string): string =>
  `file ${file} of pod ${namespace}/${pod} (container ${container}, restart ${run})`;

const CURE =
  'Whoever can write to the stream may have deleted or altered documents, or Elasticsearch has lost them: docs/proof.md says how to find out.';

/** One sentence or two: what is wrong with which file, what a closer look has shown, and what to do. */
export function sentenceOf({ result, of, file, records, bytes, detail }: Finding): string {
  const place = placeOf(of, file);
  const what = `${many(records, 'record')} (${many(bytes, 'byte')})`;
  const more = detail ? ` ${detail}` : '';
  const sentences: Record<Finding['result'], string> = {
    missing: `${what} of ${place} were acknowledged, and are not in Elasticsearch as they were.${more} ${CURE}`,
    surplus: `${what} too many of ${place} are in Elasticsearch.${more} ${CURE}`,
    doubled: `${what} of ${place} are in Elasticsearch twice.${more}`,
    unproven: `The pod is gone, and ${place} has no seal: whether all of it was delivered is not proved.${more} It was killed before it could deliver, or Elasticsearch did not take the seal: docs/proof.md.`,
  };
  return sentences[result];
}
