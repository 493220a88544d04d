import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDINARY } from '../../test/sidecar/ordinary-lines.ts';
import { textLine } from '../../test/sidecar/texts.ts';
import * as traces from '../../test/sidecar/traces.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import { EXAMPLES } from '../plain/formats/examples/examples.ts';
import { isUrgent } from '../sink/age.ts';
import { STDOUT, type Lane } from '../source/lane.ts';
import { EngineBody } from './engine-body.ts';
import { engineLoader } from './engine.ts';

const now = () => 0;
const engine = engineLoader()!();
const body = new EngineBody(engine, now);
const plain = new Body();
const writer = new DocumentWriter(plain, now);

const ORIGIN = {
  file: '0a7ea830851c988f69d5ddea',
  constant: Buffer.from('"kubernetes":{"namespace":"shop"},"service.name":"cart","host.name":"node-1"'),
};
const LANE: Lane = STDOUT;
const PLACE = {
  offset: 4711,
  bytes: 230,
  lane: LANE,
  stamp: '2026-01-02T03:04:05.678901234Z',
  cut: 0,
  continued: false,
  kinds: 0,
};
/** `TRACEWELL_FUZZ_LINES` lines, about two to a text. */
const TEXTS = Math.ceil(Number(process.env['TRACEWELL_FUZZ_LINES'] ?? 20_000) / 2);
/** In the chunk, so that the engine reads it where it is, with something before it. */
const AT = 128;

/** What the plain writer and the engine's body make of a text that stands in the chunk. */
function written(start: number, end: number) {
  const text = Buffer.from(engine.chunk.subarray(start, end));
  plain.length = 0;
  const level = writer.write(
    { ...PLACE, buffer: Buffer.concat([text, Buffer.from('\n')]), start: 0, end: text.length },
    ORIGIN,
  );
  const before = body.length;
  const isUrgentToo = body.write({ ...PLACE, buffer: engine.chunk, start, end }, ORIGIN);
  const document = engine.body.toString('utf8', before, body.length);
  if (body.length > 1_000_000) body.pack(Buffer.alloc(0));
  expect(isUrgentToo).toBe(isUrgent(level));
  return { document, expected: plain.bytes.toString('utf8', 0, plain.length) };
}

/** What writes objects inside which fields of ours stand, and some with keys that are rare. */
const NESTED = [
  'pino',
  'bunyan',
  'log4j2',
  'logback, JsonEncoder',
  'ECS loggers, nested',
  'Serilog, CLEF of requests',
  'Serilog, JsonFormatter',
  '.NET JSON console',
  'GELF',
  'Google Cloud',
  'Datadog, nested',
];

/** Lines that are the plain writer's: objects of JSON, keys whose values are read in rare ways, escapes that JSON does not have. */
const LEFT = [
  ' \t{"level":"info"}',
  String.raw`level=info msg="\x1b[31mred"`,
  'level=info msg=paid responseTime=12',
  ...EXAMPLES.filter(({ by }) => NESTED.some((name) => by.startsWith(name))).map(({ line }) => line),
];

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
/** Lines that are nearly something else. */
const EDGES = [
  'level=info trace_id=1-584065207a006649127e371903a2de979',
  'a=1e-5 b=1e+05 c=1e5',
  'level=70 http.status_code=600',
  `span_id=00f067aa0ba902b8 traceparent=${TRACEPARENT}`,
  `a=1 traceparent=${TRACEPARENT},b`,
  'a=1 traceparent="level=info"',
  '10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 5 "-" "a level=error [ERROR]"',
];

const ROWS = [
  ...EXAMPLES.map(({ format, by, line }) => ({ by: `${format} of ${by}`, line })),
  ...Object.entries(ORDINARY).flatMap(([by, lines]) => lines.map((line) => ({ by, line }))),
  ...Object.entries(traces).flatMap(([by, all]) =>
    (Array.isArray(all) ? (all as readonly traces.Trace[]) : []).map(({ lines }) => ({ by, line: lines.join('\n') })),
  ),
  ...EDGES.map((line) => ({ by: 'something else', line })),
  ...LEFT.slice(0, 3).map((line) => ({ by: 'something rare', line })),
  { by: 'nothing', line: '' },
].map((row) => ({ ...row, does: LEFT.includes(row.line) ? 'leaves' : 'takes' }));

describe('the engine', () => {
  it.each(ROWS)('$does what is of $by: $line', ({ line, does }) => {
    const end = AT + engine.chunk.write(line, AT);
    engine.chunk.write('\n', end);
    const { document, expected } = written(AT, end);
    expect(document).toBe(expected);
    const after = engine.writePayload(body.length, { buffer: engine.chunk, start: AT, end }, PLACE);
    expect(after === undefined).toBe(does === 'leaves');
  });

  it.each([
    ['10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 200 ', '-'],
    ['Jan  2 03:04:05 cart:', 'x'],
    ['Jan  2 03:04:05 cart[7]', ':'],
    ['E0102 03:04:05.678901 1 a.go:7', '] paid'],
    ['level=info a=', '"b c"'],
    ['trace_id=4bf92f35', '77b34da6'],
  ])('of %s does not see what stands behind it: %s', (line, behind) => {
    const end = AT + engine.chunk.write(line, AT);
    engine.chunk.write(behind, end);
    const { document, expected } = written(AT, end);
    expect(document).toBe(expected);
  });

  it('writes any text as the plain writer does, whatever stands around it', { timeout: 36_000_000 }, () => {
    const texts = fc.array(fc.tuple(textLine, fc.constantFrom('\n', '\r\n', '\n\n')), { minLength: 1, maxLength: 3 });
    /** Bytes before the text, and behind it, that belong to it in truth, so that they go on as it does. */
    const around = fc.oneof(fc.constant(0), fc.nat({ max: 20 }), fc.nat({ max: 300 }));
    fc.assert(
      fc.property(texts, around, around, fc.boolean(), (lines, before, behind, isEnded) => {
        const all = lines.map(([text, newline], i) => text + (isEnded || i < lines.length - 1 ? newline : '')).join('');
        const end = AT + engine.chunk.write(all, AT);
        engine.chunk.write('"- =7', end);
        const start = AT + (before % (end - AT + 1));
        const { document, expected } = written(start, end - (behind % (end - start + 1)));
        expect(document).toBe(expected);
      }),
      { numRuns: TEXTS },
    );
  });
});
