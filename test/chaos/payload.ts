import { STDERR, STDOUT, UNFRAMED, type Lane } from '../../sidecar/source/lane.ts';
import type { Random } from './random.ts';

/** What the application says at once: one line, a long line in parts, or several lines that belong together. */
export interface Unit {
  readonly lane: Lane;
  readonly lines: readonly Piece[];
  readonly isDebug: boolean;
}

/** One line of the log file, without header and newline. */
export interface Piece {
  readonly text: Buffer;
  /** Its next part follows. */
  readonly more: boolean;
  /** An empty line whose header ends with its tag, without the space. */
  readonly isBare?: boolean;
}

/** The container runtime cuts there. */
const PART_BYTES = 16_384;

/** The proxy refuses documents with this mark: in their first form, or in every form. */
export const REFUSED = { once: '~refused-as-json~', always: '~refused-for-ever~' } as const;

const DRAW = {
  text: (random, id) => [`${random.pick(['INFO', 'WARN', 'ERROR'])} ${words(random)} ${id}`],
  debugText: (random, id) => [`DEBUG ${words(random)} ${id}`],
  json: (random, id) => [JSON.stringify(object(random, id, random.pick(['info', 'warn', 'error', 30, 50])))],
  debugJson: (random, id) => [JSON.stringify(object(random, id, random.pick(['debug', 20])))],
  brokenJson: (random, id) => [JSON.stringify(object(random, id, 'info')).slice(0, -random.integer(1, 9))],
  deepJson: (random, id) => {
    const depth = random.pick([3, 20, 62, 63, 64, 80]);
    return [`{"id":"${id}","a":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`];
  },
  wideJson: (random, id) => {
    const members = Array.from({ length: random.integer(20, 60) }, (_, i) => [
      `k${random.integer(0, 400)}.${i % 3}`,
      i,
    ]);
    return [JSON.stringify({ id, ...Object.fromEntries(members) })];
  },
  // Elasticsearch refuses these in their first form.
  keyTwice: (_, id) => [`{"id":"${id}","a":1,"a":2}`],
  emptyKey: (_, id) => [`{"id":"${id}","":1}`],
  nulKey: (_, id) => [`{"id":"${id}","a\\u0000b":1}`],
  endlessNumber: (_, id) => [`{"id":"${id}","n":1${'0'.repeat(1_100)}}`],
  refusedOnce: (_, id) => [`{"id":"${id}","why":"${REFUSED.once}"}`],
  refusedAlways: (_, id) => [`${REFUSED.always} ${id}`],
  javaTrace: (random, id) => [
    `ERROR ${id} java.lang.IllegalStateException: ${words(random)}`,
    ...frames(random, () => `\tat dev.shop.Cart$Line.pay(Cart.java:${random.integer(1, 900)})`),
    'Caused by: java.io.IOException: connection reset',
    ...frames(random, () => `\tat dev.shop.Net.read(Net.java:${random.integer(1, 900)})`),
    '\t... 12 more',
  ],
  pythonTrace: (random, id) => [
    'Traceback (most recent call last):',
    ...frames(random, () => `  File "/app/cart.py", line ${random.integer(1, 900)}, in pay`),
    `ValueError: ${id} ${words(random)}`,
  ],
  nodeTrace: (random, id) => [
    `TypeError: ${id} ${words(random)}`,
    ...frames(random, () => `    at pay (/app/cart.js:${random.integer(1, 900)}:12)`),
  ],
  goTrace: (random, id) => [
    `panic: ${id} ${words(random)}`,
    '',
    'goroutine 1 [running]:',
    ...frames(random, () => `main.pay(0x${random.integer(0, 1e9).toString(16)})`),
  ],
  blank: () => [''],
  brokenUtf8: (random, id) => [
    Buffer.concat([
      Buffer.from(`${id} \xe9t\xe9 `, 'latin1'),
      Buffer.from([0xff, 0xc3, 0x28, random.integer(0, 255) | 128]),
    ]),
  ],
  brokenUtf8Json: (_, id) => [Buffer.from(`{"id":"${id}","city":"Z\xfcrich","msg":"gr\xfc\xdfe"}`, 'latin1')],
  control: (random, id) => [`${id} \u001b[31mred\u001b[0m \t\u0000\u0007 "quoted" \\ ${random.pick(['\r', '', '  '])}`],
  unicode: (_, id) => [`${id} 日本語 🚀 é e\u0301 \u2028 \ufeff ${'ß'.repeat(40)}`],
  smallParts: (random, id) => [`${id} ${words(random)} ${words(random)}`],
  parts: (random, id) => [long(random, `${id} `, random.integer(PART_BYTES + 1, 5 * PART_BYTES))],
  partsJson: (random, id) => [`{"id":"${id}","msg":"${long(random, '', random.integer(20_000, 60_000))}"}`],
  hugeParts: (random, id) => [long(random, `${id} `, random.integer(1_040_000, 1_400_000))],
  unframed: (random, id) => [
    `${random.pick(['no header at all', '2026-13-45T99:99:99Z stdout F', '{"not":"CRI"}'])} ${id}`,
  ],
  unframedLong: (random, id) => [long(random, `${id} `, random.integer(1_000, 300_000))],
  unframedEmpty: () => [''],
} satisfies Record<string, (random: Random, id: string) => readonly (string | Buffer)[]>;

export type Kind = keyof typeof DRAW;
export const KINDS = Object.keys(DRAW) as Kind[];

/** Kinds that cost much or that Elasticsearch refuses: one pod writes no more of them than so. */
export const BUDGET: Readonly<Partial<Record<Kind, number>>> = {
  keyTwice: 2,
  emptyKey: 2,
  nulKey: 2,
  endlessNumber: 2,
  refusedOnce: 3,
  refusedAlways: 3,
  hugeParts: 1,
  unframedLong: 4,
  parts: 15,
  partsJson: 15,
};

/** Something of a kind, with `id` in it. */
export function drawUnit(kind: Kind, random: Random, id: string): Unit {
  const lane: Lane = kind.startsWith('unframed') ? UNFRAMED : random.pick([STDOUT, STDERR]);
  const lines = DRAW[kind](random, id).map((text) => Buffer.from(text));
  const isDebug = kind.startsWith('debug');
  if (lane === UNFRAMED) return { lane, lines: lines.map((text) => ({ text, more: false })), isDebug };
  const partBytes = kind === 'smallParts' ? random.integer(3, 9) : PART_BYTES;
  const isBare = kind === 'blank' && random.chance(0.5);
  return { lane, lines: lines.flatMap((text) => cut(text, partBytes, isBare)), isDebug };
}

/** As the runtime cuts a long line. */
function cut(text: Buffer, partBytes: number, isBare: boolean): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < text.length; at += partBytes) {
    pieces.push({ text: text.subarray(at, at + partBytes), more: at + partBytes < text.length });
  }
  return pieces.length > 0 ? pieces : [{ text, more: false, isBare }];
}

const WORDS = ['order', 'paid', 'cart', 'refused', 'user', 'queue', 'retry', 'timeout', 'cache', 'miss'];
const words = (random: Random): string =>
  Array.from({ length: random.integer(1, 12) }, () => random.pick(WORDS)).join(' ');
const frames = (random: Random, frame: () => string): string[] => Array.from({ length: random.integer(1, 12) }, frame);

function object(random: Random, id: string, level: string | number): Record<string, unknown> {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.integer(1, 15).toString(16)).join('');
  return {
    level,
    [random.pick(['msg', 'message', 'text'])]: `${words(random)} ${id}`,
    ...(random.chance(0.3) ? { traceId: hex(32), span_id: hex(16) } : {}),
    ...(random.chance(0.2) ? { traceparent: `00-${hex(32)}-${hex(16)}-01` } : {}),
    ...(random.chance(0.3) ? { amount: random.next() * 100, paid: random.chance(0.5), note: null } : {}),
    // An object here, a scalar there, dots beside objects: a mapping of types would refuse some.
    ...(random.chance(0.3) ? { user: random.pick([{ name: 'ada' }, 'ada', 7, ['ada', { b: 1 }]]) } : {}),
    ...(random.chance(0.2) ? { 'user.name': 'bob', 'a..b': 1, emoji: '🚀 \ud800' } : {}),
  };
}

/** Characters of one to three bytes, so that a cut may fall inside one; nothing that JSON would escape. */
function long(random: Random, start: string, bytes: number): string {
  const pieces = [start];
  for (let length = start.length; length < bytes;) {
    const piece = random.pick([
      '0123456789abcdef'.repeat(8),
      'é',
      '日本語',
      'ordinary words, many of them. '.repeat(6),
    ]);
    pieces.push(piece);
    length += Buffer.byteLength(piece);
  }
  return pieces.join('');
}
