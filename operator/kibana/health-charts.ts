import { LOSS_REASON } from '../../api/names.ts';
import { bars, metric, table } from './charts.ts';
import { count, distinct, latest, overTime, sum, top } from './columns.ts';
import { HALF, NUMBER, WHOLE, type Placed } from './dashboard.ts';

const REASONS = Object.keys(LOSS_REASON);
const SEAL = 'tracewell.kind: seal';
/** KQL: a seal that accounts for lost bytes. */
const LOSSY = REASONS.map((reason) => `tracewell.lost.${reason} > 0`).join(' or ');

/** Charts of the dashboard of how delivery stands. */
export const HEALTH_CHARTS: readonly Placed[] = [
  [
    metric({
      id: 'tracewell-runs',
      title: 'Container runs begun',
      kind: 'files',
      columns: { runs: count('Container runs', 'tracewell.kind: start') },
    }),
    NUMBER,
  ],
  [
    metric({
      id: 'tracewell-sealed',
      title: 'Files sealed',
      kind: 'files',
      columns: { files: distinct('tracewell.file', 'Files', SEAL) },
    }),
    NUMBER,
  ],
  [
    metric({
      id: 'tracewell-lossy',
      title: 'Files with losses',
      kind: 'files',
      columns: { files: distinct('tracewell.file', 'Files', LOSSY) },
    }),
    NUMBER,
  ],
  [
    metric({
      id: 'tracewell-refused',
      title: 'Dead letters',
      kind: 'deadLetters',
      columns: { records: count('Dead letters') },
    }),
    NUMBER,
  ],
  [
    bars({
      id: 'tracewell-outcomes',
      title: 'What became of records',
      description: 'Of files that were finished in this time; one that was sealed twice counts twice.',
      kind: 'files',
      query: SEAL,
      columns: {
        time: overTime(),
        stored: sum('tracewell.stored.records', 'Stored'),
        discarded: sum('tracewell.discarded.records', 'Discarded by rule'),
        deadLettered: sum('tracewell.deadLettered.records', 'Dead letters'),
      },
    }),
    HALF,
  ],
  [
    bars({
      id: 'tracewell-lost',
      title: 'Lost bytes by reason',
      description: 'Of files that were finished in this time; one that was sealed twice counts twice.',
      kind: 'files',
      query: SEAL,
      columns: {
        time: overTime(),
        ...Object.fromEntries(REASONS.map((reason) => [reason, sum(`tracewell.lost.${reason}`, reason, 'bytes')])),
      },
    }),
    HALF,
  ],
  [
    bars({
      id: 'tracewell-altered',
      title: 'Records that are not as they were written',
      kind: 'logs',
      columns: {
        time: overTime(),
        repaired: count('Refused at first, stored as clean text', 'tracewell.repaired: *'),
        cut: count('Cut', 'tracewell.cut > 0'),
        continued: count('Continued in another record', 'tracewell.continued: true'),
        unframed: count('Not written by the container runtime', 'tracewell.format: unframed'),
      },
    }),
    HALF,
  ],
  [
    table({
      id: 'tracewell-refusals',
      title: 'Dead letters by reason',
      kind: 'deadLetters',
      columns: {
        namespace: top(10, 'kubernetes.namespace', 'Namespace', 'records'),
        pod: top(10, 'kubernetes.pod.name', 'Pod', 'records'),
        reason: top(10, 'tracewell.reason', 'Reason', 'records'),
        records: count('Dead letters'),
        last: latest('Last'),
      },
    }),
    HALF,
  ],
  [
    table({
      id: 'tracewell-versions',
      title: 'Versions of the sidecar',
      kind: 'files',
      query: 'tracewell.kind: start',
      columns: {
        version: top(10, 'tracewell.version', 'Version', 'runs'),
        runs: count('Container runs'),
        nodes: distinct('host.name', 'Nodes'),
        last: latest('Last begun'),
      },
    }),
    WHOLE,
  ],
];
