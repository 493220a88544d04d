import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { factsOfText } from './text.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

it.each([
  ['ERROR cannot connect', 'error'],
  ['2026-01-02 03:04:05,678 INFO  [main] started', 'info'],
  ['[WARN] disk is nearly full', 'warn'],
  ['12:00:01 | FATAL | out of memory', 'fatal'],
  ['PANIC: index out of range', 'panic'],
  ['2026-01-02 [error] 7#7: upstream timed out', 'error'],
  ['<notice> reload', 'notice'],
  ['warning: deprecated', 'warning'],
  ['time=2026-01-02T03:04:05Z level=info msg="started"', 'info'],
  ['severity="ERROR" message=failed', 'error'],
  ['lvl=dbug msg=x', 'dbug'],
  // The key of a logfmt line counts more than a word of its message.
  ['level=info msg="no ERROR so far"', 'info'],
  ['there was an error in the line', undefined],
  ['error rate is 3 %', undefined],
  ['ERRORS: 0', undefined],
  ['INFORMATION', undefined],
  ['sealevel=high', undefined],
  ['level=', undefined],
  ['level=info2', undefined],
  ['', undefined],
  [`${'x'.repeat(130)} ERROR too far behind`, undefined],
])('the level of %j is %s', (text, level) => {
  expect(factsOfText(text).level).toBe(level);
});

it.each([
  ['a traceparent', `GET / traceparent: 00-${TRACE}-${SPAN}-01`, TRACE, SPAN],
  ['logfmt', `msg=x trace_id=${TRACE} span_id=${SPAN}`, TRACE, SPAN],
  ['JSON in text', `response {"traceId": "${TRACE}", "spanId": "${SPAN}"}`, TRACE, SPAN],
  ['upper case', `trace_id=${TRACE.toUpperCase()}`, TRACE, undefined],
  ['a trace id without a key', TRACE, undefined, undefined],
  ['a trace id that is too long', `trace_id=${TRACE}0`, undefined, undefined],
  ['a span id alone, which says nothing without its trace', `span_id=${SPAN}`, undefined, undefined],
  ['a traceparent before keys', `trace_id=${'f'.repeat(32)} 00-${TRACE}-${SPAN}-01`, TRACE, SPAN],
])('finds the ids of %s', (_, text, traceId, spanId) => {
  expect(factsOfText(text)).toMatchObject({ traceId, spanId });
});

it('gives only what may stand in a field unescaped', () => {
  const words = fc.constantFrom(
    'level=',
    'ERROR',
    'trace_id=',
    TRACE,
    SPAN,
    '-',
    '00-',
    '"',
    '\\',
    '\n',
    ' ',
    'é',
    '[',
  );
  fc.assert(
    fc.property(
      fc.array(words).map((parts) => parts.join('')),
      (text) => {
        for (const fact of Object.values(factsOfText(text))) expect(fact ?? '').toMatch(/^[a-z0-9_-]*$/);
      },
    ),
  );
});
