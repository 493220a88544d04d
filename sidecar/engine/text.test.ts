import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDINARY } from '../../test/sidecar/ordinary-lines.ts';
import { textLine } from '../../test/sidecar/texts.ts';
import * as traces from '../../test/sidecar/traces.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import { EXAMPLES } from '../plain/formats/examples/examples.ts';
import { STDOUT, type Lane } from '../source/lane.ts';
import { EngineBody } from './engine-body.ts';
import { loadEngine } from './engine.ts';

const now = () => new Date(0);
const engine = loadEngine()!;
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
};
/** In the chunk, so that the engine reads it where it is, with something before it. */
const AT = 128;

/** Puts a text into the chunk, and something around it; returns where it ends. */
function placed(text: Buffer, around: Buffer): number {
  const { chunk } = engine;
  const end = AT + text.copy(chunk, AT);
  for (let i = 1; i <= 64; i++) {
    chunk[AT - i] = around[i % around.length]!;
    chunk[end + i - 1] = around[(i - 1) % around.length]!;
  }
  return end;
}

/** What the plain writer and the engine's body make of a text, and whether the engine wrote it itself. */
function written(text: Buffer, around = Buffer.from(' ')) {
  const buffer = Buffer.concat([text, Buffer.from('\n')]);
  plain.length = 0;
  const level = writer.write({ ...PLACE, buffer, start: 0, end: text.length }, ORIGIN);
  const end = placed(text, around);
  const before = body.length;
  const isUrgent = body.write({ ...PLACE, buffer: engine.chunk, start: AT, end }, ORIGIN);
  const document = engine.body.toString('utf8', before, body.length);
  if (body.length > 1_000_000) body.pack(Buffer.alloc(0));
  return { expected: plain.bytes.toString('utf8', 0, plain.length), document, level, isUrgent };
}

function isTaken(text: Buffer): boolean {
  return (
    engine.writeText(body.length, { buffer: engine.chunk, start: AT, end: placed(text, text) }, PLACE) !== undefined
  );
}

/** Lines of which the plain writer knows more: an object of JSON, keys of rare tracers, escapes that JSON does not have. */
const LEFT = new Set([
  ...EXAMPLES.filter(({ format }) => format === 'json').map(({ line }) => line),
  ...ORDINARY['JSON']!,
]);

const ROWS = [
  ...EXAMPLES.map(({ format, by, line }) => ({ by: `${format} of ${by}`, line })),
  ...Object.entries(ORDINARY).flatMap(([by, lines]) => lines.map((line) => ({ by, line }))),
  ...Object.entries(traces).flatMap(([by, all]) =>
    (Array.isArray(all) ? (all as readonly traces.Trace[]) : []).map(({ lines }) => ({ by, line: lines.join('\n') })),
  ),
  { by: 'nothing', line: '' },
].map((row) => ({ ...row, does: LEFT.has(row.line) ? 'leaves' : 'takes' }));

describe('the engine', () => {
  it.each(ROWS)('$does what is of $by: $line', ({ line, does }) => {
    const { document, expected } = written(Buffer.from(line));
    expect(document).toBe(expected);
    expect(isTaken(Buffer.from(line))).toBe(does === 'takes');
  });

  it('writes any text as the plain writer does, whatever stands around it', { timeout: 36_000_000 }, () => {
    const texts = fc.array(fc.tuple(textLine, fc.constantFrom('\n', '\r\n', '\n\n')), { minLength: 1, maxLength: 3 });
    const around = fc
      .oneof(textLine, fc.constantFrom('0', 'a', '"', '=', '-', ',', ']', 'level='))
      .map((each) => Buffer.from(each || ' '));
    fc.assert(
      fc.property(texts, fc.boolean(), around, (lines, isEnded, around) => {
        const [first, ...rest] = lines.map(([text, newline]) => text + newline);
        const text = isEnded
          ? [first!, ...rest].join('')
          : rest.length === 0
            ? lines[0]![0]
            : [first!, ...rest].join('').trimEnd();
        const { document, expected } = written(Buffer.from(text), around);
        expect(document).toBe(expected);
      }),
      { numRuns: Number(process.env['TRACEWELL_FUZZ_LINES'] ?? 20_000) / 4 },
    );
  });
});
