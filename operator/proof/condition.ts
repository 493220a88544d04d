import { CONDITION } from '../../api/names.ts';
import type { Finding as Condition } from '../reconcile/status.ts';
import { REASON, sentenceOf, type Finding } from './finding.ts';
import type { Audited } from './standing.ts';

/** What is said first. */
const ORDER: readonly Finding['result'][] = ['missing', 'doubled', 'surplus', 'unproven'];

/** The condition Verified: whether what was acknowledged is in Elasticsearch. `trouble`: why it cannot be looked at. */
export function verifiedFinding(
  { files }: Audited,
  findings: readonly Finding[],
  trouble: string | undefined,
): Condition {
  const type = CONDITION.Verified;
  const sorted = findings.toSorted(
    (a, b) => ORDER.indexOf(a.result) - ORDER.indexOf(b.result) || b.at - a.at || (a.file < b.file ? -1 : 1),
  );
  const [first] = sorted;
  if (first) {
    const others = sorted.length - 1;
    const more = others > 0 ? ` ${others === 1 ? 'One more file is' : `${others} more files are`} not proved.` : '';
    return { type, status: 'False', reason: REASON[first.result], message: `${sentenceOf(first)}${more}` };
  }
  if (files > 0) {
    const message =
      files === 1
        ? 'The file that was audited in the last hour is proved: all that Elasticsearch has acknowledged of it is there.'
        : `All ${files} files that were audited in the last hour are proved: all that Elasticsearch has acknowledged of them is there.`;
    return { type, status: 'True', reason: 'Proved', message };
  }
  if (trouble !== undefined) return { type, status: 'Unknown', reason: 'NotAudited', message: trouble };
  return { type, status: 'Unknown', reason: 'NotAudited', message: 'No file was audited in the last hour.' };
}
