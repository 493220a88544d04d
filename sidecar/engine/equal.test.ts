import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convert, type ConversionOptions, type Converted } from '../../test/sidecar/conversion.ts';
import type { RedactionRule } from '../../api/sidecar-config.ts';
import { criLine } from '../../test/sidecar/cri.ts';
import { line } from '../../test/sidecar/payloads.ts';
import { ALL_RULES, SECRETS } from '../../test/sidecar/secrets.ts';
import { EXAMPLES } from '../plain/formats/examples/examples.ts';
import { HOSTILE } from '../plain/formats/examples/hostile.ts';
import { PlainBody } from '../sink/bulk-body.ts';
import { EngineBody } from './engine-body.ts';
import { engineLoader } from './engine.ts';

const now = () => 0;
const plain = new PlainBody(now);
const engine = new EngineBody(engineLoader()!(), now);

const sizeOf = (_: string, start: string, end: string) => `of ${Number(end) - Number(start)}`;

/** Batches as one: a text waits for the line behind it, and whether that still finds room in a full batch is no matter. */
function asOne(batches: readonly Converted[]) {
  const body = batches.map(({ body }) => body).join('');
  const records = batches.flatMap(({ records }) => records.map((record) => record.replace(/at (\d+)-(\d+)/, sizeOf)));
  const redactions: Record<string, number> = {};
  for (const batch of batches) {
    for (const [rule, count] of Object.entries(batch.redactions)) redactions[rule] = (redactions[rule] ?? 0) + count;
  }
  return { body, records, redactions, isUrgent: batches.some(({ isUrgent }) => isUrgent) };
}

/** Both paths make the same of a log. */
function expectEqual(pieces: readonly Buffer[], options: ConversionOptions): void {
  const expected = asOne(convert(pieces, plain, options));
  expect(asOne(convert(pieces, engine, options))).toEqual(expected);
  for (const each of expected.body.split('\n').slice(0, -1)) JSON.parse(each);
}

const PATTERN: RedactionRule = { pattern: 'cup|[0-9]{4}', with: 'Text', replacement: '<pattern>' };
const options = fc.record({
  multiline: fc.constantFrom('Auto', 'Off', '^\\w'),
  limit: fc.constantFrom(1_048_576, 1024, 64),
  full: fc.constantFrom(262_144, 3000, 1),
  chunk: fc.constantFrom(Infinity, 4096, 300),
  redact: fc.constantFrom([], ALL_RULES.slice(0, 6), ALL_RULES, [...ALL_RULES, PATTERN]),
});

/** `TRACEWELL_FUZZ_LINES` lines, about forty to a log; a million in a long run. */
const LINES = Number(process.env['TRACEWELL_FUZZ_LINES'] ?? 20_000);

/** Text on both streams, with a trace here and there. */
const waiting = fc
  .tuple(
    fc.constantFrom('stdout', 'stdout', 'stderr'),
    fc.oneof(
      fc.constantFrom('plain text', 'INFO behind', '{"a":1}', 'Exception in thread "main" x', '\tat a.b(C.java:1)'),
      fc.nat(280).map((length) => 'x'.repeat(length)),
    ),
  )
  .map(([stream, text]) => criLine(text, { stream }));

/** The pieces in which a log grows. */
function cutAt(log: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (log.length + 1)).sort((a, b) => a - b), log.length];
  return at.slice(1).map((end, i) => log.subarray(at[i], end));
}

/** A line as the runtime writes it, among ordinary ones. */
function among(payload: string | Buffer): Buffer {
  const [before, behind] = [criLine('{"level":"info","msg":"before"}'), criLine('INFO behind')];
  const [start, end] = criLine('|').split('|') as [string, string];
  return Buffer.concat([
    Buffer.from(before + behind + start),
    Buffer.from(payload),
    Buffer.from(end + behind + before),
  ]);
}

const PAYLOADS: [string, string | Buffer][] = [
  ...EXAMPLES.map(({ format, by, line }): [string, string] => [`${format} of ${by}`, line]),
  ...HOSTILE.map(({ name, payload }): [string, string | Buffer] => [name, payload]),
  ...SECRETS.map((secret): [string, string] => [`a secret as text: ${secret}`, `paid by ${secret}`]),
  ...SECRETS.map((secret): [string, string] => [
    `a secret in JSON: ${secret}`,
    JSON.stringify({ msg: secret, n: [secret] }),
  ]),
];

describe('the engine', () => {
  it.each(PAYLOADS)('makes of %s just what the plain path makes of it', (_, payload) => {
    for (const multiline of ['Auto', 'Off']) {
      for (const redact of [[], ALL_RULES]) expectEqual([among(payload)], { multiline, redact });
    }
  });

  it('makes of any log, however it grows, just what the plain path makes of it', { timeout: 36_000_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 80 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        options,
        (lines, cuts, how) => expectEqual(cutAt(Buffer.concat(lines), cuts), how),
      ),
      { numRuns: Math.ceil(LINES / 40) },
    );
  });

  it('and where lines of text wait for the next one, and are as long as a chunk', { timeout: 36_000_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(waiting, { maxLength: 80 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.record({ full: fc.constantFrom(262_144, 3000, 1), chunk: fc.constantFrom(4096, 300) }),
        (lines, cuts, how) => expectEqual(cutAt(Buffer.from(lines.join('')), cuts), how),
      ),
      { numRuns: Math.ceil(LINES / 40) },
    );
  });
});
