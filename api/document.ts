/**
 * A record in Elasticsearch, stream `logs-tracewell-<ns>`. The sidecar writes these as bytes; this type is for readers and tests.
 *
 * `_id` is `<tracewell.file>.<log.offset>.<tracewell.bytes>`: which file, where the record begins in it, how many of its bytes
 * the record covers. A retry or a second reading has the same name, and `create` answers 409.
 * Every top-level key is ours; what the application wrote, less what was promoted, stands under `app`.
 */
export interface LogDocument {
  /** The container runtime's stamp, nanoseconds, as it stands in the file; for a line without one, the time of reading. */
  '@timestamp': string;
  /** Absent for a line that the container runtime did not write in CRI form. */
  stream?: 'stdout' | 'stderr';
  /** Absent for a JSON payload that has no message of its own: its fields stand under `app`. */
  message?: string;
  'log.level'?: string;
  'trace.id'?: string;
  'span.id'?: string;
  'log.offset': number;
  tracewell: {
    /** Identity of the log file: 24 hex digits, see `sidecar/source/identity.ts`. */
    file: string;
    bytes: number;
    /** What the payload was recognised as; `unframed` is a line without a CRI header. */
    format: 'json' | 'text' | 'unframed';
    /** Bytes of the payload that were cut off past `limits.recordBytes`. */
    cut?: number;
    /** Elasticsearch refused the first form for this reason; this is the clean text. */
    repaired?: string;
  };
  kubernetes: {
    namespace: string;
    pod: { name: string };
    container: { name: string };
    /** The controlling workload under its kind in lower case: `deployment`, `statefulset`, `daemonset`, `job`, … */
    [workload: string]: string | { name: string };
  };
  'service.name': string;
  'host.name': string;
  'orchestrator.cluster.name'?: string;
  app?: Record<string, unknown>;
}

/** A record that Elasticsearch refuses in both forms, stream `logs-tracewell.deadletter-<ns>`, under the same `_id`. */
export interface DeadLetterDocument extends Pick<
  LogDocument,
  '@timestamp' | 'log.offset' | 'kubernetes' | 'host.name'
> {
  stream?: 'stdout' | 'stderr';
  /** The record's bytes as text, at most 256 KiB of them; kept, not indexed. */
  message: string;
  tracewell: { file: string; bytes: number; reason: string; error: string };
}
