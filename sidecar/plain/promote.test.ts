import { describe, expect, it } from 'vitest';
import { Facts, kindOf, QUOTED } from './facts.ts';
import { FIELDS, SPAN_ID, TRACE_ID } from './fields.ts';
import { COPIED, LEFT, TAKEN } from './outcome.ts';
import { isOuter, mayHaveRow, promote, rowsOf, type Row } from './promote.ts';
import { PROMOTIONS, type As } from './promotions.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const XRAY = '1-58406520-a006649127e371903a2de979';
const OUTCOMES = new Map([
  [LEFT, 'left'],
  [TAKEN, 'taken'],
  [COPIED, 'copied'],
]);

/** What becomes of a JSON value that is read like this, and what the field holds then. */
function read(
  as: As,
  json: string,
  { field = 'message', facts = new Facts() }: { field?: string; facts?: Facts } = {},
) {
  const bytes = Buffer.from(`"${json}"`);
  const kind = kindOf(bytes[1]!);
  const quote = kind === QUOTED ? 1 : 0;
  const row: Row = { as, field: FIELDS.indexOf(field as 'message'), isLate: false, company: undefined };
  const value = { kind, start: 1 + quote, end: bytes.length - 1 - quote };
  const outcome = promote(row, bytes, value, facts);
  return {
    outcome: OUTCOMES.get(outcome),
    level: facts.level(bytes),
    text: facts.has(row.field) ? bytes.toString('utf8', facts.starts[row.field], facts.ends[row.field]) : undefined,
    duration: facts.has(row.field) ? facts.duration : undefined,
    traceId: facts.has(TRACE_ID) ? facts.traceId.toString() : undefined,
    spanId: facts.has(SPAN_ID) ? facts.spanId.toString() : undefined,
  };
}

it.each([
  ['"INFO"', 'info'],
  ['"Warning"', 'warning'],
  ['"err_1"', 'err_1'],
  ['"W"', 'warning'],
  ['"e"', 'error'],
  ['10', 'trace'],
  ['30', 'info'],
  ['60', 'fatal'],
  ['70', undefined],
  ['35', undefined],
  ['3', undefined],
  ['"30"', undefined],
  ['""', undefined],
  ['"two words"', undefined],
  [String.raw`"a\"b"`, undefined],
  [`"${'x'.repeat(33)}"`, undefined],
  ['null', undefined],
  ['["info"]', undefined],
])('the level %s is written as %s', (json, level) => {
  const { outcome, level: found } = read('level', json, { field: 'log.level' });
  expect([outcome, found]).toEqual([level === undefined ? 'left' : 'taken', level]);
});

it.each([
  ['0', 'emerg'],
  ['3', 'err'],
  ['7', 'debug'],
  ['8', undefined],
  ['30', undefined],
  ['"3"', undefined],
])('the severity %s is written as %s', (json, level) => {
  expect(read('severity', json, { field: 'log.level' }).level).toBe(level);
});

describe('a trace id', () => {
  it.each<[string, As, string, (string | undefined)[]]>([
    ['is taken as it is', 'trace', `"${TRACE}"`, ['taken', TRACE]],
    ['in upper case is copied', 'trace', `"${TRACE.toUpperCase()}"`, ['copied', TRACE]],
    ['of 64 bits is copied and padded', 'trace', `"${SPAN}"`, ['copied', `${'0'.repeat(16)}${SPAN}`]],
    ['of X-Ray is copied', 'trace', `"${XRAY}"`, ['copied', '58406520a006649127e371903a2de979']],
    ['is none when it is too short', 'trace', '"1234567"', ['left', undefined]],
    ['is none when it is too long', 'trace', `"${TRACE}0"`, ['left', undefined]],
    ['is none when it is nought', 'trace', `"${'0'.repeat(32)}"`, ['left', undefined]],
    ['is none when it is not hex', 'trace', `"${TRACE.slice(1)}g"`, ['left', undefined]],
    ['is none when it is a number', 'trace', '12345678', ['left', undefined]],
    ['of Datadog in decimal is copied', 'datadog', '"255"', ['copied', 'ff'.padStart(32, '0')]],
    ['of Datadog as a number is copied', 'datadog', '255', ['copied', 'ff'.padStart(32, '0')]],
    ['of Datadog in hex is taken', 'datadog', `"${TRACE}"`, ['taken', TRACE]],
    ['of Datadog made of digits alone is hex', 'datadog', `"${'1'.repeat(32)}"`, ['taken', '1'.repeat(32)]],
    ['of Datadog is none when it is nought', 'datadog', '"0"', ['left', undefined]],
    ['of Datadog is none with a fraction', 'datadog', '1.5', ['left', undefined]],
    ['of GCP is copied', 'resource', `"projects/p/traces/${TRACE}"`, ['copied', TRACE]],
    ['of GCP alone is taken', 'resource', `"${TRACE}"`, ['taken', TRACE]],
    ['of GCP is none in another resource', 'resource', `"projects/p/spans/${TRACE}"`, ['left', undefined]],
    ['of GCP is none when it is nought', 'resource', `"projects/p/traces/${'0'.repeat(32)}"`, ['left', undefined]],
  ])('%s', (_, as, json, expected) => {
    const { outcome, traceId } = read(as, json, { field: 'trace.id' });
    expect([outcome, traceId]).toEqual(expected);
  });
});

describe('both ids', () => {
  it.each<[string, As, string, string]>([
    ['of a traceparent are taken', 'context', `"${PARENT}"`, 'taken'],
    ['of a traceparent in a text are copied', 'context', `"got ${PARENT}, going on"`, 'copied'],
    ['of a later traceparent are copied', 'context', `"cc-${TRACE}-${SPAN}-00-more"`, 'copied'],
    ['of B3 are copied', 'header', `"${TRACE}-${SPAN}-1"`, 'copied'],
    ['of Jaeger are copied', 'header', `"${TRACE}:f067aa0ba902b7:0:1"`, 'copied'],
    ['of scopes are copied', 'scopes', `[null,7,{"a":1},{"TraceId":"${TRACE}","SpanId":"${SPAN}"}]`, 'copied'],
  ])('%s', (_, as, json, outcome) => {
    expect(read(as, json, { field: 'trace.id' })).toMatchObject({ outcome, traceId: TRACE, spanId: SPAN });
  });

  it.each<[As, string]>([
    ['context', '"no parent"'],
    ['context', '7'],
    ['context', `"00-${'0'.repeat(32)}-${SPAN}-01"`],
    ['header', '"0"'],
    ['header', `"${TRACE}"`],
    ['scopes', '[]'],
    ['scopes', `"${TRACE}"`],
    ['scopes', '[{"TraceId":"x","SpanId":"y"}]'],
  ])('are none as %s in %s', (as, json) => {
    const none = { outcome: 'left', traceId: undefined, spanId: undefined };
    expect(read(as, json, { field: 'trace.id' })).toMatchObject(none);
  });

  it.each<[string, As, string]>([
    ['a traceparent', 'context', `"${PARENT}"`],
    ['B3', 'header', `"${TRACE}-${SPAN}"`],
    ['scopes', 'scopes', `[{"TraceId":"${TRACE}"}]`],
  ])('of %s are left when a span is known', (_, as, json) => {
    const facts = new Facts();
    facts.spanId.fill('f');
    facts.setSpan();
    expect(read(as, json, { field: 'trace.id', facts }).outcome).toBe('left');
    expect(facts.spanId.toString()).toBe('f'.repeat(16));
  });
});

it.each<[As, string, string | undefined]>([
  ['text', '""', ''],
  ['text', String.raw`"a\"é"`, String.raw`a\"é`],
  ['text', '7', undefined],
  ['filled', '"a"', 'a'],
  ['filled', '""', undefined],
  ['filled', '{}', undefined],
  ['lines', String.raw`"a\nb"`, String.raw`a\nb`],
  ['lines', String.raw`"a\\nb"`, undefined],
  ['lines', '"a"', undefined],
  ['status', '204', '204'],
  ['status', '600', undefined],
  ['status', '20', undefined],
  ['status', '012', undefined],
  ['status', '"204"', undefined],
  ['count', '0', '0'],
  ['count', '123456789012345', '123456789012345'],
  ['count', '1234567890123456', undefined],
  ['count', '-1', undefined],
  ['count', '1.0', undefined],
  ['count', '1e3', undefined],
  ['count', 'true', undefined],
  ['digits', '"12"', '12'],
  ['digits', '"1.2"', undefined],
  ['digits', '12', '12'],
  ['digits', '-12', undefined],
  ['digits', 'true', undefined],
])('as %s the value %s is %j', (as, json, text) => {
  const { outcome, text: found } = read(as, json);
  expect([outcome, found]).toEqual([text === undefined ? 'left' : 'taken', text]);
});

it.each<[As, string, number | undefined]>([
  ['milliseconds', '12.5', 12_500_000],
  ['milliseconds', '0', 0],
  ['milliseconds', '1e-3', 1000],
  ['milliseconds', '-1', undefined],
  ['milliseconds', '1e300', undefined],
  ['milliseconds', '"12"', undefined],
  ['seconds', '"0.25s"', 250_000_000],
  ['seconds', '"3s"', 3_000_000_000],
  ['seconds', '"3"', undefined],
  ['seconds', '3', undefined],
])('as %s the value %s is %s nanoseconds', (as, json, duration) => {
  expect(read(as, json)).toMatchObject({ outcome: duration === undefined ? 'left' : 'copied', duration });
});

it('leaves a value for a field that has one', () => {
  const facts = new Facts();
  facts.setLevel(0);
  expect(read('level', '"info"', { field: 'log.level', facts })).toMatchObject({ outcome: 'left', level: 'trace' });
});

describe('the table', () => {
  it('has each path once, but for those that are read in several ways', () => {
    const rows = PROMOTIONS.map(({ path, as, with: company }) => `${path} ${as} ${company}`);
    expect(rows).toEqual([...new Set(rows)]);
    const always = PROMOTIONS.filter(({ late, with: company }) => !late && !company).map(({ path }) => path);
    expect(always).toEqual([...new Set(always)]);
  });

  it('is made of keys that are written without escapes, and late ones that stand at the top', () => {
    expect(PROMOTIONS.map(({ path }) => path).filter((path) => !/^[\w@./-]+$/.test(path))).toEqual([]);
    const late = PROMOTIONS.filter(({ late, with: company }) => late ?? company);
    expect(late.map(({ path }) => path).filter((path) => path.includes('.'))).toEqual([]);
  });

  it.each(PROMOTIONS)('has $path', ({ path, as, to }) => {
    expect(rowsOf(path).map((row) => [row.as, FIELDS[row.field]])).toContainEqual([as, to]);
    const [first] = path.split('.');
    for (const key of [path, first!]) expect(mayHaveRow(Buffer.from(`"${key}"`), 1, 1 + key.length)).toBe(true);
    expect(isOuter(first!)).toBe(PROMOTIONS.some((other) => other.path.startsWith(`${first}.`)));
  });

  it.each(['', 'é', 'messages', 'ms', 'traceparents', 'x'.repeat(500), '__proto__', 'constructor', 'toString'])(
    'has no %j',
    (key) => {
      expect([rowsOf(key), isOuter(key)]).toEqual([[], false]);
    },
  );

  it.each(['', 'é', 'x', 'x'.repeat(500), '\0'])('need not be asked for %j', (key) => {
    const bytes = Buffer.from(`"${key}"`);
    expect(mayHaveRow(bytes, 1, bytes.length - 1)).toBe(false);
  });
});
