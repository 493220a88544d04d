import * as fc from 'fast-check';
import { PROMOTIONS } from '../../sidecar/plain/promotions.ts';
import { EXAMPLES } from '../../sidecar/plain/formats/examples/examples.ts';

/** Texts in the forms of loggers and servers, and in forms that are nearly theirs: for properties. */

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const XRAY = '1-58406520-a006649127e371903a2de979';

const one = (...texts: readonly string[]) => fc.constantFrom(...texts);
/** All the parts, one behind the other. */
const line = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));
const many = (part: fc.Arbitrary<string>, maxLength: number, glue = '') =>
  fc.array(part, { maxLength }).map((all) => all.join(glue));

const level = one(
  ...[
    'INFO',
    'WARN',
    'ERROR',
    'DEBUG',
    'CRITICAL',
    'SEVERE',
    'NOTICE',
    'EMERG',
    'PANIC',
    'Info',
    'INFORM',
    'IN',
    'LOG',
  ],
  ...[
    'info',
    'warning',
    'error',
    'critical',
    'fail',
    'trce',
    'dbug',
    'alert',
    'severe',
    'err',
    'in',
    'trace',
    'I',
    'e',
  ],
);
const levelText = line(
  one('', ' ', '[', '(', '<', '|', '\t', '\u000b', '"', '-', 'x', '7', ' ['),
  level,
  one('', ' ', ']', ')', '>', '|', ':', ',', '.', '=', '-', '7', '\t', 'é'),
);
const keyedLevel = line(
  one('', ' ', ',', '{', '[', '(', 'x', '.', '_', '"'),
  one('level', 'severity', 'lvl', 'LEVEL', 'evel', 'rity', 'vl', 'level "'),
  one('=', '=', '="', "='", ': ', '= '),
  one('info', 'ERROR', 'abcdefghijkl', 'abcdefghijklm', 'in', 'warn2', 'warn-2', ''),
  one('', ' ', '"', "'", ',', '7', ')'),
);
const idKey = one(
  ...['trace_id', 'traceId', 'trace.id', 'trace-id', 'otelTraceID', 'X-B3-TraceId', 'span_id', 'spanId', 'SPAN.ID'],
  ...['span-id', 'otelSpanID', 'x-b3-spanid', 'dd.trace_id', 'dd.span_id', 'uber-trace-id', 'b3', 'traceparent', 'id'],
  ...['xtrace_id', 'my-b3', 'd', '3', '_id', 'uuid', 'a.very.long.key.trace_id', '@trace_id', 'trace@id'],
);
const id = one(
  ...[TRACE, TRACE, SPAN, SPAN, TRACE.toUpperCase(), TRACE.slice(1), SPAN.slice(8), SPAN.slice(9), `${TRACE}0`],
  ...['0'.repeat(32), '0'.repeat(16), '00000000', `${SPAN}0`, '4bf92f35-77b3-4da6-a3ce-929d0e0e4736', 'x', ''],
  ...['1234567890123456789', '18446744073709551615', '18446744073709551616', '123456789012345678901', '0', '7'],
  ...[`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-0`, `00-${TRACE}-${'0'.repeat(16)}-01`, `ff-${TRACE}-${SPAN}-f0`],
  ...[`${TRACE}-${SPAN}-1`, `${TRACE}:${SPAN}:0:1`, `a3ce929d0e0e4736:f067:0:1`, `${TRACE}-0`, `${TRACE}-${SPAN}0`],
  ...[
    XRAY,
    `${XRAY}@${SPAN}`,
    `${XRAY};Parent=${SPAN};Sampled=1`,
    XRAY.toUpperCase(),
    `1-${'0'.repeat(8)}-${'0'.repeat(24)}`,
  ],
  ...[`[${TRACE}-${SPAN}]`, `[app,${TRACE},${SPAN}]`, `[app,${SPAN},${SPAN},true]`, `[,${TRACE},${SPAN},`],
  ...[
    `app,${TRACE},${SPAN}]`,
    `[a]b,${TRACE},${SPAN}]`,
    `[${'a'.repeat(63)},${SPAN},${SPAN}]`,
    `[${'a'.repeat(64)},${SPAN},${SPAN}]`,
  ],
);
const context = line(
  one('', ' ', '"', '{"', "'", String.raw`{\"`, 'x', ';', '['),
  idKey,
  one('=', ':', ': ', '="', '":"', '": "', String.raw`\":\"`, "'='", ' = ', '=  '),
  id,
  one('', ' ', '"', ',', '-', '_', 'x', ']', ')', 'é'),
);
const word = fc.oneof(
  one(
    'at com.shop.Cart.pay(Cart.java:42)',
    'GET',
    '/pay?id=7',
    'a=b',
    '10:00:00,123',
    '2026-01-02',
    '---',
    '#7',
    'é ☃ 💥',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const prose = many(
  fc.oneof({ weight: 2, arbitrary: levelText }, keyedLevel, { weight: 2, arbitrary: context }, id, word),
  8,
  ' ',
);

const pairKey = fc.oneof(
  one('level', 'msg', 'time', 'ts', 'caller', 'err', 'error', 'trace_id', 'span_id', 'traceparent', 'logger', 'lvl'),
  one(
    'http.method',
    'http.status_code',
    'name',
    'v',
    'levelname',
    'event',
    'body',
    'channel',
    'level_name',
    'a',
    'b',
    'c',
  ),
  fc.constantFrom(...PROMOTIONS.map(({ path }) => path)),
  one('', '7a', '_', '@a', 'a:b/c', 'ü', 'a b', 'a"', 'abcdefgh1', 'abcdefgh2', 'x'.repeat(45)),
);
const pairValue = fc.oneof(
  one('info', 'W', 'e', '30', '7', '-1.5e3', '200', '404', '99', '0200', 'true', 'false', 'null', '', '""', '"'),
  one(
    '"order paid"',
    String.raw`"a\"b\\c\n\t"`,
    String.raw`"\u00e9"`,
    String.raw`"\x1b[0m"`,
    String.raw`"\q"`,
    '"a',
    'a"b',
    '"a"b',
  ),
  id,
  id.map((each) => `"${each}"`),
  fc.string({ unit: 'binary', maxLength: 40 }).map((each) => JSON.stringify(each)),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
);
const pair = line(pairKey, one('=', '=', '=', '=', '=', '=', '=', '==', ''), pairValue);
const pairs = line(many(pair, 10, ' '), one('', '', '', ' ', '\t', '  a=1', ' a'));
/** Each key once, so that most are lines of logfmt. */
const proper = fc
  .uniqueArray(
    fc.tuple(
      one('level', 'msg', 'ts', 'caller', 'trace_id', 'span_id', 'name', 'v', 'err', 'order', 'paid'),
      pairValue,
    ),
    {
      selector: ([key]) => key,
      minLength: 2,
    },
  )
  .map((all) => all.map(([key, value]) => `${key}=${value}`).join(' '));
const wide = fc.nat({ max: 70 }).map((count) => Array.from({ length: count }, (_, i) => `key${i}=${i}`).join(' '));

const request = one(
  'GET /cart HTTP/1.1',
  'POST /pay?a=1,b:2 HTTP/2.0',
  'GET / HTTP/3',
  'GET /  HTTP/1.1',
  '-',
  '',
  'get / HTTP/1.1',
).chain((usual) =>
  fc.oneof(fc.constant(usual), one(String.raw`\x16\x03`, String.raw`GET /\"a\" HTTP/1.0`, 'A'.repeat(21))),
);
const quotedText = one(
  '"-"',
  '"curl/8.5.0"',
  String.raw`"a \"b\" c"`,
  '""',
  '"open',
  '-',
  '"https://shop.example/?level=info"',
);
const access = line(
  one('', '', '', 'shop.example:443 '),
  one('10.0.0.7', '::1', '-', '', 'host'),
  one(' ', ' ', ' ', '  '),
  one('-', 'ada', ''),
  one(' - ', ' ada ', ' '),
  one(
    '[02/Jan/2026:03:04:05 +0000]',
    '[02/Jan/2026:03:04:05 -0130]',
    '[2/Jan/2026:03:04:05 +0000]',
    '[02/Jan/2026:03:04:05 0000]',
  ),
  one(' "', ' "', ' "', ' '),
  request,
  one('" 200 ', '" 404 ', '" 099 ', '" 600 ', '" 20 ', '"'),
  one('0', '512', '-', '007', '1234567890123456', '12x', ''),
  one('', ' ', '  '),
  quotedText,
  one(' ', ' ', ''),
  quotedText,
  fc.oneof(fc.constant(''), context),
);
const klog = line(
  one('I', 'W', 'E', 'F', 'D', 'e'),
  one('0102', '20260102', '010', '01022'),
  one(' 03:04:05.678901 ', ' 03:04:05.678 '),
  one('      1', '4711', '', '007', '12345678901234567'),
  one(' ', ''),
  one('main.go', 'a/b.cc', '', 'a b'),
  one(':', ''),
  one('42', '042', ''),
  one('] ', ']', ' '),
  prose,
);
const stamp = one('Jan  2 03:04:05 ', 'Feb 12 03:04:05 ', 'Jum  2 03:04:05 ', 'May 2 03:04:05 ', 'Sep  2 03:04:5 ');
const priority = one('', '', '<34>', '<191>', '<192>', '<007>', '<>', '<1', '<0>', '<165>');
const tag = line(
  one('su', 'postfix/smtpd', 'app-7', '', '7', 'a'.repeat(48), 'a'.repeat(49), 'a@b_c'),
  one('', '[230]', '[007]', '[x]', '[', '[7'),
  one(': ', ':', ':x', ' ', ''),
);
const oldSyslog = line(priority, stamp, one('cart-0 ', '', 'host  '), tag, prose);
const newSyslog = line(
  priority,
  one('1 ', '1 ', '1 ', '2 ', '1'),
  one('2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678+01:00', '-', '2026-01-02 03:04:05', '2026-01-02A03:04:05'),
  one(' cart-0 ', ' - ', '  '),
  one('pay', '-', '--'),
  one(' 4711 ', ' - ', ' 007 ', ' x '),
  one('ID47 ', '- ', ''),
  one('-', '[a b="c"]', String.raw`[a b="\"]"][d]`, '[a', '', `[x trace_id="${TRACE}"]`, '-x'),
  one('', ' ', ' paid', 'x'),
  prose,
);

const whole = fc.oneof(
  { weight: 3, arbitrary: prose },
  { weight: 2, arbitrary: pairs },
  { weight: 3, arbitrary: proper },
  wide,
  { weight: 2, arbitrary: access },
  klog,
  oldSyslog,
  newSyslog,
  { weight: 2, arbitrary: fc.constantFrom(...EXAMPLES.map(({ line }) => line)) },
);
const long = line(
  fc.nat({ max: 140 }).map((size) => '.'.repeat(size)),
  whole,
);
const MARKS = ' \t\r-,=:"\'[]|<>\\0a1Z{}éT'.split('');

/** A line of a text, perhaps with some damage. */
export const textLine = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: whole }, long), fc.nat(9), fc.nat(), fc.constantFrom(...MARKS))
  .map(([each, damage, place, mark]) => {
    const at = place % (each.length + 1);
    if (damage === 0) return each.slice(0, at);
    if (damage === 1) return each.slice(at);
    if (damage === 2) return each.slice(0, at) + mark + each.slice(at);
    if (damage === 3) return each.slice(0, at) + mark + each.slice(at + 1);
    return damage === 4 ? `${each}${mark}` : each;
  })
  .map((each) => each.replaceAll('\n', ' '));
