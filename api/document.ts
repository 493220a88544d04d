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
  /** One word in lower case, as the application has it: `warn`, `warning`, `err`, `information`. */
  'log.level'?: string;
  /** 32 hex digits in lower case, whatever form the application wrote; when that was another, it stands under `app`, too. */
  'trace.id'?: string;
  /** 16 hex digits in lower case, by the same rule. */
  'span.id'?: string;
  'log.logger'?: string;
  'log.origin.file.name'?: string;
  'log.origin.file.line'?: number;
  'process.name'?: string;
  'process.pid'?: number;
  'error.type'?: string;
  'error.message'?: string;
  'error.stack_trace'?: string;
  'http.request.method'?: string;
  'http.response.status_code'?: number;
  'http.response.body.bytes'?: number;
  /** `1.1`, `2.0`. */
  'http.version'?: string;
  /** A URL as it was requested: often a path and a query. */
  'url.original'?: string;
  'url.path'?: string;
  'url.full'?: string;
  /** An address or a name: whatever the application took for its client. */
  'client.address'?: string;
  'user_agent.original'?: string;
  /** Nanoseconds. */
  'event.duration'?: number;
  'log.offset': number;
  tracewell: {
    /** Identity of the log file: 24 hex digits, see `sidecar/source/identity.ts`. */
    file: string;
    bytes: number;
    /** What the payload was recognised as (docs/formats.md); `unframed` is a line without a CRI header. */
    format: 'json' | 'klog' | 'access' | 'syslog' | 'logfmt' | 'text' | 'unframed';
    /** Bytes of the payload that were cut off past `limits.recordBytes`. */
    cut?: number;
    /** It goes on where another record ended: in the file before, or because that was full. */
    continued?: true;
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
  /** What the application calls itself; where it does not, its label, its workload or its pod: `sidecar/pod.ts`. */
  'service.name': string;
  'host.name': string;
  'orchestrator.cluster.name'?: string;
  /** The members of a JSON object or of a line of logfmt, without what was taken into the fields above. */
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

/** The fields by which a document of the stream `logs-tracewell.files-<ns>` says where its files are from. */
type FileOrigin = Pick<LogDocument, 'service.name' | 'host.name' | 'orchestrator.cluster.name'>;

/**
 * A container run whose files are captured, stream `logs-tracewell.files-<ns>`: what would otherwise stand in each of its
 * records. One per run: `_id` is 24 hex digits, the first 96 bits of SHA-256 over `uid \n container \n run \n`, and `.start`.
 */
export interface StartDocument extends FileOrigin {
  /** When the sidecar saw the first of its files. */
  '@timestamp': string;
  tracewell: {
    kind: 'start';
    /** How often the container was restarted before. */
    run: number;
    /** Of the sidecar. */
    version: string;
  };
  kubernetes: {
    namespace: string;
    pod: { name: string; uid: string };
    node: { name: string };
    container: { name: string };
    /** The pod's, at that time; kept, not indexed. */
    labels: Record<string, string>;
    /** As in `LogDocument`. */
    [workload: string]: string | { name: string } | Record<string, string>;
  };
  'container.image.name'?: string;
}

/** Records of one class of a file: how many, the bytes of the file that they cover, and the sum of their offsets. */
export interface SealSums {
  records: number;
  bytes: number;
  /** An integer that can be larger than 2^53, past which `JSON.parse` rounds. */
  offsets: number;
}

/**
 * What a finished file came to, stream `logs-tracewell.files-<ns>`: written when all of it is answered for. `_id` is
 * `<tracewell.file>.<size>.seal`; of several the largest size counts, for a file may go on after an end that was none.
 * The file is proved when its documents add up to `stored`, its dead letters to `deadLettered`, and the bytes of the three
 * classes and of all that was lost to `size`.
 */
export interface SealDocument extends FileOrigin {
  /** When it was sealed. */
  '@timestamp': string;
  tracewell: {
    kind: 'seal';
    file: string;
    run: number;
    generation: number;
    /** Bytes of the file. */
    size: number;
    stored: SealSums;
    deadLettered: SealSums;
    discarded: SealSums;
    /** Discarded records by rule; kept, not indexed. */
    discardedBy: Record<string, number>;
    /** How often which rule replaced something in the records that were sent; kept, not indexed. */
    redactedBy: Record<string, number>;
    /** How many of the stored ones were found to be there already. */
    duplicates: number;
    /** How many of all records came without a CRI header. */
    unframed: number;
    /** Bytes by reason: `LOSS_REASON`. */
    lost: Record<string, number>;
  };
  kubernetes: LogDocument['kubernetes'];
}
