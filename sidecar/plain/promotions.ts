import type { Field } from './fields.ts';

/**
 * How a value is read. A value of another type, or one that is not of this form, stays where it is.
 *
 * - `text`: a string; `filled`: one that is not empty; `lines`: one of more than one line.
 * - `level`: a word, or a number of pino and bunyan; `severity`: a number of syslog, 0 to 7.
 * - `trace`, `span`: hex digits, or X-Ray's form of a trace id; `datadog`: decimal, or hex, for either of them;
 *   `resource`: GCP's `projects/P/traces/<trace>`, or hex digits.
 * - `context`: trace and span id in any form in which text has them (`formats/context.ts`); `header`: the same behind the keys of
 *   B3 and Jaeger; `scopes`: .NET's list of objects that have both.
 * - `status`: a number from 100 to 599; `count`: a whole number that is not negative; `digits`: the same, in quotes or not.
 * - `milliseconds`: a number; `seconds`: GCP's `"0.25s"`: both become nanoseconds.
 */
export type As =
  | 'text'
  | 'filled'
  | 'lines'
  | 'level'
  | 'severity'
  | 'trace'
  | 'span'
  | 'datadog'
  | 'resource'
  | 'context'
  | 'header'
  | 'scopes'
  | 'status'
  | 'count'
  | 'digits'
  | 'milliseconds'
  | 'seconds';

/** One row of the table: the application's key, how its value is read, and our field. */
export interface Promotion {
  /** A key of the record, or keys of objects inside each other with dots between them; both spellings are the same. */
  readonly path: string;
  readonly as: As;
  readonly to: Field;
  /** It counts only where no other key of the record gives the field. Such a key stands at the top. */
  readonly late?: true;
  /** It is late, and counts only in a record that has this key at the top, too. */
  readonly with?: string;
}

type Row = readonly [paths: string, as: As, to: Field];

/** Keys that always stand for a field, by field. */
const ROWS: readonly Row[] = [
  ['message msg @m Message RenderedMessage short_message', 'text', 'message'],

  ['level log.level severity lvl levelname level_name log_level loglevel', 'level', 'log.level'],
  ['Level LogLevel @l severity_text severityText SeverityText _level_name', 'level', 'log.level'],

  ['trace_id traceId traceID TraceId trace.id @tr', 'trace', 'trace.id'],
  ['otelTraceID X-B3-TraceId x-b3-traceid xray_trace_id', 'trace', 'trace.id'],
  ['mdc.trace_id mdc.traceId contextMap.trace_id contextMap.traceId', 'trace', 'trace.id'],
  ['span_id spanId spanID SpanId span.id @sp', 'span', 'span.id'],
  ['otelSpanID X-B3-SpanId x-b3-spanid logging.googleapis.com/spanId', 'span', 'span.id'],
  ['mdc.span_id mdc.spanId contextMap.span_id contextMap.spanId', 'span', 'span.id'],
  ['dd.trace_id mdc.dd.trace_id contextMap.dd.trace_id', 'datadog', 'trace.id'],
  ['dd.span_id mdc.dd.span_id contextMap.dd.span_id', 'datadog', 'span.id'],
  ['logging.googleapis.com/trace trace', 'resource', 'trace.id'],
  ['uber-trace-id b3', 'header', 'trace.id'],
  ['traceparent AWS-XRAY-TRACE-ID X-Amzn-Trace-Id x-amzn-trace-id', 'context', 'trace.id'],
  ['Scopes', 'scopes', 'trace.id'],

  ['logger log.logger logger_name loggerName Category SourceContext Properties.SourceContext', 'filled', 'log.logger'],
  ['_logger _log_logger', 'filled', 'log.logger'],

  ['log.origin.file.name', 'filled', 'log.origin.file.name'],
  ['log.origin.file.line', 'count', 'log.origin.file.line'],
  ['process.name', 'filled', 'process.name'],
  ['process.pid', 'count', 'process.pid'],

  ['error.type error.name err.type err.name exception.type', 'filled', 'error.type'],
  ['thrown.name throwable.className exception.exceptionType exception.exception_class', 'filled', 'error.type'],
  ['_exception.class _error_type', 'filled', 'error.type'],
  ['error err error.message err.message exception.message', 'filled', 'error.message'],
  ['thrown.message throwable.message exception.exception_message', 'filled', 'error.message'],
  ['_exception.message _error_message', 'filled', 'error.message'],
  ['stack', 'lines', 'error.stack_trace'],
  ['stack_trace stacktrace stackTrace error.stack error.stack_trace err.stack', 'filled', 'error.stack_trace'],
  ['exception exception.stacktrace exc_info Exception @x', 'filled', 'error.stack_trace'],
  ['thrown.extendedStackTrace _exception.stackTrace _error_stack_trace', 'filled', 'error.stack_trace'],

  ['http.request.method http.method req.method meta.req.method', 'filled', 'http.request.method'],
  ['httpRequest.requestMethod RequestMethod', 'filled', 'http.request.method'],
  ['http.response.status_code http.status_code res.statusCode', 'status', 'http.response.status_code'],
  ['meta.res.statusCode httpRequest.status StatusCode', 'status', 'http.response.status_code'],
  ['http.response.body.bytes http.response_content_length', 'count', 'http.response.body.bytes'],
  ['res.headers.content-length httpRequest.responseSize', 'digits', 'http.response.body.bytes'],
  ['http.version', 'filled', 'http.version'],
  ['url.original req.url meta.req.url http.target RequestPath', 'filled', 'url.original'],
  ['url.path', 'filled', 'url.path'],
  ['url.full http.url httpRequest.requestUrl', 'filled', 'url.full'],
  ['client.address client.ip req.remoteAddress http.client_ip httpRequest.remoteIp', 'filled', 'client.address'],
  ['user_agent.original http.user_agent req.headers.user-agent httpRequest.userAgent', 'filled', 'user_agent.original'],

  ['event.duration', 'count', 'event.duration'],
  ['responseTime meta.responseTime Elapsed', 'milliseconds', 'event.duration'],
  ['httpRequest.latency', 'seconds', 'event.duration'],

  ['service.name dd.service otelServiceName serviceContext.service', 'filled', 'service.name'],
  ['resource.service.name resource.attributes.service.name', 'filled', 'service.name'],
];

/** Keys that mean something else as often: they wait until the whole record is read. */
const LATE: readonly Promotion[] = [
  // A template (CLEF, Serilog), an event (structlog), the body of OpenTelemetry.
  { path: '@mt', as: 'text', to: 'message', late: true },
  { path: 'MessageTemplate', as: 'text', to: 'message', late: true },
  { path: 'event', as: 'text', to: 'message', late: true },
  { path: 'body', as: 'text', to: 'message', late: true },
  { path: 'Body', as: 'text', to: 'message', late: true },
  // GELF counts levels as syslog does; elsewhere such a number is a verbosity.
  { path: 'level', as: 'severity', to: 'log.level', with: 'short_message' },
  // The logger's name by bunyan, python-json-logger, monolog.
  { path: 'name', as: 'filled', to: 'log.logger', with: 'v' },
  { path: 'name', as: 'filled', to: 'log.logger', with: 'levelname' },
  { path: 'channel', as: 'filled', to: 'log.logger', with: 'level_name' },
];

/**
 * Which key of a JSON object or of a logfmt line stands for which of our fields: a fixed table, never a look at the index.
 * Of several keys for one field the first in the record counts.
 */
export const PROMOTIONS: readonly Promotion[] = [
  ...ROWS.flatMap(([paths, as, to]) => paths.split(' ').map((path) => ({ path, as, to }))),
  ...LATE,
];
