import { expect, it } from 'vitest';
import { openTelemetry, pino, text } from './formats.ts';
import { Log, type LogOptions } from './log.ts';

const span = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

function writing(format: LogOptions['format']) {
  const written: [stream: string, line: string][] = [];
  const now = () => new Date('2026-01-02T03:04:05.678Z');
  const log = new Log({ format, write: (stream, line) => written.push([stream, line]), now });
  return { log, written };
}

it('counts lines across both streams, and the last one says how many there are', () => {
  const { log, written } = writing(text);
  log.write({ level: 'info', message: 'one' });
  log.write({ level: 'error', message: 'two' });
  log.end({ level: 'info', message: 'three' });
  expect(written).toEqual([
    ['stdout', '03:04:05.678 INFO one line=1\n'],
    ['stderr', '03:04:05.678 ERROR two line=2\n'],
    ['stdout', '03:04:05.678 INFO three line=3 lines=3\n'],
  ]);
  expect(log.lines).toBe(3);
});

it.each([
  ['plain text', text, `03:04:05.678 WARN no stock line=1 trace_id=${span.traceId} span_id=${span.spanId} order=7`],
  [
    "pino's keys",
    pino('cart-0'),
    `{"level":40,"time":1767323045678,"pid":1,"hostname":"cart-0","line":1,"traceId":"${span.traceId}","spanId":"${span.spanId}","order":7,"msg":"no stock"}`,
  ],
  [
    "OpenTelemetry's names",
    openTelemetry,
    `{"timestamp":"2026-01-02T03:04:05.678Z","severity":"WARN","message":"no stock","line":1,"trace_id":"${span.traceId}","span_id":"${span.spanId}","order":7}`,
  ],
])('writes %s', (_, format, line) => {
  const { log, written } = writing(format);
  log.write({ level: 'warn', message: 'no stock', span, fields: { order: 7 } });
  expect(written).toEqual([['stdout', `${line}\n`]]);
});

it.each([
  ['plain text', text],
  ["pino's keys", pino('cart-0')],
  ["OpenTelemetry's names", openTelemetry],
])('keeps an error with its stack on one line of %s', (_, format) => {
  const { log, written } = writing(format);
  log.write({ level: 'error', message: 'declined', error: new Error('two\nlines') });
  expect(written[0]![1].trimEnd()).toContain(String.raw`two\nlines`);
  expect(written[0]![1].trimEnd()).not.toContain('\n');
});
