/**
 * The fields of a document that a payload can fill, in the order in which they are written. All names but the first are
 * those of the Elastic Common Schema; a field's number is its place in this list.
 */
export const FIELDS = [
  'message',
  'log.level',
  'trace.id',
  'span.id',
  'log.logger',
  'log.origin.file.name',
  'log.origin.file.line',
  'process.name',
  'process.pid',
  'error.type',
  'error.message',
  'error.stack_trace',
  'http.request.method',
  'http.response.status_code',
  'http.response.body.bytes',
  'http.version',
  'url.original',
  'url.path',
  'url.full',
  'client.address',
  'user_agent.original',
  'event.duration',
  'service.name',
] as const;
export type Field = (typeof FIELDS)[number];

export const fieldOf = (name: Field): number => FIELDS.indexOf(name);

export const MESSAGE = fieldOf('message');
export const LEVEL = fieldOf('log.level');
export const TRACE_ID = fieldOf('trace.id');
export const SPAN_ID = fieldOf('span.id');
export const FILE_NAME = fieldOf('log.origin.file.name');
export const FILE_LINE = fieldOf('log.origin.file.line');
export const PROCESS_NAME = fieldOf('process.name');
export const PROCESS_PID = fieldOf('process.pid');
export const METHOD = fieldOf('http.request.method');
export const STATUS = fieldOf('http.response.status_code');
export const BODY_BYTES = fieldOf('http.response.body.bytes');
export const HTTP_VERSION = fieldOf('http.version');
export const URL_ORIGINAL = fieldOf('url.original');
export const CLIENT_ADDRESS = fieldOf('client.address');
export const USER_AGENT = fieldOf('user_agent.original');
export const SERVICE_NAME = fieldOf('service.name');
