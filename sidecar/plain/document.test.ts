import { isUtf8 } from 'node:buffer';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogDocument } from '../../api/document.ts';
import { ANNOTATION } from '../../api/names.ts';
import { constantPart } from '../pod.ts';
import { STDERR, STDOUT, UNFRAMED, type Lane } from '../source/lane.ts';
import type { RawRecord } from './record.ts';
import { Body } from './body.ts';
import { DocumentWriter } from './document.ts';
import { FIELDS } from './fields.ts';
import { EXAMPLES } from './formats/examples/examples.ts';
import { HOSTILE } from './formats/examples/hostile.ts';
import { ObjectReader } from './json.ts';
import { rowsOf } from './promote.ts';
import { PROMOTIONS } from './promotions.ts';

const FILE = '0123456789abcdef01234567';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const STAMP = '2026-01-02T03:04:05.678901234Z';
const NOW = Date.parse('2026-01-02T03:04:06Z');
const pod = {
  namespace: 'shop',
  name: 'cart-7d4b9c6f5-x2x8w',
  uid: '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e',
  node: 'node-1',
  labels: new Map([['app.kubernetes.io/name', 'cart "the" première']]),
  annotations: new Map([[ANNOTATION.workload, 'Deployment/cart']]),
};
const origin = { file: FILE, constant: constantPart(pod, 'cart', 'test') };

function recordOf(payload: Uint8Array | string, more: Partial<RawRecord> = {}): RawRecord {
  const bytes = Buffer.from(payload);
  // Other lines stand around it in a chunk.
  const buffer = Buffer.concat([Buffer.from('"} '), bytes, Buffer.from('\n{"a":"')]);
  const place = { buffer, start: 3, end: 3 + bytes.length };
  return {
    offset: 4096,
    bytes: bytes.length + 41,
    lane: STDOUT,
    stamp: STAMP,
    ...place,
    cut: 0,
    continued: false,
    ...more,
  };
}

function written(write: (writer: DocumentWriter) => void): Buffer {
  const body = new Body();
  write(new DocumentWriter(body, () => NOW));
  return body.bytes.subarray(0, body.length);
}

describe('writes', () => {
  it.each([
    ['plain', 'an order came in'],
    ['empty', ''],
    ['plain-with-level-and-trace', `ERROR cannot pay trace_id=${TRACE} span_id=${SPAN}`],
    ['plain-with-everything-to-escape', '"\\/\b\f\n\r\t\0\u001f\u007f\u2028é☃💥'],
    ['plain-with-broken-utf8', Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82])],
    [
      'json',
      `{"msg":"paid","level":"INFO","trace_id":"${TRACE}","span_id":"${SPAN}","amount":12.50,"to":{"iban":"x"}}`,
    ],
    ['json-with-blanks', ' { "message" : "paid" , "a" : 1 , "level" : "info" , "b" : 2 } \r'],
    ['json-with-nothing-to-promote', '{"a":1,"b":[1,2]}'],
    ['json-with-everything-promoted', '{"message":"paid","level":30}'],
    ['json-that-is-empty', '{}'],
    ['json-with-wrong-types', '{"message":{"a":1},"level":35,"trace_id":7,"span_id":null,"traceparent":"no"}'],
    ['json-with-several-for-one-field', '{"msg":"first","message":"second","level":"info","severity":"error"}'],
    ['json-with-a-traceparent', `{"traceparent":"00-${TRACE}-${SPAN}-01","msg":"paid"}`],
    ['json-with-our-own-keys', '{"@timestamp":"no","kubernetes":1,"tracewell":{},"_id":"x","log.offset":"y","app":2}'],
    ['json-with-a-long-number', '{"id":12345678901234567890123,"small":1e-400}'],
    ['json-with-a-key-twice', '{"a":1,"a":2}'],
    ['json-with-a-prototype', '{"__proto__":{"admin":true},"constructor":1}'],
    ['json-with-half-a-surrogate-pair', '{"message":"\\ud83d","a":"\\ude00"}'],
    [
      'json-with-broken-utf8',
      Buffer.concat([Buffer.from('{"message":"a'), Buffer.from([255]), Buffer.from('","a":1}')]),
    ],
    ['json-list', '[{"message":"paid"}]'],
    ['json-string', '"paid"'],
    ['json-too-deep', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`],
    ['json-broken-off', '{"message":"paid","level":"err'],
    [
      'json-with-every-new-field',
      '{"log":{"logger":"shop.Cart","origin":{"file":{"name":"cart.go","line":7}}},"process":{"name":"cart","pid":1},"error":{"type":"E","message":"é\\u0021","stack_trace":"a\\nb"},"http":{"request":{"method":"GET"},"response":{"status_code":200,"body":{"bytes":7}},"version":"1.1"},"url":{"original":"/a?b","path":"/a","full":"http://shop/a?b"},"client":{"ip":"10.0.0.7"},"user_agent":{"original":"curl"},"event":{"duration":5},"service":{"name":"payment \\"x\\""},"level":"INFO","msg":"paid","rest":1}',
    ],
    [
      'json-with-parts-taken',
      '{ "a" : 1 , "log" : { "level" : "info" , "x" : 2 } , "http" : { "version" : "2" } , "b" : 3 }',
    ],
    ['klog', 'W0102 03:04:05.678901       1 cart.go:147] "card expired" order=7\n\tat pay'],
    ['access', '10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET /a\\"b HTTP/1.1" 200 512 "-" "curl \\"8\\""'],
    ['syslog', '<34>Jan  2 03:04:05 cart-0 su[230]: failed'],
    [
      'logfmt',
      String.raw`level=INFO msg="paid \"é\"\x21" order=7 big=1234567890123456 paid=true card="\xff" empty= trace_id=` +
        TRACE,
    ],
    ['logfmt-without-a-message', Buffer.concat([Buffer.from('level=info a=b c='), Buffer.from([255])])],
  ])('%s', async (name, payload) => {
    const bytes = written((writer) => writer.write(recordOf(payload), origin));
    await expect(bytes.toString()).toMatchFileSnapshot(`../golden/${name}.ndjson`);
  });

  // Those that are long are long, and nothing else.
  it.each(HOSTILE.filter(({ payload }) => payload.length < 3000))('hostile: $name', async ({ name, payload }) => {
    const bytes = written((writer) => writer.write(recordOf(payload), origin));
    await expect(bytes.toString()).toMatchFileSnapshot(`../golden/hostile-${name}.ndjson`);
  });

  const cut = recordOf('{"message":"no longer whole', { lane: STDERR, cut: 1000 });
  const unframed = recordOf('{"message":"paid"}', { lane: UNFRAMED, stamp: undefined });
  const poison = recordOf('{"a":1,"a":2}');
  const refusal = { reason: 'document_parsing_exception', error: 'Duplicate field "a"' };
  it.each<[string, (writer: DocumentWriter) => void]>([
    ['cut', (writer) => writer.write(cut, origin)],
    ['unframed', (writer) => writer.write(unframed, origin)],
    ['repaired', (writer) => writer.repaired(poison, origin, refusal.reason)],
    ['dead-letter', (writer) => writer.deadLetter(poison, origin, refusal)],
  ])('%s', async (name, write) => {
    await expect(written(write).toString()).toMatchFileSnapshot(`../golden/${name}.ndjson`);
  });
});

const OURS: readonly string[] = [
  '@timestamp',
  'stream',
  ...FIELDS,
  'log.offset',
  'tracewell',
  'kubernetes',
  'host.name',
  'orchestrator.cluster.name',
  'app',
];

/** The document of two lines, after what holds for all of them. */
function documentIn(bytes: Buffer): LogDocument {
  expect(isUtf8(bytes)).toBe(true);
  const [action, document, ...more] = bytes.toString().split('\n');
  expect(more).toEqual(['']);
  const { bytes: covered } = (JSON.parse(document!) as LogDocument).tracewell;
  expect(JSON.parse(action!)).toEqual({ create: { _id: `${FILE}.4096.${covered}` } });
  const reader = new ObjectReader();
  const line = Buffer.from(document!);
  expect(reader.read(line, 0, line.length)).toBe(true);
  const keys = Array.from({ length: reader.members.length / 4 }, (_, member) =>
    line.toString('utf8', reader.members[4 * member], reader.members[4 * member + 1]),
  );
  expect(keys).toEqual([...new Set(keys)]);
  expect(keys.filter((key) => !OURS.includes(key))).toEqual([]);
  return JSON.parse(document!) as LogDocument;
}

const PATHS = PROMOTIONS.map(({ path }) => path);
const SEGMENTS = [...new Set(PATHS.flatMap((path) => path.split('.')))];
const key = fc.oneof(fc.constantFrom(...OURS, ...PATHS, ...SEGMENTS, '__proto__'), fc.string({ unit: 'binary' }));
const scalar = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.constantFrom('info', 'W', 30, 200, 0.5, TRACE, SPAN, SPAN.toUpperCase(), `00-${TRACE}-${SPAN}-01`),
);
const value = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie('object')),
  object: fc.dictionary(fc.oneof(fc.constantFrom(...SEGMENTS), fc.string()), tie('value'), { maxKeys: 4 }),
})).value;
const members = fc.uniqueArray(fc.tuple(key, value), { selector: ([name]) => name });
const text = (entries: readonly (readonly [string, unknown])[]) =>
  `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join(',')}}`;

it('makes two valid lines of any bytes, in each of the three forms', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }).map((each) => Buffer.from(each)),
    fc
      .tuple(
        fc.oneof(
          members.map(text),
          fc.constantFrom(...EXAMPLES).map(({ line }) => line),
        ),
        fc.nat(),
        fc.nat(255),
      )
      .map(([line, place, byte]) => {
        const payload = Buffer.from(line);
        payload[place % payload.length] = byte;
        return payload;
      }),
  );
  const reason = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(bytes, fc.constantFrom<Lane>(0, 1, 2), fc.nat(2), reason, (payload, lane, cut, reason) => {
      const record = recordOf(
        payload.map((byte) => (byte === 10 ? 32 : byte)),
        { lane, cut },
      );
      documentIn(written((writer) => writer.write(record, origin)));
      documentIn(written((writer) => writer.repaired(record, origin, reason)));
      documentIn(written((writer) => writer.deadLetter(record, origin, { reason, error: reason })));
    }),
    { numRuns: 1000 },
  );
});

/** Values by path, whatever stands inside objects; an empty object is a value. */
function leaves(value: unknown, path: string): [string, unknown][] {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) return [[path, value]];
  return entries.flatMap(([name, each]) => leaves(each, path === '' ? name : `${path}.${name}`));
}

const ownLeaves = (object: object) => Object.entries(object).flatMap(([name, each]) => leaves(each, name));

it('keeps every member of a JSON object under its own name, but for those it promotes', () => {
  fc.assert(
    fc.property(members, (entries) => {
      const { app = {}, ...document } = documentIn(written((writer) => writer.write(recordOf(text(entries)), origin)));
      const wanted = ownLeaves(JSON.parse(text(entries)) as object);
      const kept = ownLeaves(app);
      for (const [path, each] of kept) expect(wanted).toContainEqual([path, each]);
      const gone = wanted.filter(([path, each]) => !kept.some((leaf) => isDeepStrictEqual(leaf, [path, each])));
      expect(gone.filter(([path]) => rowsOf(path).length === 0)).toEqual([]);
      // Text that is neither id nor level was taken as it is.
      const isPlain = (each: unknown) =>
        typeof each === 'string' && /[^0-9A-Za-z_-]/.test(each) && !each.includes(TRACE);
      const holds = ([path, each]: [string, unknown]) =>
        rowsOf(path).some(({ field }) => document[FIELDS[field] as keyof typeof document] === each);
      expect(gone.filter((leaf) => isPlain(leaf[1]) && !holds(leaf))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

const bare = fc.stringMatching(/^[!#-[\]-~é]{0,6}$/);
const amount = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String);
const pairs = fc.uniqueArray(
  fc.tuple(
    fc.oneof(fc.constantFrom(...PATHS), fc.stringMatching(/^[A-Za-z_@][\w./@-]{0,5}$/)),
    fc.oneof(
      fc.tuple(fc.constant(true), fc.string({ unit: 'grapheme' })),
      fc.tuple(fc.constant(false), fc.oneof(bare, amount)),
    ),
  ),
  { selector: ([name]) => name, minLength: 2, maxLength: 64 },
);

it('keeps every pair of logfmt under its own key, but for those it promotes', () => {
  fc.assert(
    fc.property(pairs, (entries) => {
      const words = entries.map(([name, [isQuoted, each]]) => `${name}=${isQuoted ? JSON.stringify(each) : each}`);
      const { app = {}, tracewell } = documentIn(written((writer) => writer.write(recordOf(words.join(' ')), origin)));
      expect(tracewell.format).toBe('logfmt');
      const isText = (name: string) => typeof app[name] === 'string';
      const wrong = entries.filter(([name, [isQuoted, each]]) =>
        Object.hasOwn(app, name)
          ? app[name] !== (isQuoted || isText(name) ? each : JSON.parse(each))
          : rowsOf(name).length === 0,
      );
      expect(wrong).toEqual([]);
      expect(Object.keys(app).filter((name) => !entries.some(([each]) => each === name))).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

it("lets a service of its own take the place of the pod's", () => {
  const service = (payload: string) => {
    const line = written((writer) => writer.write(recordOf(payload), origin)).toString();
    return documentIn(Buffer.from(line))['service.name'];
  };
  expect(service('{"service.name":"payment"}')).toBe('payment');
  expect(service('{"service.name":""}')).toBe('cart "the" première');
  expect(service('{"service.name":7}')).toBe('cart "the" première');
});

it('keeps every byte of a text that is UTF-8', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed()),
      (each) => {
        const record = recordOf(each, { lane: UNFRAMED });
        expect(documentIn(written((writer) => writer.write(record, origin))).message).toBe(each);
      },
    ),
  );
});
