import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogDocument } from '../../api/document.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf, recordAt } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

/** A document with every field that there is. */
const FULL: LogDocument = {
  '@timestamp': '2026-01-02T03:04:05.678901234Z',
  stream: 'stderr',
  message: 'Payment refused: card expired',
  'log.level': 'error',
  'trace.id': '4bf92f3577b34da6a3ce929d0e0e4736',
  'span.id': '00f067aa0ba902b7',
  'log.logger': 'shop.Cart',
  'log.origin.file.name': 'cart.go',
  'log.origin.file.line': 147,
  'process.name': 'cart',
  'process.pid': 4711,
  'error.type': 'CardError',
  'error.message': 'this card has expired',
  'error.stack_trace': 'CardError: this card has expired\n\tat shop.Cart.pay(Cart.java:7)',
  'http.request.method': 'POST',
  'http.response.status_code': 402,
  'http.response.body.bytes': 512,
  'http.version': '1.1',
  'url.original': '/pay?id=7',
  'url.path': '/pay',
  'url.full': 'https://shop/pay?id=7',
  'client.address': '10.0.0.7',
  'user_agent.original': 'curl/8.5.0',
  'event.duration': 12_500_000,
  'log.offset': 1_000,
  tracewell: { file: '0123456789abcdef01234567', bytes: 100, format: 'json', cut: 17, repaired: 'a reason' },
  kubernetes: {
    namespace: 'shop',
    pod: { name: 'cart-7d4b9c6f5-x2x8w' },
    container: { name: 'cart' },
    deployment: { name: 'cart' },
  },
  'service.name': 'cart',
  'host.name': 'node-1',
  'orchestrator.cluster.name': 'production',
  app: { orderId: 4711, amount: 12.5, user: 'ada', paid: false, items: [{ sku: 'a-1' }], 'http.status': 402 },
};

interface SearchAnswer {
  readonly hits: { readonly hits: readonly { _id: string; _source: unknown; sort: readonly string[] }[] };
  readonly aggregations: Record<string, { readonly value: number }>;
}

describe.skipIf(missing)(`documents ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('documents');
  const { logs } = streamsOf(namespace);
  const full = recordAt(1_000, FULL);
  const others = [
    recordAt(0, { app: { orderId: 1, amount: 7.5, user: 'bob' } }),
    recordAt(100, { message: 'plain', app: { amount: 100 } }),
  ];

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
    await store([full, ...others]);
  });
  afterAll(async () => {
    await elastic.close();
    await elasticsearch.down();
  });

  async function store(records: readonly ReturnType<typeof recordAt>[], stream = logs) {
    const lines = records.flatMap(({ id, document }) => [{ create: { _id: id } }, document]);
    const { body } = await request<BulkAnswer>('POST', `/${stream}/_bulk?refresh=true`, lines);
    expect(body.items.map((item) => item['create']?.status)).toEqual(records.map(() => 201));
  }
  const search = async (body: object, stream = logs) =>
    (await request<SearchAnswer>('POST', `/${stream}/_search`, body)).body;
  const found = async (query: object, stream = logs) =>
    (await search({ query }, stream)).hits.hits.map(({ _id }) => _id).toSorted();

  it('comes back as it was sent', async () => {
    const [hit] = (await search({ query: { ids: { values: [full.id] } } })).hits.hits;
    expect(hit?._source).toEqual(FULL);
  });

  it.each<[string, object]>([
    ['its trace', { term: { 'trace.id': '4bf92f3577b34da6a3ce929d0e0e4736' } }],
    ['its span', { term: { 'span.id': '00f067aa0ba902b7' } }],
    ['its level', { term: { 'log.level': 'error' } }],
    ['words of its message', { match: { message: { query: 'refused payment', operator: 'and' } } }],
    ['a phrase of its message', { match_phrase: { message: 'card expired' } }],
    ['its logger', { term: { 'log.logger': 'shop.Cart' } }],
    ['the place in its source', { term: { 'log.origin.file.line': 147 } }],
    ['its process', { bool: { filter: [{ term: { 'process.name': 'cart' } }, { term: { 'process.pid': 4711 } }] } }],
    ['its error', { term: { 'error.type': 'CardError' } }],
    ["a phrase of its error's message", { match_phrase: { 'error.message': 'card has expired' } }],
    ['a word of its stack trace', { match: { 'error.stack_trace': 'shop.Cart.pay' } }],
    ['a range of status codes', { range: { 'http.response.status_code': { gte: 400, lt: 500 } } }],
    ['the size of its answer', { range: { 'http.response.body.bytes': { gt: 500 } } }],
    [
      'its method and version',
      { bool: { filter: [{ term: { 'http.request.method': 'POST' } }, { term: { 'http.version': '1.1' } }] } },
    ],
    ['the beginning of its URL', { prefix: { 'url.original': '/pay?' } }],
    ['its path', { term: { 'url.path': '/pay' } }],
    ['its whole URL', { term: { 'url.full': 'https://shop/pay?id=7' } }],
    ['its client', { prefix: { 'client.address': '10.0.' } }],
    ["its client's program", { term: { 'user_agent.original': 'curl/8.5.0' } }],
    ['how long it took', { range: { 'event.duration': { gte: 12_000_000 } } }],
    ['its workload', { term: { 'kubernetes.deployment.name': 'cart' } }],
    ['its output', { term: { stream: 'stderr' } }],
    ['the name of the cluster', { term: { 'orchestrator.cluster.name': 'production' } }],
    ['what was cut off', { range: { 'tracewell.cut': { gt: 0 } } }],
    ['why it was repaired', { term: { 'tracewell.repaired': 'a reason' } }],
    ['its place in the file', { range: { 'log.offset': { gte: 1_000 } } }],
    ['a number of its own', { match: { 'app.orderId': 4711 } }],
    ['a number of its own, written as text', { match: { 'app.orderId': '4711' } }],
    ['a range of its own numbers', { range: { 'app.amount': { gte: 10, lt: 100 } } }],
    ['a word of its own', { term: { 'app.user': 'ada' } }],
    ['a boolean of its own', { term: { 'app.paid': false } }],
    ['a field in a list of objects', { term: { 'app.items.sku': 'a-1' } }],
    ['a field of its own with dots', { term: { 'app.http.status': 402 } }],
  ])('is found by %s', async (_, query) => {
    expect(await found(query)).toEqual([full.id]);
  });

  it.each<[string, object]>([
    ['its pod', { term: { 'kubernetes.pod.name': 'cart-7d4b9c6f5-x2x8w' } }],
    ['its container', { term: { 'kubernetes.container.name': 'cart' } }],
    ['its namespace', { term: { 'kubernetes.namespace': 'shop' } }],
    ['its service', { term: { 'service.name': 'cart' } }],
    ['its node', { term: { 'host.name': 'node-1' } }],
    ['its file', { term: { 'tracewell.file': '0123456789abcdef01234567' } }],
    ['the bytes that it covers', { term: { 'tracewell.bytes': 100 } }],
    ['its format', { term: { 'tracewell.format': 'json' } }],
    ['the nanosecond', { term: { '@timestamp': '2026-01-02T03:04:05.678901234Z' } }],
  ])('is found with its neighbours by %s', async (_, query) => {
    expect(await found(query)).toEqual([full, ...others].map(({ id }) => id).toSorted());
  });

  it('lets people calculate with its own numbers, whole or not', async () => {
    const aggs = { mean: { avg: { field: 'app.amount' } }, most: { max: { field: 'app.orderId' } } };
    expect((await search({ size: 0, aggs })).aggregations).toMatchObject({
      mean: { value: 40 },
      most: { value: 4711 },
    });
  });

  it('has sums for the audit', async () => {
    const aggs = { bytes: { sum: { field: 'tracewell.bytes' } }, offsets: { sum: { field: 'log.offset' } } };
    expect((await search({ size: 0, aggs })).aggregations).toMatchObject({
      bytes: { value: 300 },
      offsets: { value: 1_100 },
    });
  });

  it('is sorted by the nanosecond', async () => {
    const own = namespaceOf('nanoseconds');
    await elastic.createStreams(own);
    const stream = streamsOf(own).logs;
    const stamps = ['678901235', '678901233', '678901234', '6789', '678901234'].map(
      (part) => `2026-01-02T03:04:05.${part}Z`,
    );
    await store(
      stamps.map((stamp, offset) => recordAt(offset, { '@timestamp': stamp })),
      stream,
    );
    const sort = [
      { '@timestamp': { order: 'asc', format: 'strict_date_optional_time_nanos' } },
      { 'log.offset': 'asc' },
    ];
    const { hits } = (await search({ sort, fields: [] }, stream)).hits;
    expect(hits.map(({ sort: [stamp] }) => stamp)).toEqual([
      '2026-01-02T03:04:05.6789Z',
      '2026-01-02T03:04:05.678901233Z',
      '2026-01-02T03:04:05.678901234Z',
      '2026-01-02T03:04:05.678901234Z',
      '2026-01-02T03:04:05.678901235Z',
    ]);
  });

  it('keeps a workload of a kind that nobody thought of', async () => {
    const own = namespaceOf('kinds');
    await elastic.createStreams(own);
    const stream = streamsOf(own).logs;
    const kubernetes = { ...FULL.kubernetes, rollout: { name: 'cart' } };
    await store([recordAt(0, { kubernetes })], stream);
    expect((await search({}, stream)).hits.hits[0]?._source).toMatchObject({ kubernetes });
  });

  it.each(['deadLetters', 'files'] as const)('of %s keeps what it holds', async (kind) => {
    const stream = streamsOf(namespace)[kind];
    const refusal = { reason: 'Refused', error: 'e'.repeat(100_000) };
    const letter = recordAt(0, {
      message: 'x'.repeat(262_144),
      app: { any: { thing: 1 } },
      tracewell: { ...FULL.tracewell, ...refusal },
    });
    await store([letter], stream);
    const [hit] = (await search({ query: { term: { 'tracewell.file': letter.document.tracewell.file } } }, stream)).hits
      .hits;
    expect(hit?._source).toEqual(letter.document);
  });
});
