import { bars, metric, table } from './charts.ts';
import { count, distinct, latest, overTime, sum, top } from './columns.ts';
import { HALF, NUMBER, type Placed } from './dashboard.ts';
import { ERRORS } from './searches.ts';

/** Charts of the dashboard of what applications say. */
export const LOG_CHARTS: readonly Placed[] = [
  [metric({ id: 'tracewell-records', title: 'Records', kind: 'logs', columns: { records: count('Records') } }), NUMBER],
  [
    metric({
      id: 'tracewell-volume',
      title: 'Bytes of log files',
      kind: 'logs',
      columns: { bytes: sum('tracewell.bytes', 'Bytes', 'bytes') },
    }),
    NUMBER,
  ],
  [
    metric({
      id: 'tracewell-error-count',
      title: 'Errors',
      kind: 'logs',
      columns: { errors: count('Errors', ERRORS) },
    }),
    NUMBER,
  ],
  [
    metric({
      id: 'tracewell-pods',
      title: 'Pods that say something',
      kind: 'logs',
      columns: { pods: distinct('kubernetes.pod.name', 'Pods') },
    }),
    NUMBER,
  ],
  [
    bars({
      id: 'tracewell-levels',
      title: 'Records by level',
      kind: 'logs',
      columns: { level: top(10, 'log.level', 'Level', 'records'), time: overTime(), records: count('Records') },
    }),
    HALF,
  ],
  [
    bars({
      id: 'tracewell-namespaces',
      title: 'Volume by namespace',
      kind: 'logs',
      columns: {
        namespace: top(10, 'kubernetes.namespace', 'Namespace', 'bytes'),
        time: overTime(),
        bytes: sum('tracewell.bytes', 'Bytes', 'bytes'),
      },
    }),
    HALF,
  ],
  [
    table({
      id: 'tracewell-workloads',
      title: 'Workloads',
      kind: 'logs',
      columns: {
        namespace: top(10, 'kubernetes.namespace', 'Namespace', 'records'),
        service: top(20, 'service.name', 'Service', 'records'),
        records: count('Records'),
        errors: count('Errors', ERRORS),
        bytes: sum('tracewell.bytes', 'Bytes', 'bytes'),
        last: latest('Last record'),
      },
    }),
    HALF,
  ],
  [
    table({
      id: 'tracewell-top-errors',
      title: 'Top errors',
      description: 'By the type that the application gave, where it gave one.',
      kind: 'logs',
      query: 'error.type: *',
      columns: {
        type: top(20, 'error.type', 'Error', 'records'),
        service: top(5, 'service.name', 'Service', 'records'),
        records: count('Records'),
        last: latest('Last record'),
      },
    }),
    HALF,
  ],
];
