import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renew } from '../../operator/certs.ts';
import { startBulkServer, type BulkServer, type BulkServerOptions } from '../../test/sidecar/bulk-server.ts';
import { startProxyServer, type ProxyServer } from '../../test/sidecar/proxy-server.ts';
import { until } from '../../test/wait.ts';
import { pack, type Parcel } from './slice.ts';
import { BulkClient, type Connection, type Patiences } from './client.ts';
import type { ProxySettings } from './proxy.ts';

const STREAM = 'logs-tracewell-shop';
const STORED = { kind: 'stored', tookMs: 1 };

async function serverOf(options?: BulkServerOptions): Promise<BulkServer> {
  const server = await startBulkServer(options);
  onTestFinished(() => server.close());
  return server;
}

async function proxyOf(): Promise<ProxyServer> {
  const proxy = await startProxyServer();
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A thread of its own, which answers while the test's is busy; says its port, and counts connections and answers in shared memory. */
const QUICK_SERVER = `
const { parentPort, workerData } = require('node:worker_threads');
const body = '{"errors":false,"took":1,"items":[{"create":{"status":201}}]}';
const answered = () => (Atomics.add(workerData.counts, 1, 1), Atomics.notify(workerData.counts, 1));
const server = require('node:https').createServer(workerData.tls, (request, response) => {
  request.resume().on('end', () => response.setHeader('content-length', body.length).end(body, answered));
});
server.on('secureConnection', () => workerData.counts[0]++);
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

/** An address that refuses connections, at least for the moment. */
async function away(): Promise<{ url: string; port: number }> {
  const server = await startBulkServer();
  await server.close();
  return server;
}

const parcelOf = (body: string, count: number): Parcel => {
  const bytes = Buffer.from(body);
  return { gzip: pack(bytes), bytes: bytes.length, count };
};

const certificates = (...names: string[]) => renew('renew all', undefined, names, new Date());

function clientOf(
  urls: readonly string[],
  more: Partial<Connection> & { proxy?: Partial<ProxySettings>; patience?: Partial<Patiences> } = {},
) {
  const { proxy, patience, ...rest } = more;
  const connection: Connection = { urls, apiKey: undefined, ca: undefined, ...rest };
  const clock = { ms: 0 };
  const client = new BulkClient({
    connection: () => connection,
    proxy: { http: undefined, https: undefined, none: undefined, ...proxy },
    now: () => clock.ms,
    wall: () => Date.now(),
    patience: { connectMs: 10_000, silenceMs: 10_000, totalMs: 10_000, ...patience },
  });
  onTestFinished(() => client.stop());
  let records = 0;
  /** Posts one record of a name of its own. */
  const post = (text = 'a') => {
    const body = `{"create":{"_id":"${records++}"}}\n{"message":"${text}"}\n`;
    return client.post(STREAM, parcelOf(body, 1));
  };
  return { client, connection, clock, post };
}

describe('a request', () => {
  it('goes to the stream, as whom the key says, over a connection that is kept', async () => {
    const server = await serverOf();
    const { post, connection } = clientOf([server.url], { apiKey: 'first' });
    expect(await post()).toEqual({ url: server.url, answer: STORED });
    connection.apiKey = 'second';
    await post();
    expect(server.requests.map(({ stream, authorization }) => [stream, authorization])).toEqual([
      [STREAM, 'ApiKey first'],
      [STREAM, 'ApiKey second'],
    ]);
    expect(server.connections).toBe(1);
  });

  it('is answered also by errors that quote what they refuse', async () => {
    const server = await serverOf();
    const { client } = clientOf([server.url]);
    const key = 'k'.repeat(100_000);
    const error = { type: 'document_parsing_exception', reason: `Duplicate field '${key}'` };
    server.onItem = () => ({ status: 400, error });
    const item = `{"create":{"_id":"a"}}\n{"app":{"${key}":1,"${key}":2}}\n`;
    const { answer } = await client.post(STREAM, parcelOf(item.repeat(3), 3));
    expect(answer).toMatchObject({ kind: 'items', outcomes: [{ kind: 'rejected' }, { kind: 'rejected' }, {}] });
  });

  it('goes beside others, each over a connection of its own', async () => {
    const server = await serverOf();
    const { post } = clientOf([server.url]);
    server.onRequest = () => (server.requests.length < 3 ? 'silence' : undefined);
    void [post(), post()];
    await until('two requests', () => server.requests.length === 2, { everyMs: 5 });
    expect((await post()).answer).toEqual(STORED);
    expect(server.connections).toBe(3);
  });

  it('is not cut by the hint of how long a quiet connection is kept', async () => {
    // A hint of two seconds, which Node takes for one.
    const answers = [0, 1500];
    const server = createServer({ keepAliveTimeout: 2000 }, (request, response) => {
      request.resume();
      setTimeout(() => response.end('{"errors":false,"took":1,"items":[{"create":{"status":201}}]}'), answers.shift());
    });
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { post } = clientOf([`http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
    expect([(await post()).answer, (await post()).answer]).toEqual([STORED, STORED]);
  });

  it('waits less for an answer that is needed sooner', async () => {
    const server = await serverOf();
    const { client } = clientOf([server.url]);
    server.onRequest = () => 'silence';
    const { answer } = await client.post(STREAM, parcelOf('{"create":{"_id":"a"}}\n{}\n', 1), 100);
    expect(answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('no answer for 0.1 s') });
  });

  it.each<[string, (server: BulkServer) => void, string, Partial<Patiences>]>([
    ['the request is cut', (server) => (server.cutsRequests = true), 'hang up', {}],
    ['the answer is cut', (server) => (server.onRequest = () => 'cut'), 'aborted', {}],
    ['no answer comes', (server) => (server.onRequest = () => 'silence'), 'no answer for 0.1 s', { silenceMs: 100 }],
    [
      'the answer trickles without end',
      (server) => (server.onRequest = () => 'trickle'),
      'no whole answer within 2 s',
      { totalMs: 2000, silenceMs: 1500 },
    ],
    [
      'the answer is far too long',
      (server) => (server.onRequest = () => ({ status: 200, body: ' '.repeat(66_639) })),
      'an answer of more than 66638 bytes',
      {},
    ],
  ])('of which %s acknowledges nothing, and is to be tried again', async (_, trouble, error, patience) => {
    const server = await serverOf();
    trouble(server);
    const { post } = clientOf([server.url], { patience });
    expect(await post()).toMatchObject({
      url: server.url,
      answer: { kind: 'retry', elsewhere: true, error: expect.stringContaining(error) },
    });
  });

  it('may have an answer as long as its records need', async () => {
    const server = await serverOf();
    const body = ' '.repeat(66_638 - 37) + '{"items":[{"create":{"status":201}}]}';
    server.onRequest = () => ({ status: 200, body });
    expect((await clientOf([server.url]).post()).answer).toEqual({ kind: 'items', outcomes: [{ kind: 'stored' }] });
  });

  it('goes over the connection that is kept, also when an answer comes before Node says that its request is sent', async () => {
    const { ca, cert, key } = await certificates('localhost');
    const counts = new Int32Array(new SharedArrayBuffer(8));
    const server = new Worker(QUICK_SERVER, { eval: true, workerData: { tls: { cert, key }, counts } });
    onTestFinished(() => void server.terminate());
    const [port] = (await once(server, 'message')) as [number];
    const { post } = clientOf([`https://localhost:${port}`], { ca });
    await post();
    for (let turn = 0; turn < 3; turn++) {
      // After timers Node looks at its sockets, and only then says what is sent.
      await delay(1);
      const answered = post();
      for (let step = 0; step < 20; step++) await Promise.resolve();
      Atomics.wait(counts, 1, turn + 1, 10_000);
      expect((await answered).answer).toEqual(STORED);
    }
    expect([...counts]).toEqual([1, 4]);
  });

  it('goes over a new connection when the one that was kept is closed', async () => {
    const server = await serverOf();
    const { post } = clientOf([server.url]);
    await post();
    server.dropsKept = true;
    expect((await post()).answer).toEqual(STORED);
    expect(server.connections).toBe(2);
  });

  it.each([
    ['in chunks', { 'transfer-encoding': 'chunked' }, 1],
    ['as the last of its connection', { connection: 'close' }, 2],
  ])('may be answered %s', async (_, headers, connections) => {
    const server = await serverOf();
    const body = '{"errors":false,"took":1,"items":[{"create":{"status":201}}]}';
    server.onRequest = () => ({ status: 200, body, headers });
    const { post } = clientOf([server.url]);
    expect([(await post()).answer, (await post()).answer]).toEqual([STORED, STORED]);
    expect(server.connections).toBe(connections);
  });

  it('goes as the user of the address when there is no key', async () => {
    const server = await serverOf();
    const url = new URL(server.url);
    url.username = 'me';
    url.password = 'a%20secret';
    expect(await clientOf([url.href]).post()).toEqual({ url: server.url, answer: STORED });
    expect(server.requests[0]!.authorization).toBe(`Basic ${Buffer.from('me:a secret').toString('base64')}`);
  });

  it('is not sent with a key that would end its header', async () => {
    const server = await serverOf();
    const { answer } = await clientOf([server.url], { apiKey: 'a\r\nX: b' }).post();
    expect(answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('the API key') });
    expect(server.requests).toEqual([]);
  });

  it('is told when to come again, by seconds or by a date of the server', async () => {
    const server = await serverOf();
    const headers = [
      { 'retry-after': '7' },
      { 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT', date: 'Fri, 02 Jan 2026 03:04:05 GMT' },
    ];
    server.onRequest = () => ({ status: 429, headers: headers[server.requests.length - 1]! });
    const { post } = clientOf([server.url]);
    expect([await post(), await post()].map(({ answer }) => answer)).toMatchObject([
      { kind: 'retry', elsewhere: false, afterMs: 7000 },
      { kind: 'retry', elsewhere: false, afterMs: 30_000 },
    ]);
  });
});

describe('of several addresses', () => {
  it('the next is asked when one is away, and then first', async () => {
    const [first, second] = [await away(), await serverOf()];
    const { post } = clientOf([first.url, second.url]);
    expect(await post()).toEqual({ url: second.url, answer: STORED });
    const started = await serverOf({ port: first.port });
    expect(await post()).toEqual({ url: second.url, answer: STORED });
    expect(started.requests).toEqual([]);
  });

  it('the first is in use again a minute after it is there again, and no record waits for it', async () => {
    const [first, second] = [await away(), await serverOf()];
    const { post, clock } = clientOf([first.url, second.url]);
    await post();
    const started = await serverOf({ port: first.port });
    clock.ms = 59_999;
    expect((await post()).url).toBe(second.url);
    clock.ms = 60_000;
    expect((await post()).url).toBe(second.url);
    await until('it was asked', () => started.heads === 1, { everyMs: 5 });
    await until('it is in use', async () => (await post()).url === started.url, { everyMs: 5 });
    expect(started.heads).toBe(1);
  });

  it('and stays so when another one answers late what it was asked before', async () => {
    const first = await away();
    const held: ServerResponse[] = [];
    const answer = (response: ServerResponse) => response.end('{"errors":false,"items":[{"create":{"status":201}}]}');
    let isSlow = false;
    const second = createServer((request, response) => {
      request.resume().once('end', () => (isSlow ? held.push(response) : answer(response)));
    });
    onTestFinished(() => second.close().closeAllConnections());
    await once(second.listen(0, '127.0.0.1'), 'listening');
    const { port } = second.address() as AddressInfo;
    const { post, clock } = clientOf([first.url, `http://127.0.0.1:${port}`]);
    await post();
    const started = await serverOf({ port: first.port });
    clock.ms = 60_000;
    isSlow = true;
    const posts: Promise<unknown>[] = [];
    await until('the first to be in use', () => started.requests.length > 0 || void posts.push(post()), { everyMs: 5 });
    isSlow = false;
    for (const response of held) answer(response);
    await Promise.all(posts);
    expect((await post()).url).toBe(started.url);
  });

  it('all are named when none answers, with what each said', async () => {
    const [first, second] = [await away(), await serverOf()];
    second.onRequest = () => ({ status: 503, body: 'no master' });
    expect(await clientOf([first.url, second.url]).post()).toMatchObject({
      url: `${first.url}, ${second.url}`,
      answer: { kind: 'retry', error: expect.stringMatching(/ECONNREFUSED.*: no master$/) },
    });
  });

  it('no other is asked what one refuses for all', async () => {
    const [first, second] = [await serverOf(), await serverOf()];
    first.onRequest = () => ({ status: 403, body: '{}' });
    expect(await clientOf([first.url, second.url]).post()).toMatchObject({ url: first.url, answer: { kind: 'hold' } });
    expect(second.requests).toEqual([]);
  });
});

describe('an authority', () => {
  it('that is not the right one is named with its cure, and a new one is used at once', async () => {
    const [right, wrong] = [await certificates('localhost'), await certificates('localhost')];
    const server = await serverOf({ tls: right });
    const { post, connection } = clientOf([server.url], { ca: wrong.ca });
    expect((await post()).answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('es-ca.crt') });
    connection.ca = right.ca;
    expect((await post()).answer).toEqual(STORED);
  });

  it('that is replaced cuts off no request that is on its way', async () => {
    const { ca, cert, key } = await certificates('localhost');
    const server = await serverOf({ tls: { cert, key } });
    server.onRequest = () => (server.requests.length === 1 ? 'trickle' : undefined);
    const { post, connection } = clientOf([server.url], { ca, patience: { totalMs: 3000 } });
    const early = post();
    await until('a request', () => server.requests.length === 1, { everyMs: 5 });
    connection.ca = `${ca}\n`;
    expect((await post()).answer).toEqual(STORED);
    expect((await early).answer).toMatchObject({ error: expect.stringContaining('no whole answer') });
  });
});

describe('a proxy', () => {
  it('is asked for http addresses, and as whom its URL says', async () => {
    const [server, proxy] = [await serverOf(), await proxyOf()];
    proxy.user = 'me:secret';
    const { post } = clientOf([server.url], { proxy: { http: proxy.url('me:secret') } });
    expect(await post()).toEqual({ url: server.url, answer: STORED });
    await post();
    expect(proxy.asked).toHaveLength(2);
    expect(proxy.asked[0]).toContain(`POST ${server.url}/${STREAM}/_bulk`);
  });

  it('is a tunnel for https addresses, whose certificate is checked, and which is kept', async () => {
    const [right, wrong] = [await certificates('localhost'), await certificates('localhost')];
    const [server, proxy] = [await serverOf({ tls: right }), await proxyOf()];
    proxy.user = 'me:secret';
    const { post, connection } = clientOf([server.url], { ca: wrong.ca, proxy: { https: proxy.url('me:secret') } });
    expect((await post()).answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('es-ca.crt') });
    connection.ca = right.ca;
    expect(await post()).toEqual({ url: server.url, answer: STORED });
    await post();
    const tunnel = `CONNECT localhost:${server.port}`;
    expect(proxy.asked).toEqual([tunnel, tunnel]);
  });

  it.each([
    ['the other scheme', (proxy: ProxyServer) => ({ https: proxy.url() })],
    ['a host that NO_PROXY names', (proxy: ProxyServer) => ({ http: proxy.url(), none: 'example.com,localhost' })],
  ])('is left out for %s', async (_, settings) => {
    const [server, proxy] = [await serverOf(), await proxyOf()];
    expect(await clientOf([server.url], { proxy: settings(proxy) }).post()).toEqual({
      url: server.url,
      answer: STORED,
    });
    expect(proxy.asked).toEqual([]);
  });

  it.each(['http', 'https'] as const)('of %s that refuses its user is named, its password is not', async (scheme) => {
    const { ca, cert, key } = await certificates('localhost');
    const server = await serverOf(scheme === 'https' ? { tls: { cert, key } } : {});
    const proxy = await proxyOf();
    proxy.user = 'me:other';
    const { post } = clientOf([server.url], { ca, proxy: { [scheme]: proxy.url('me:secret') } });
    const { answer } = await post();
    expect(answer).toMatchObject({ kind: 'retry', error: expect.stringMatching(/407.*HTTP_PROXY/) });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['no URL', 'http://me:secret@localhost:port'],
    ['of another kind', 'socks5://me:secret@localhost:1080'],
  ])('that is %s is named, its password is not', async (_, http) => {
    const server = await serverOf();
    const { answer } = await clientOf([server.url], { proxy: { http } }).post();
    expect(answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('HTTP_PROXY') });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('that opens no tunnel is given up, and what waits for it too', async () => {
    const { ca, cert, key } = await certificates('localhost');
    const [server, proxy] = [await serverOf({ tls: { cert, key } }), await proxyOf()];
    proxy.isSilent = true;
    const { post } = clientOf([server.url], { ca, proxy: { https: proxy.url() }, patience: { connectMs: 2000 } });
    const { answer } = await post();
    expect(answer).toMatchObject({ kind: 'retry', error: expect.stringContaining('no connection within 2 s') });
    proxy.isSilent = false;
    expect((await post()).answer).toEqual(STORED);
  });
});
