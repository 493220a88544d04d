import type { Numbered } from './log.ts';

const NUMBERS = { info: 30, warn: 40, error: 50 } as const;

/** JSON with the keys of pino. */
export const pino =
  (hostname: string) =>
  ({ level, message, span, fields, error, line, time }: Numbered): string =>
    JSON.stringify({
      level: NUMBERS[level],
      time: time.getTime(),
      pid: 1,
      hostname,
      line,
      ...(span ? { traceId: span.traceId, spanId: span.spanId } : {}),
      ...fields,
      ...(error ? { err: { type: error.name, message: error.message, stack: error.stack } } : {}),
      msg: message,
    });

/** JSON with the names of OpenTelemetry. */
export function openTelemetry({ level, message, span, fields, error, line, time }: Numbered): string {
  return JSON.stringify({
    timestamp: time.toISOString(),
    severity: level.toUpperCase(),
    message,
    line,
    ...(span ? { trace_id: span.traceId, span_id: span.spanId } : {}),
    ...fields,
    ...(error
      ? {
          'exception.type': error.name,
          'exception.message': error.message,
          'exception.stacktrace': error.stack,
        }
      : {}),
  });
}

/** Plain text: time of day, level, message, number, ids, fields. */
export function text({ level, message, span, fields, error, line, time }: Numbered): string {
  const words = [time.toISOString().slice(11, -1), level.toUpperCase(), message, `line=${line}`];
  if (span) words.push(`trace_id=${span.traceId}`, `span_id=${span.spanId}`);
  words.push(...Object.entries(fields ?? {}).map(([key, value]) => `${key}=${value}`));
  if (error) words.push(`error=${JSON.stringify(error.message)}`);
  return words.join(' ');
}
