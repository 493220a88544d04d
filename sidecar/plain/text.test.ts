import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CODED, Facts } from './facts.ts';
import { FIELDS, SPAN_ID, TRACE_ID } from './fields.ts';
import { Pairs } from './pairs.ts';
import { readPlain, readText } from './text.ts';
import { counted } from '../../test/counted.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

/** What other lines of a chunk hold must not be looked at: they stand around the text. */
const [BEFORE, BEHIND] = [`level=wrong [${TRACE}-`, `]=ERROR trace_id=${'f'.repeat(32)} `];
const placed = (text: string) => {
  const bytes = Buffer.from(BEFORE + text + BEHIND);
  return { bytes, start: BEFORE.length, end: bytes.length - BEHIND.length };
};

function factsOf(text: string) {
  const { bytes, start, end } = placed(text);
  const facts = new Facts();
  readPlain(bytes, start, end, facts);
  return {
    level: facts.level(bytes),
    traceId: facts.has(TRACE_ID) ? facts.traceId.toString() : undefined,
    spanId: facts.has(SPAN_ID) ? facts.spanId.toString() : undefined,
  };
}

it.each([
  ['ERROR cannot connect', 'error'],
  ['2026-01-02 03:04:05,678 INFO  [main] started', 'info'],
  ['[WARN] disk is nearly full', 'warn'],
  ['12:00:01 | FATAL | out of memory', 'fatal'],
  ['PANIC: index out of range', 'panic'],
  ['SEVERE: cannot deploy', 'severe'],
  ['2026-01-02 [error] 7#7: upstream timed out', 'error'],
  ['<notice> reload', 'notice'],
  ['warning: deprecated', 'warning'],
  ['fail: Shop.Cart[0]', 'fail'],
  ['error: ERROR', 'error'],
  ['[info] and then WARN', 'warn'],
  ['time=2026-01-02T03:04:05Z level=info msg="started"', 'info'],
  ['severity="ERROR" message=failed', 'error'],
  ['lvl=dbug msg=x', 'dbug'],
  ["(level='warn')", 'warn'],
  [`${'x'.repeat(500)} level=info`, 'info'],
  // The key of a logfmt line counts more than a word of its message.
  ['level=info msg="no ERROR so far"', 'info'],
  ['ERROR', 'error'],
  ['there was an error in the line', undefined],
  ['error rate is 3 %', undefined],
  ['ERRORS: 0', undefined],
  ['INFORMATION', undefined],
  ['/ERROR', undefined],
  ['info', undefined],
  ['a warning: b', undefined],
  ['sealevel=high', undefined],
  ['level=', undefined],
  ['level=info2', undefined],
  ['level=abcdefghijklm', undefined],
  ['', undefined],
  [`${'x'.repeat(130)} ERROR too far behind`, undefined],
])('the level of %j is %s', (text, level) => {
  expect(factsOf(text).level).toBe(level);
});

it.each([
  ['a traceparent', `GET / traceparent: 00-${TRACE}-${SPAN}-01`, TRACE, SPAN],
  ['a traceparent of a later version', `cc-${TRACE}-${SPAN}-00-more`, TRACE, SPAN],
  ['logfmt', `msg=x trace_id=${TRACE} span_id=${SPAN}`, TRACE, SPAN],
  ['JSON in text', `response {"traceId": "${TRACE}", "spanId": "${SPAN}"}`, TRACE, SPAN],
  ['escaped JSON in text', String.raw`body "{\"traceId\":\"${TRACE}\",\"spanId\":\"${SPAN}\"}"`, TRACE, SPAN],
  ['upper case', `TRACE_ID=${TRACE.toUpperCase()}`, TRACE, undefined],
  ['a trace id without a key', TRACE, undefined, undefined],
  ['a trace id that is too long', `trace_id=${TRACE}0`, undefined, undefined],
  ['a trace id that is too short', 'trace_id=1234567', undefined, undefined],
  ['a trace id of nought', `trace_id=${'0'.repeat(32)}`, undefined, undefined],
  ['a UUID', 'trace_id=4bf92f35-77b3-4da6-a3ce-929d0e0e4736', undefined, undefined],
  ['another key that ends like ours', `parent_trace_id=${TRACE} parentspanid=${SPAN}`, undefined, undefined],
  ['a span id alone, which says nothing without its trace', `span_id=${SPAN}`, undefined, undefined],
  ['a traceparent before keys', `trace_id=${'f'.repeat(32)} 00-${TRACE}-${SPAN}-01`, TRACE, SPAN],
  ['keys before a traceparent of nought', `trace_id=${TRACE} 00-${'0'.repeat(32)}-${SPAN}-01`, TRACE, undefined],
  [
    'two of each',
    `trace_id=${TRACE} span_id=${SPAN} trace_id=${'f'.repeat(32)} span_id=${'f'.repeat(16)}`,
    TRACE,
    SPAN,
  ],
  ['a traceparent in upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined, undefined],
  ['a traceparent with a span id of nought', `00-${TRACE}-${'0'.repeat(16)}-01`, undefined, undefined],
  ['a traceparent inside a longer word', `a00-${TRACE}-${SPAN}-01`, undefined, undefined],
  ['a traceparent with a longer end', `00-${TRACE}-${SPAN}-01f`, undefined, undefined],
  ['a list in brackets', `[cart,${TRACE},${SPAN}] paid`, TRACE, SPAN],
  ['a list in brackets, no name', `[,${TRACE},${SPAN}] paid`, TRACE, SPAN],
  ['a list without brackets', `cart,${TRACE},${SPAN},paid`, undefined, undefined],
  ['a list behind brackets', `[main] cart,${TRACE},${SPAN},paid`, undefined, undefined],
  ['a pair in brackets', `[${TRACE}-${SPAN}] paid`, TRACE, SPAN],
  ['a pair without brackets', `${TRACE}-${SPAN}`, undefined, undefined],
  ['no pair in brackets', `[${' '.repeat(49)}] paid`, undefined, undefined],
  [
    'decimal ids of Datadog',
    'dd.trace_id=11803532876627986230 dd.span_id=255',
    `${'0'.repeat(16)}a3ce929d0e0e4736`,
    '00000000000000ff',
  ],
  ['a decimal id of more than 64 bits', 'dd.trace_id=18446744073709551616', undefined, undefined],
  ['the largest decimal id', 'dd.trace_id=18446744073709551615', `${'0'.repeat(16)}${'f'.repeat(16)}`, undefined],
  ['ids of nought of Datadog', 'dd.trace_id=0 dd.span_id=0', undefined, undefined],
  ['an id of X-Ray alone', '1-58406520-a006649127e371903a2de979', '58406520a006649127e371903a2de979', undefined],
  [
    'an id of X-Ray and its entity',
    `1-58406520-a006649127e371903a2de979@${SPAN}`,
    '58406520a006649127e371903a2de979',
    SPAN,
  ],
  ['an id of X-Ray that is too long', '1-58406520-a006649127e371903a2de9790', undefined, undefined],
  ['an id of X-Ray inside a number', '21-58406520-a006649127e371903a2de979', undefined, undefined],
  ['B3 of 64 bits', `b3=a3ce929d0e0e4736-${SPAN}`, `${'0'.repeat(16)}a3ce929d0e0e4736`, SPAN],
  ['B3 that samples nothing', 'b3: 0', undefined, undefined],
  ['Jaeger without a span', `uber-trace-id=${TRACE}:0:0:1`, undefined, undefined],
])('finds the ids of %s', (_, text, traceId, spanId) => {
  expect(factsOf(text)).toMatchObject({ traceId, spanId });
});

const format = (text: string) => {
  const { bytes, start, end } = placed(text);
  return readText(bytes, start, end, { facts: new Facts(), pairs: new Pairs() });
};

describe('a text is taken', () => {
  it.each([
    ['for klog, and whatever lines follow', 'I0102 03:04:05.678901 1 a.go:1] one\ntwo', 'klog'],
    ['for klog without a message', 'F0102 03:04:05.678901 1 a.go:1]', 'klog'],
    ['for no klog without a thread', 'I0102 03:04:05.678901 a.go:1] one', 'text'],
    ['for no klog of another level', 'X0102 03:04:05.678901 1 a.go:1] one', 'text'],
    ['for no klog without a line', 'I0102 03:04:05.678901 1 a.go] one', 'text'],
    ['for an access log with a carriage return', '- - - [02/Jan/2026:03:04:05 +0000] "-" 408 0\r', 'access'],
    ['for no access log of two lines', '- - - [02/Jan/2026:03:04:05 +0000] "-" 408 0\n', 'text'],
    ['for no access log without a status', '- - - [02/Jan/2026:03:04:05 +0000] "-" - 0', 'text'],
    ['for no access log of another time', '- - - [2026-01-02T03:04:05Z] "-" 408 0', 'text'],
    ['for no access log that does not end', '- - - [02/Jan/2026:03:04:05 +0000] "GET / 408 0', 'text'],
    ['for no access log with a broken size', '- - - [02/Jan/2026:03:04:05 +0000] "-" 408 0x', 'text'],
    ['for syslog, and whatever lines follow', '<0>Jan  2 03:04:05 host app:\n one', 'syslog'],
    ['for syslog without structured data', '<0>1 - - - - - - ', 'syslog'],
    ['for syslog with quotes in structured data', String.raw`<0>1 - - - - - [a b="\"]"][c] one`, 'syslog'],
    ['for no syslog of a priority that is not', '<192>Jan  2 03:04:05 host app: one', 'text'],
    ['for no syslog of a number with zeros', '<007>Jan  2 03:04:05 host app: one', 'text'],
    ['for no syslog without a tag', '<7>Jan  2 03:04:05 host one', 'text'],
    ['for no syslog with data that does not end', '<0>1 - - - - - [a b="]', 'text'],
    ['for no syslog of another month', 'Jaz  2 03:04:05 host app: one', 'text'],
    ['for logfmt of two pairs', 'a=1 b=2', 'logfmt'],
    ['for logfmt with blanks around', 'a=1  b= \t', 'logfmt'],
    ['for no logfmt of one pair', 'a=1', 'text'],
    ['for no logfmt with a word', 'a=1 b=2 c', 'text'],
    ['for no logfmt behind a word', 'INFO a=1 b=2', 'text'],
    ['for no logfmt of two lines', 'a=1\nb=2', 'text'],
    ['for no logfmt with a key twice', 'a=1 b=2 a=3', 'text'],
    ['for no logfmt with a quote that does not close', 'a=1 b="2', 'text'],
    ['for no logfmt with a quote inside', 'a=1 b=2"3"', 'text'],
    ['for no logfmt with something behind a quote', 'a=1 b="2"3', 'text'],
    ['for no logfmt with an escape that Go has not', String.raw`a=1 b="\q"`, 'text'],
    ['for no logfmt with a colon in a key', 'warn:a=1 b=2', 'text'],
    ['for no logfmt with a number for a key', 'a=1 2=3', 'text'],
    ['for logfmt of sixty-four pairs', pairs(64), 'logfmt'],
    ['for no logfmt of more pairs', pairs(65), 'text'],
    ['for a text when it is empty', '', 'text'],
  ])('%s', (_, text, expected) => {
    expect(format(text)).toBe(expected);
  });
});

function pairs(count: number): string {
  return Array.from({ length: count }, (_, index) => `k${index}=${index}`).join(' ');
}

describe('takes linear time', () => {
  const openings = [
    '',
    '<34>1 - ',
    'Jan  2 03:04:05 ',
    'I0102 03:04:05.678901 1 ',
    'a=1 b="',
    'a=1 b=',
    '- - - [02/Jan/2026:03:04:05 +0000] "',
  ];
  const pieces = [
    ['[', ',', '-', '=', ':', 'a', '0', '"', '\\', ' ', '\n', ']', '\\"', 'a=', 'a ', '=a', '[a,'],
    [
      'trace_id=',
      'trace_id=0',
      '"trace_id": "',
      'level=',
      'level=x ',
      'INFO',
      '[info',
      '1-',
      '00-',
      'dd.span_id=9',
      'b3:0-',
    ],
    [`,${'a'.repeat(16)}`, `${TRACE}-`, `${TRACE},`, `[${TRACE}-${SPAN}`, `00-${TRACE}-`, 'Root=1-58406520-'],
  ].flat();
  it.each(openings.flatMap((opening) => pieces.map((piece) => [opening, piece] as const)))(
    'for %j and then many %j',
    (opening, piece) => {
      const readsOf = (times: number) => {
        const { bytes, reads } = counted(opening + piece.repeat(times));
        const { length } = bytes;
        readText(bytes, 0, length, { facts: new Facts(), pairs: new Pairs() });
        return reads();
      };
      const [once, twice] = [readsOf(100), readsOf(200)];
      expect(twice).toBeLessThan(2.1 * once + 1000);
    },
  );
});

it('finds only places inside the text, and ids and levels that need no escape', () => {
  const words = [
    ['level=', 'ERROR', 'trace_id=', TRACE, SPAN, '-', '00-', '"', '\\', '\n', ' ', 'é', '[', ',', ']', 'dd.trace_id='],
    ['<34>', 'Jan  2 03:04:05 ', 'host ', 'app[1]: ', '1 ', '- ', 'I0102 03:04:05.678901 1 a.go:1] ', 'a=', 'msg="'],
    ['10.0.0.7 ', '[02/Jan/2026:03:04:05 +0000] "', 'GET / HTTP/1.1', '" 200 7', '1-', '=', '9'],
  ].flat();
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...words)).map((parts) => parts.join('')),
      (text) => {
        const { bytes, start, end } = placed(text);
        const facts = new Facts();
        readText(bytes, start, end, { facts, pairs: new Pairs() });
        expect(facts.level(bytes) ?? '').toMatch(/^[a-z0-9_-]*$/);
        expect(facts.has(TRACE_ID) ? facts.traceId.toString() : TRACE).toMatch(/^[0-9a-f]{32}$/);
        expect(facts.has(SPAN_ID) ? facts.spanId.toString() : SPAN).toMatch(/^[0-9a-f]{16}$/);
        const places = FIELDS.map((_, field) => field)
          .filter((field) => facts.has(field) && facts.kinds[field] !== CODED)
          .flatMap((field) => [facts.starts[field]!, facts.ends[field]!]);
        expect(places.filter((place) => place < start || place > end)).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});
