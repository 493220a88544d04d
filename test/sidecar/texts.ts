import * as fc from 'fast-check';
import { EXAMPLES } from '../../sidecar/plain/formats/examples/examples.ts';
import { PROMOTIONS } from '../../sidecar/plain/promotions.ts';

/** Texts in the forms of loggers and servers, and in forms that are nearly theirs: for properties. */

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const XRAY = '1-58406520-a006649127e371903a2de979';

const one = (...texts: readonly string[]) => fc.constantFrom(...texts);
/** Texts without blanks. */
const words = (texts: string) => fc.constantFrom(...texts.split(' '));
/** All the parts, one behind the other. */
const line = (...parts: readonly (string | fc.Arbitrary<string>)[]) =>
  fc.tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part))).map((all) => all.join(''));
const many = (part: fc.Arbitrary<string>, maxLength: number, glue: string) =>
  fc.array(part, { maxLength }).map((all) => all.join(glue));
/** Mostly what is to be expected. */
const usual = (expected: string, ...others: readonly string[]) =>
  fc.oneof({ weight: 8, arbitrary: fc.constant(expected) }, one(...others));

const level = fc.oneof(
  words('INFO WARN ERROR DEBUG CRITICAL SEVERE NOTICE EMERG PANIC Info INFORM IN LOG FATAL ALERT CRIT TRACE WARNING'),
  words('info warning error critical fail trce dbug alert severe err in trace i E notice crit fatal panic emerg warn'),
);
const levelText = line(
  one('', ' ', '[', '(', '<', '|', '\t', '\u000B', '"', '-', 'x', '7', ' [', '{'),
  level,
  one('', ' ', ']', ')', '>', '|', ':', ',', '.', '=', '-', '7', '\t', 'é'),
);
const keyedLevel = line(
  one('', ' ', ',', '{', '[', '(', 'x', '.', '_', '"', '<'),
  words('level severity lvl LEVEL evel rity sanerity vl level"'),
  one('=', '=', '="', "='", ': ', '= '),
  one('info', 'ERROR', 'abcdefghijkl', 'abcdefghijklm', 'abc', 'in', 'warn2', 'warn-2', ''),
  one('', ' ', '"', "'", ',', '7', ')'),
);
const idKey = fc.oneof(
  words(
    'trace_id traceId trace.id trace-id otelTraceID X-B3-TraceId span_id spanId SPAN.ID span-id otelSpanID x-b3-spanid',
  ),
  words('trace_id span_id dd.trace_id dd.span_id uber-trace-id b3 traceparent dd.trace_id dd.span_id uber-trace-id b3'),
  words(
    'id xtrace_id my-b3 d 3 _id uuid a.very.long.key.trace_id @trace_id trace@id xuber-trace-id -trace_id _.b3 a_-.uber-trace-id a-uber-trace-id a--.span_id x-trace_id \\trace_id',
  ),
);
const brackets = (name: string) => [
  `[${name},${TRACE},${SPAN}]`,
  `[${name},${SPAN},${SPAN},true]`,
  `[${name},${SPAN},${SPAN}7`,
  `[${name},${TRACE},${'0'.repeat(16)}]`,
];
const id = fc.oneof(
  one(TRACE, SPAN),
  one(TRACE, SPAN, TRACE.toUpperCase(), TRACE.slice(1), SPAN.slice(8), SPAN.slice(9), `${TRACE}0`, SPAN.toUpperCase()),
  one(
    '0'.repeat(32),
    '0'.repeat(16),
    '00000000',
    `${SPAN}0`,
    '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
    'x',
    '',
    '4bf92g35',
  ),
  words(
    '1234567890123456789 18446744073709551615 18446744073709551616 28446744073709551615 123456789012345678901 0 7 00000',
  ),
  one(`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-0`, `ff-${TRACE}-${SPAN}-f0`, `00-${TRACE}-${SPAN}-01x`),
  one(`00-${TRACE}-${SPAN}_01`, `0g-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-0g`, `00-${TRACE}-${'0'.repeat(16)}-01`),
  one(`00-${'0'.repeat(16)}${SPAN}-${SPAN}-01`, `00-${SPAN}${'0'.repeat(16)}-${SPAN}-01`, `x00-${TRACE}-${SPAN}-01`),
  one(`${TRACE}-${SPAN}-1`, `${TRACE}:${SPAN}:0:1`, `a3ce929d0e0e4736:f067:0:1`, `${TRACE}-0`, `${TRACE}-${SPAN}0`),
  one(
    `${TRACE}-${SPAN}x`,
    `${TRACE}:7`,
    `${TRACE}:00`,
    `${TRACE}:`,
    `${TRACE}0:7`,
    `${'0'.repeat(32)}-7`,
    `7:${SPAN.slice(2)}g`,
  ),
  one(XRAY, `${XRAY}@${SPAN}`, `${XRAY};Parent=${SPAN};Sampled=1`, XRAY.toUpperCase(), `${XRAY}@${SPAN}x`, `${XRAY}x`),
  one(`1-${'0'.repeat(8)}-${'0'.repeat(24)}`, XRAY.replace('-a', '7a'), `x${XRAY}`, `${XRAY}@${SPAN.toUpperCase()}`),
  one(`[${TRACE}-${SPAN}]`, `[${TRACE}-${'0'.repeat(16)}]`, `${TRACE}-${SPAN}]`, `[${TRACE}-${SPAN}x`),
  one(...brackets('app'), ...brackets(''), ...brackets('a]b')),
  one(...brackets('a'.repeat(63)), ...brackets('a'.repeat(64)), `app,${TRACE},${SPAN}]`),
);
const context = line(
  one('', ' ', '"', '{"', "'", String.raw`{\"`, 'x', ';', '[', '\\'),
  idKey,
  one('=', ':', ': ', '="', '":"', '": "', String.raw`\":\"`, "'='", ' = ', '=  ', '\\='),
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
  words(
    'level msg time ts caller err error trace_id span_id traceparent logger lvl http.method http.status_code a b c',
  ),
  words('name v levelname event body channel level_name log.origin.file.line'),
  fc.constantFrom(...PROMOTIONS.map(({ path }) => path)),
  one('', '7a', '_', '@a', 'a:b/c', 'ü', 'a b', 'a"', 'abcdefgh1', 'abcdefgh2', 'x'.repeat(45)),
);
const pairValue = fc.oneof(
  words(
    'info W e t D n 30 70 33 7 -1.5e3 200 404 600 99 0200 true false xalse falsx null warn-2 in.fo 1e5 1e+5 1e-5 1e123 1.5e 1. 01 -7 a false7',
  ),
  one(
    '',
    '""',
    '"',
    '"order paid"',
    '"a',
    'a"b',
    '"a"b',
    '123456789012345',
    '1234567890123456',
    '12345678901234e1',
    '12345678901234e12',
    'trueX',
  ),
  one('1.23456789012345', '1.234567890123456', '1e', '1e+', 'a'.repeat(32), 'a'.repeat(33), '\u0001', 'a\u0001'),
  words(String.raw`"a\"b\\c\n\t" "\u00e9" "\x1b[0m" "\q" "\" "\b\f\r\a"`),
  id,
  id.map((each) => `"${each}"`),
  fc.string({ unit: 'binary', maxLength: 40 }).map((each) => JSON.stringify(each)),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
);
const pair = line(pairKey, words('= = = = = = = == '), pairValue);
const pairs = line(many(pair, 10, ' '), one('', '', '', ' ', '\t', '  a=1', ' a'));
/** Each key once, and most values whole, so that most of them are lines of logfmt. */
const properKey = fc.oneof(
  words('level msg trace_id span_id traceId spanID traceparent time err name v event http.status_code lvl trace.id'),
  { weight: 2, arbitrary: words('a b c d e f g h') },
);
const properValue = fc.oneof(
  words('info W 30 70 7 200 404 600 099 true warn-2 "" "paid" 1.5'),
  id.filter((each) => !/ /.test(each)),
  { weight: 4, arbitrary: fc.constant('x') },
);
const proper = fc
  .tuple(
    fc.uniqueArray(fc.tuple(properKey, properValue), { selector: ([key]) => key, minLength: 2, maxLength: 8 }),
    one(' ', ' ', '  ', '\t'),
  )
  .map(([all, gap]) => all.map(([key, value]) => `${key}=${value}`).join(gap));
const wide = fc
  .integer({ min: 60, max: 70 })
  .map((count) => Array.from({ length: count }, (_, i) => `key${i}=${i}`).join(' '));

const request = one(
  ...[
    'GET /cart HTTP/1.1',
    'POST /pay?a=1,b:2 HTTP/2.0',
    'GET / HTTP/3',
    'GET /  HTTP/1.1',
    '-',
    '',
    'get / HTTP/1.1',
  ].concat(
    [
      String.raw`\x16\x03`,
      String.raw`GET /\"a\" HTTP/1.0`,
      `${'A'.repeat(20)} / HTTP/1.0`,
      `${'A'.repeat(21)} / HTTP/1.0`,
    ],
    [
      'GET  HTTP/1.1',
      'GET HTTP/1.1',
      'GET / HTTP/x',
      'GET / HTTP/1.x',
      'GET / HTTP/1.01',
      'GET / HTTP_1.1',
      'GET',
      'GET / HTT',
    ],
  ),
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
  usual('', 'shop.example:443 '),
  usual('10.0.0.7', '::1', '-', '', 'host'),
  usual(' ', '  '),
  usual('-', 'ada', ''),
  usual(' - ', ' ada ', ' '),
  usual(
    '[02/Jan/2026:03:04:05 +0000]',
    '[02/Jan/2026:03:04:05 -0130]',
    '[2/Jan/2026:03:04:05 +0000]',
    '[02/Jan/2026:03:04:05 x0000]',
  ),
  usual(' "', ' '),
  request,
  usual('" 200 ', '" 404 ', '" 099 ', '" 600 ', '" 20 ', '"', '" 200'),
  usual('512', '0', '-', '007', '1234567890123456', '12x', ''),
  fc.oneof(
    one('', ' ', ' x', '  '),
    line(' ', quotedText, usual(' ', ''), quotedText),
    line(' ', quotedText, ' ', quotedText, ' ', context),
  ),
);
const klog = line(
  words('I W E F D e'),
  usual('0102', '20260102', '010', '01022'),
  usual(' 03:04:05.678901 ', ' 03:04:05.678 '),
  usual('      1', '4711', '', '007', '12345678901234567'),
  usual(' ', ''),
  usual('main.go', 'a/b.cc', '', 'a b'),
  usual(':', ''),
  usual('42', '042', ''),
  usual('] ', ']', ' '),
  prose,
);
const priority = words(' <34> <191> <192> <007> <> <1 <0> <165>');
const old = line(
  fc.oneof(words('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'), one('Jum', 'jan')),
  usual('  2 ', ' 12 ', ' 2 ', ' xx '),
  usual('03:04:05 ', '03:04:5 '),
);
const tag = line(
  usual('su', 'postfix/smtpd', 'app-7', '', '7', 'a'.repeat(48), 'a'.repeat(49), 'a@b_c', 'a.b'),
  usual('', '[230]', '[007]', '[x]', '[', '[7'),
  usual(': ', ':', ':x', ' ', ''),
);
const oldSyslog = line(priority, old, one('cart-0 ', '', 'host  '), tag, prose);
const newSyslog = line(
  priority,
  usual('1 ', '2 ', '1'),
  usual(
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.678+01:00',
    '-',
    '2026-01-02 03:04:05',
    '2026-01-02A03:04:05',
    '-x',
  ),
  usual(' cart-0 ', ' - ', '  '),
  words('pay - -- -x'),
  usual(' 4711 ', ' - ', ' 007 ', ' x '),
  usual('ID47 ', '- ', ''),
  words(
    String.raw`- [a] [a][d] [x [a"]"] [a"\"]"] [a"b]" [a\"b"]" -x x [trace_id="${TRACE}"] []`.replaceAll(
      '${TRACE}',
      TRACE,
    ),
  ),
  usual(' ', '', ' paid', 'x'),
  prose,
);

const whole = fc.oneof(
  { weight: 3, arbitrary: prose },
  pairs,
  { weight: 3, arbitrary: proper },
  wide,
  { weight: 2, arbitrary: access },
  klog,
  oldSyslog,
  newSyslog,
  { weight: 2, arbitrary: fc.constantFrom(...EXAMPLES.map(({ line }) => line)) },
);
/** What stands in it begins late. */
const late = line(
  fc.nat({ max: 140 }).map((size) => '.'.repeat(size)),
  whole,
);
const MARKS = ' \t\r-,=:"\'[]|<>\\0a1Z{}éT'.split('');

/** A line of a text, perhaps with some damage. */
export const textLine = fc
  .tuple(fc.oneof({ weight: 5, arbitrary: whole }, late), fc.nat(12), fc.nat(), fc.constantFrom(...MARKS))
  .map(([each, damage, place, mark]) => {
    const at = place % (each.length + 1);
    const before = each.slice(0, at);
    const damaged = [
      before,
      each.slice(at),
      before + mark + each.slice(at),
      before + mark + each.slice(at + 1),
      each + mark,
    ];
    return (damaged[damage] ?? each).replaceAll('\n', ' ');
  });
