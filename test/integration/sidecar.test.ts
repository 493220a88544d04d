import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogDocument } from '../../api/document.ts';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { violations } from '../../sidecar/source/checkpoint.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { expectProved, sealsOf, sumsOf } from '../proof.ts';
import { criLine } from '../sidecar/cri.ts';
import { configOf, SidecarWorld, type SidecarProcess } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import { elasticOf, namespaceOf } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

const REQUESTS = 1_000;
const RECORD_BYTES = 65_536;
const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0');
/** Of the request of this number. */
const traceOf = (request: number) => `4bf92f3577b34da6${hex(request, 16)}`;
const spanOf = (request: number) => `00f067aa${hex(request, 8)}`;

/** A request of a shop as four containers tell of it: by JSON, by plain text, by a stack trace, in a line of many parts. */
const cart = (request: number) =>
  criLine(
    JSON.stringify({
      level: request % 100 === 0 ? 'error' : 'info',
      msg: `order ${request} received`,
      traceId: traceOf(request),
      spanId: spanOf(request),
      orderId: request,
      amount: request / 4,
      user: { name: `user-${request % 10}` },
      http: { status: request % 50 === 0 ? 500 : 200 },
    }),
  );
const payment = (request: number) =>
  criLine(`${request % 25 === 0 ? 'WARN' : 'INFO'} paid order=${request} trace_id=${traceOf(request)}`, {
    stream: request % 2 ? 'stdout' : 'stderr',
  });
const failureOf = (request: number) => [
  `ERROR order ${request} failed trace_id=${traceOf(request)}`,
  `java.lang.IllegalStateException: no article ${request}`,
  '\tat com.acme.shop.Stock.take(Stock.java:42)',
  '\tat com.acme.shop.Orders.place(Orders.java:7)',
  'Caused by: java.io.IOException: disk is full',
  '\tat com.acme.shop.Disk.write(Disk.java:3)',
  '\t... 12 more',
];
const stock = (request: number) =>
  [...failureOf(request), `INFO order ${request} given up`].map((line) => criLine(line, { stream: 'stderr' })).join('');
const articlesOf = (request: number, bytes: number) => `order ${request}: ${'article '.repeat(bytes / 8)}`;
/** What the runtime makes of a long line, with a line of the other stream between its parts. */
function shipping(request: number, bytes = 40_000): string {
  const text = `${articlesOf(request, bytes)}end`;
  const parts = text.match(/.{1,16384}/g)!;
  return parts
    .map((part, i) => criLine(part, { tag: i < parts.length - 1 ? 'P' : 'F' }))
    .join(criLine(`between ${request}`, { stream: 'stderr' }));
}
const requests = (count: number, from = 1) => Array.from({ length: count }, (_, i) => from + i);
const log = (write: (request: number) => string, count = REQUESTS, from = 1) =>
  requests(count, from)
    .map((request) => write(request))
    .join('');

const LONG = 20;
const FAILED = 100;
const TOO_LONG = 200_000;
const UNFRAMED = 'a line that is not of the runtime';
/** Elasticsearch refuses an object with the same key twice. */
const ODD = '{"msg":"odd","a":1,"a":2}';

interface Hits {
  readonly hits: { readonly total: { readonly value: number }; readonly hits: readonly { _source: LogDocument }[] };
  readonly aggregations: Record<string, { value: number; buckets: { key: string; doc_count: number }[] }>;
}

describe.skipIf(missing)(`the sidecar and a real Elasticsearch ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('sidecar');
  const streams = streamsOf(namespace);
  const world = new SidecarWorld();
  let sidecar: SidecarProcess;
  let exitCode: number | null;
  const total =
    2 * REQUESTS + // cart, payment
    2 * FAILED + // stock: what went wrong, and what came of it
    3 * LONG + // shipping: each with two lines between its parts
    13 + // the one that is too long, likewise
    2; // the odd one, and the unframed one

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
    const { encoded } = await elastic.mintKey(namespace);
    world.configure(
      configOf([elasticsearch.url], {
        streams,
        logs: { containers: { include: [], exclude: [] }, multiline: 'Auto', drop: [], redact: [] },
        limits: { ...DEFAULT_LIMITS, recordBytes: RECORD_BYTES },
      }),
    );
    world.secret('apiKey', encoded);
    world.secret('elasticsearchCa', elasticsearch.ca);
    // The kubelet has rotated the first half of it twice, and packed what is oldest.
    writeFileSync(world.file('cart', '0.log.20260102-030405.gz'), gzipSync(log(cart, 500)));
    world.write(log(cart, 300, 501), 'cart', '0.log.20260102-030406');
    world.write(log(cart, 200, 801) + criLine(ODD), 'cart');
    world.write(log(payment), 'payment');
    world.write(log(stock, FAILED), 'stock');
    world.write(log(shipping, LONG) + shipping(LONG + 1, TOO_LONG) + `${UNFRAMED}\n`, 'shipping');
    sidecar = world.start();
    await until(`${total} records`, async () => {
      const { hits } = await search({});
      if (hits.total.value < total) throw new Error(`${hits.total.value} are there`);
      return true;
    });
    exitCode = await sidecar.stop();
  });
  afterAll(async () => {
    await world.down();
    await elastic.close();
    await elasticsearch.down();
  });

  async function search(body: object): Promise<Hits> {
    await request('POST', `/${streams.logs}/_refresh`);
    const path = `/${streams.logs}/_search?track_total_hits=true`;
    const { status, body: answer } = await request<Hits>('POST', path, { size: 100, ...body });
    expect(status).toBe(200);
    return answer;
  }
  const count = async (query: object) => (await search({ query })).hits.total.value;
  const found = async (query: object) =>
    (await search({ query, sort: ['tracewell.file', 'log.offset'] })).hits.hits.map(({ _source }) => _source);

  it('has every record there was to be, and refused none', async () => {
    expect(exitCode).toBe(0);
    expect(await count({ match_all: {} })).toBe(total);
    expect(sidecar.raw).toEqual([]);
    expect(sidecar.said.filter(({ level }) => level === 'error')).toEqual([]);
    expect(await sumsOf(request, streams.deadLetters)).toEqual(new Map());
  });

  it('finds one request by its trace id in all containers that told of it', async () => {
    const records = await found({ term: { 'trace.id': traceOf(7) } });
    expect(records.map(({ kubernetes, message }) => `${kubernetes.container.name}: ${message}`).sort()).toEqual([
      'cart: order 7 received',
      `payment: INFO paid order=7 trace_id=${traceOf(7)}`,
      `stock: ${failureOf(7).join('\n')}`,
    ]);
  });

  const levels = { term: { 'log.level': 'error' } };
  const inStock = { term: { 'kubernetes.container.name': 'stock' } };
  const inCart = { term: { 'kubernetes.container.name': 'cart' } };
  it.each<[string, object, number]>([
    ['a level', levels, 10 + FAILED],
    ['a level of one container', { bool: { filter: [levels, inCart] } }, 10],
    ['a level in plain text', { term: { 'log.level': 'warn' } }, 40],
    ['a span', { term: { 'span.id': spanOf(9) } }, 1],
    ['a number of the application', { term: { 'app.orderId': 123 } }, 1],
    ['a range of such', { range: { 'app.amount': { gt: 100, lte: 110 } } }, 40],
    ['a word of the application', { term: { 'app.user.name': 'user-3' } }, 100],
    ['two fields of the application', { bool: { filter: [{ term: { 'app.http.status': 500 } }, levels] } }, 10],
    ['a phrase of the message', { match_phrase: { message: 'order 44 received' } }, 1],
    ['words deep in a stack trace', { match_phrase: { message: 'disk is full' } }, FAILED],
    ['the output', { term: { stream: 'stderr' } }, REQUESTS / 2 + 2 * FAILED + 2 * LONG + 12],
    ['what was cut', { range: { 'tracewell.cut': { gt: 0 } } }, 1],
    ['what was repaired', { exists: { field: 'tracewell.repaired' } }, 1],
    ['how it was written', { term: { 'tracewell.format': 'json' } }, REQUESTS],
    ['a line without a stamp', { term: { 'tracewell.format': 'unframed' } }, 1],
  ])('finds records by %s', async (_, query, expected) => {
    expect(await count(query)).toBe(expected);
  });

  it('adds up what the application counts', async () => {
    const { aggregations } = await search({
      size: 0,
      aggs: { sum: { sum: { field: 'app.amount' } }, users: { terms: { field: 'app.user.name' } } },
    });
    expect(aggregations['sum']!.value).toBe((REQUESTS * (REQUESTS + 1)) / 8);
    expect(aggregations['users']!.buckets.map(({ doc_count }) => doc_count)).toEqual(requests(10).map(() => 100));
  });

  it('keeps a stack trace together, and what is beside it apart', async () => {
    const about = { bool: { filter: [{ match_phrase: { message: 'order 5' } }, inStock] } };
    expect((await found(about)).map(({ message }) => message)).toEqual([
      failureOf(5).join('\n'),
      'INFO order 5 given up',
    ]);
  });

  it('puts a line of many parts together', async () => {
    const records = await found({ match_phrase: { message: 'order 3: article' } });
    expect(records.map(({ message }) => message)).toEqual([`${articlesOf(3, 40_000)}end`]);
  });

  it('cuts a record that is too long, and says by how much', async () => {
    const [record] = await found({ range: { 'tracewell.cut': { gt: 0 } } });
    const whole = `${articlesOf(LONG + 1, TOO_LONG)}end`;
    expect(whole.startsWith(record!.message!)).toBe(true);
    expect(record!.message).toHaveLength(RECORD_BYTES);
    expect(record!.tracewell.cut).toBe(whole.length - RECORD_BYTES);
  });

  it('stores what Elasticsearch refuses as clean text', async () => {
    const [record] = await found({ exists: { field: 'tracewell.repaired' } });
    expect(record).toMatchObject({
      message: ODD,
      tracewell: { format: 'text', repaired: 'document_parsing_exception' },
    });
  });

  it('has a seal for each file, and Elasticsearch comes to the same sums', async () => {
    await expectProved(request, namespace);
    const seals = await sealsOf(request, namespace);
    expect(seals.size).toBe(6);
    for (const checkpoint of world.checkpoints()) {
      expect(violations(checkpoint)).toEqual([]);
      const { stored, size, unframed } = seals.get(checkpoint.file)!;
      expect({ size, unframed }).toEqual({ size: checkpoint.size, unframed: checkpoint.unframed });
      expect({ ...stored, offsets: BigInt(stored.offsets) }).toEqual(checkpoint.stored);
    }
  });
});
