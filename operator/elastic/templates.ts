import { LOSS_REASON, STREAM_PREFIX } from '../../api/names.ts';
import type { Server } from './server.ts';

const keyword = { type: 'keyword', ignore_above: 1024 } as const;
const text = { type: 'match_only_text' } as const;
const long = { type: 'long' } as const;
/** Kept, not indexed. */
const kept = { type: 'object', enabled: false } as const;
const name = { properties: { name: keyword } } as const;

/** Ours come before Elastic's own `logs` (100) and `logs-*.otel-*` (120) templates. */
const PRIORITY = 250;

/** Fields that every stream has. Anything else at the top level is kept in `_source` but not mapped. */
const common = {
  '@timestamp': { type: 'date_nanos' },
  stream: keyword,
  'log.offset': { type: 'long' },
  'host.name': keyword,
  'service.name': keyword,
  'orchestrator.cluster.name': keyword,
  kubernetes: {
    properties: {
      namespace: keyword,
      pod: name,
      container: name,
      deployment: name,
      statefulset: name,
      daemonset: name,
      replicaset: name,
      job: name,
      cronjob: name,
    },
  },
} as const;

const extent = { file: keyword, bytes: long } as const;

/** Of one class of a file's records: `SealSums`. */
const sums = { properties: { records: long, bytes: long, offsets: long } } as const;

/**
 * The application's own fields. With `subobjects: false` a key is a key, dots and all, so `{"a":1}` and `{"a":{"b":2}}` can
 * stand side by side; numbers are all doubles, and what does not fit its mapping is kept and ignored.
 */
const app = {
  type: 'object',
  dynamic: true,
  subobjects: false,
} as const;

const dynamicTemplates = [
  { app_strings: { path_match: 'app.*', match_mapping_type: 'string', mapping: keyword } },
  {
    app_integers: {
      path_match: 'app.*',
      match_mapping_type: 'long',
      mapping: { type: 'double', ignore_malformed: true },
    },
  },
  {
    app_numbers: {
      path_match: 'app.*',
      match_mapping_type: 'double',
      mapping: { type: 'double', ignore_malformed: true },
    },
  },
] as const;

const properties = {
  logs: {
    ...common,
    message: text,
    'log.level': keyword,
    'trace.id': keyword,
    'span.id': keyword,
    'log.logger': keyword,
    'log.origin.file.name': keyword,
    'log.origin.file.line': long,
    'process.name': keyword,
    'process.pid': long,
    'error.type': keyword,
    'error.message': text,
    'error.stack_trace': text,
    'http.request.method': keyword,
    'http.response.status_code': long,
    'http.response.body.bytes': long,
    'http.version': keyword,
    'url.original': keyword,
    'url.path': keyword,
    'url.full': keyword,
    // Not of the type ip: applications write names and lists there, too.
    'client.address': keyword,
    'user_agent.original': keyword,
    'event.duration': long,
    tracewell: {
      properties: { ...extent, format: keyword, cut: long, continued: { type: 'boolean' }, repaired: keyword },
    },
    app,
  },
  deadLetters: {
    ...common,
    // Kept, not indexed: whatever it holds must be storable.
    message: { type: 'keyword', index: false, doc_values: false },
    tracewell: {
      properties: { ...extent, reason: keyword, error: { type: 'keyword', index: false, doc_values: false } },
    },
  },
  files: {
    ...common,
    kubernetes: {
      properties: {
        ...common.kubernetes.properties,
        pod: { properties: { name: keyword, uid: keyword } },
        node: name,
        labels: kept,
      },
    },
    'container.image.name': keyword,
    tracewell: {
      properties: {
        kind: keyword,
        version: keyword,
        file: keyword,
        run: long,
        generation: long,
        size: long,
        stored: sums,
        deadLettered: sums,
        discarded: sums,
        discardedBy: kept,
        redactedBy: kept,
        duplicates: long,
        unframed: long,
        lost: { properties: Object.fromEntries(Object.keys(LOSS_REASON).map((reason) => [reason, long])) },
      },
    },
  },
} as const;

export type StreamKind = keyof typeof STREAM_PREFIX;
export const STREAM_KINDS = Object.keys(STREAM_PREFIX) as StreamKind[];

/** The name of the index template of a kind of stream. */
export const templateName = (kind: StreamKind): string => STREAM_PREFIX[kind].slice(0, -1);

/** Component templates of the person, all of which an index template of ours composes. */
export const CUSTOM: readonly string[] = ['logs@custom', 'logs-tracewell@custom'];

export interface TemplateOptions {
  /** Undefined: the server's default. */
  replicas: number | undefined;
  server: Server;
  /** Which of `CUSTOM` are there: a server that cannot ignore a missing one is told of these alone. */
  custom: readonly string[];
}

/**
 * The index template of a kind of stream, as this server takes it: Elasticsearch reference, "Create or update index template";
 * OpenSearch documentation, "Index templates".
 */
export function template(kind: StreamKind, { replicas, server, custom }: TemplateOptions) {
  const isElastic = server.product === 'Elasticsearch';
  return {
    index_patterns: [`${STREAM_PREFIX[kind]}*`],
    priority: PRIORITY,
    data_stream: {},
    ...(isElastic
      ? { composed_of: [...CUSTOM], ignore_missing_component_templates: [...CUSTOM] }
      : { composed_of: [...custom] }),
    template: {
      // A failure store takes refused records under new ids, and doubles them on every retry.
      ...(server.failureStore ? { data_stream_options: { failure_store: { enabled: false } } } : {}),
      settings: {
        'index.mapping.ignore_malformed': true,
        'index.mapping.total_fields.limit': 1000,
        ...(isElastic ? { 'index.mapping.total_fields.ignore_dynamic_beyond_limit': true } : {}),
        ...(server.serverless ? {} : { 'index.translog.durability': 'request' }),
        ...(replicas === undefined || server.serverless ? {} : { 'index.number_of_replicas': replicas }),
      },
      mappings: mappingsOf(kind, server),
    },
  };
}

function mappingsOf(kind: StreamKind, { subobjects }: Server) {
  const shared = { dynamic: false as const, date_detection: false, properties: properties[kind] };
  if (kind !== 'logs') return shared;
  return subobjects
    ? { ...shared, dynamic_templates: dynamicTemplates }
    : { ...shared, properties: { ...properties.logs, app: { type: 'flat_object' } } };
}

export type Template = ReturnType<typeof template>;
