import * as fc from 'fast-check';
import { PROMOTIONS } from '../../sidecar/plain/promotions.ts';
import { ORDINARY } from './ordinary-lines.ts';
import { textLine } from './texts.ts';
import { HOSTILE_TEXT } from './secrets.ts';
import * as traces from './traces.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const key = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...new Set(PROMOTIONS.flatMap(({ path }) => [path, path, path.split('.')[0]!]))),
  },
  fc.constantFrom('orderId', 'time', 'caller', '__proto__', '', 'a\\u0062', 'app', '_id'),
  fc.string({ maxLength: 50 }).map((text) => JSON.stringify(text).slice(1, -1)),
);
const scalar = fc.constantFrom(
  '0',
  '-0',
  '1.5',
  '30',
  '3e1',
  '50',
  '60',
  '70',
  '12',
  '-30',
  '30.0',
  '01',
  '1.',
  '.5',
  '-',
  '1e',
  '1E+5',
  'true',
  'false',
  'null',
  'tru',
  'nul',
  'True',
  '""',
  '"info"',
  '"WARN"',
  '"Error-2"',
  '"in fo"',
  '"\\u0069nfo"',

  `"${TRACE}"`,
  `"${TRACE.toUpperCase()}"`,
  `"${'0'.repeat(32)}"`,
  `"${SPAN}"`,
  `"${'0'.repeat(16)}"`,
  `"${TRACE}0"`,

  `"00-${TRACE}-${SPAN}-01"`,
  '"1234567890123456789"',
  '4111111111111111',
  '1234567890123456789',
  '"a\\"b\\\\c\\n"',

  '"caf\u00e9 \u2603 \ud83d\udca5"',
  '"\\ud83d"',
  '"\u0001"',
  '"\t"',
  '12345678901234567890123',
  '"{}"',
  '"\\x"',
  '"\\u12g4"',
);
const text = fc
  .oneof({ weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) }, HOSTILE_TEXT)
  .map((each) => JSON.stringify(each));
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 6, arbitrary: fc.oneof(scalar, text) },
    fc.array(tie('value'), { maxLength: 3 }).map((all) => `[${all.join(',')}]`),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 3 })
      .map((all) => `{${all.map(([k, v]) => `"${k}":${v}`).join(', ')}}`),
  ),
}));
const blank = fc.constantFrom('', '', '', ' ', '  ', '\t', '\r');

/** An object as applications write it, and as they should not. */
const object = fc
  .tuple(fc.array(fc.tuple(blank, key, blank, blank, value, blank), { maxLength: 8 }), blank)
  .map(([all, inner]) => `{${all.map(([a, k, b, c, v, d]) => `${a}"${k}"${b}:${c}${v}${d}`).join(',') || inner}}`);
const deep = fc.nat(80).map((depth) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
const trace = fc.constantFrom(
  ...Object.values(traces).flatMap((each) =>
    Array.isArray(each) ? (each as readonly traces.Trace[]).flatMap(({ lines }) => lines) : [],
  ),
);
const payload = fc.oneof(
  { weight: 6, arbitrary: object },
  deep,
  { weight: 2, arbitrary: fc.constantFrom(...Object.values(ORDINARY).flat()) },
  { weight: 2, arbitrary: trace },
  { weight: 6, arbitrary: textLine },
  fc.string({ unit: 'binary', maxLength: 200 }),
  HOSTILE_TEXT,
);
/** Some bytes of it are others. */
const damaged = fc
  .tuple(payload, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 2 }), fc.nat(3))
  .map(([each, changes, chance]) => {
    const bytes = Buffer.from(each);
    if (chance === 0) for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes.map((byte) => (byte === 10 ? 32 : byte));
  });
const stamp = fc
  .tuple(
    fc.constantFrom(
      '2026-01-31T23:59:59',
      '2026-01-02T03:04:05',
      '2024-02-29T00:00:00',
      '2026-02-29T00:00:00',
      '1969-12-31T23:59:59',
    ),
    fc.constantFrom('.678901234', '.5', '', '.0000000001'),
    fc.constantFrom('Z', 'Z', 'Z', '+02:00', 'z'),
  )
  .map((parts) => parts.join(''));
const ordinaryStamp = fc.nat(2000).map((ms) => new Date(1_767_323_045_000 + ms).toISOString().replace('Z', '001234Z'));

/** A line of a log file with its newline. */
export const line = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: ordinaryStamp }, stamp),
    fc.constantFrom('stdout', 'stdout', 'stdout', 'stdout', 'stderr', 'stdin'),
    fc.constantFrom('F', 'F', 'F', 'F', 'F', 'F', 'F', 'P', 'F:x', 'X'),
    damaged,
    fc.nat(40),
  )
  .map(([at, stream, tag, bytes, chance]) =>
    Buffer.concat([Buffer.from(chance === 0 ? '' : `${at} ${stream} ${tag} `), bytes, Buffer.from('\n')]),
  );
