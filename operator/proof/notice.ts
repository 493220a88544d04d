import type { Notice } from '../events.ts';
import { REASON, sentenceOf, type Finding } from './finding.ts';

/** That a file is not proved. `uid`: its pod's, if that is there. */
export function findingNotice(finding: Finding, uid: string | undefined): Notice {
  const { result, of, file, records } = finding;
  return {
    regarding: about(finding, uid),
    type: 'Warning',
    reason: REASON[result],
    action: 'Audit',
    note: sentenceOf(finding),
    series: `${of.namespace} ${file} ${result}`,
    count: Math.max(1, records),
  };
}

/** That copies were removed, and all is well since. */
export function removedNotice(
  finding: Pick<Finding, 'of' | 'file'>,
  { records, bytes }: { records: number; bytes: number },
  uid: string | undefined,
): Notice {
  const { of, file } = finding;
  return {
    regarding: about(finding, uid),
    type: 'Normal',
    reason: REASON.doubled,
    action: 'Remove',
    note: `${records} records (${bytes} bytes) of file ${file} (container ${of.container}, restart ${of.run}) were in Elasticsearch twice, for they had been sent again across a rollover. The newer copies were removed, and the file is proved.`,
    series: `${of.namespace} ${file} removed`,
    count: records,
  };
}

function about({ of: { namespace, pod: name } }: Pick<Finding, 'of'>, uid: string | undefined): Notice['regarding'] {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, ...(uid ? { uid } : {}) };
}
