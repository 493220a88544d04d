import { DELAY_SECONDS } from '../../api/names.ts';
import type { Report, ReportedFile, ReportedMeasures } from '../../api/report.ts';
import type { TokenStatus } from '../../operator/reports/identity.ts';

const NONE = { records: 0, bytes: 0, offsets: '0' };

export function reportedFile(changes: Partial<ReportedFile> = {}): ReportedFile {
  return {
    file: '0a7ea830851c988f69d5ddea',
    container: 'app',
    run: 0,
    generation: 0,
    lanes: { stdout: 164, stderr: 164, unframed: 164 },
    size: 300,
    stored: { records: 1, bytes: 164, offsets: '0' },
    duplicates: 0,
    deadLettered: NONE,
    discarded: NONE,
    discardedBy: {},
    redactedBy: { card: 1 },
    unframed: 0,
    lost: {},
    ended: false,
    ...changes,
  };
}

export function reportedMeasures(changes: Partial<ReportedMeasures> = {}): ReportedMeasures {
  return {
    since: 1_767_323_000_000,
    delay: { ms: 0, records: 0, buckets: DELAY_SECONDS.map(() => 0) },
    storage: { ms: 0, records: 0 },
    formats: {},
    batches: {},
    retries: {},
    ...changes,
  };
}

/** A report as a sidecar that delivers posts it. */
export function reportOf(changes: Partial<Report> = {}): Report {
  return {
    version: 1,
    at: 1_767_323_045_000,
    state: 'Delivering',
    policy: 'TracingPolicy.all',
    revision: 'first',
    sidecar: { version: '0.1.0', path: 'engine' },
    lastAcknowledged: '2026-01-02T03:04:05.000Z',
    files: [reportedFile()],
    ...changes,
  };
}

/** What the API server says of the token of a pod. */
export function podToken(name: string, namespace = 'shop'): TokenStatus {
  return {
    authenticated: true,
    audiences: ['tracewell'],
    user: {
      username: `system:serviceaccount:${namespace}:default`,
      extra: {
        'authentication.kubernetes.io/pod-name': [name],
        'authentication.kubernetes.io/pod-uid': [`uid-of-${name}`],
      },
    },
  };
}
