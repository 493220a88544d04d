import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { renew } from '../../operator/certs.ts';
import { startBulkServer, type BulkServer } from '../sidecar/bulk-server.ts';
import type { FaultKind, Weather } from './faults.ts';
import { REFUSED } from './payload.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { Random } from './random.ts';
import { writeBulk } from './wire.ts';

const STREAM = 'logs-tracewell-shop';
const LETTERS = 'logs-tracewell.deadletter-shop';

interface Parts {
  readonly server: BulkServer;
  readonly proxy: FaultProxy;
}

const certificates = await renew('renew all', undefined, ['localhost'], new Date());

const it = test.extend<Parts>({
  server: async ({ onTestFinished }, use) => {
    const server = await startBulkServer({ tls: certificates });
    onTestFinished(() => server.close());
    await use(server);
  },
  proxy: async ({ server }, use) => {
    const upstream = () => ({ url: server.url, ca: certificates.ca });
    const proxy = await startFaultProxy({ upstream, random: new Random('proxy') });
    await use(proxy);
    await proxy.close();
  },
});

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Sends records by their documents; undefined when there is no whole answer. */
function send(
  { urls }: FaultProxy,
  documents: readonly string[],
  stream = STREAM,
  signal?: AbortSignal,
): Promise<Answer | undefined> {
  const body = writeBulk(documents.map((document, i) => ({ id: `f.${i}.9`, document })));
  const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', 'content-length': body.length };
  return new Promise((resolve) => {
    const none = () => resolve(undefined);
    const sent = request(
      `${urls[0]}/${stream}/_bulk`,
      { method: 'POST', headers, ...(signal ? { signal } : {}) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', none);
        response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
      },
    );
    sent.on('error', none).end(body);
  });
}
const plain = ['{"message":"a"}', '{"message":"b"}', '{"message":"c"}'];
const always = (kind: FaultKind, statuses?: Weather['statuses']): Weather => ({
  name: kind,
  chance: 1,
  faults: { [kind]: 1 },
  ...(statuses ? { statuses } : {}),
});
const statuses = (answer: Answer | undefined) =>
  (JSON.parse(answer!.body) as { items: { create: { status: number } }[] }).items.map(({ create }) => create.status);
const counts = ({ sent, taken, acknowledged }: FaultProxy) => ({
  sent: sent.size,
  taken: taken.size,
  acknowledged: acknowledged.size,
});

describe('the fault proxy', () => {
  it('in calm weather passes everything on, and counts it', async ({ proxy, server }) => {
    expect(statuses(await send(proxy, plain))).toEqual([201, 201, 201]);
    expect(statuses(await send(proxy, plain.slice(0, 1)))).toEqual([409]);
    expect(server.stored(STREAM).size).toBe(3);
    expect(counts(proxy)).toEqual({ sent: 3, taken: 3, acknowledged: 3 });
    expect(proxy.sent.get(`${STREAM} f.0.9`)).toBe(2);
    expect([...proxy.acknowledgedByFile()]).toEqual([['f', 3]]);
    expect(proxy.met.size).toBe(0);
  });

  it('says 429 for some records, and does not send those on', async ({ proxy, server }) => {
    proxy.noRoom = (stream, items) => new Set(stream === STREAM && items.length === 3 ? [0, 2] : []);
    expect(statuses(await send(proxy, plain))).toEqual([429, 201, 429]);
    expect([...server.stored(STREAM).keys()]).toEqual(['f.1.9']);
    expect(counts(proxy)).toEqual({ sent: 3, taken: 1, acknowledged: 1 });
  });

  it('asks nobody when all records are refused', async ({ proxy, server }) => {
    proxy.noRoom = () => new Set([0, 1, 2]);
    expect(statuses(await send(proxy, plain))).toEqual([429, 429, 429]);
    expect(server.requests).toEqual([]);
  });

  it('refuses what bears a mark, but takes it as a dead letter', async ({ proxy, server }) => {
    const marked = [
      `{"message":"${REFUSED.always}"}`,
      `{"app":{"why":"${REFUSED.once}"}}`,
      `{"message":"${REFUSED.once}"}`,
    ];
    expect(statuses(await send(proxy, marked))).toEqual([400, 400, 201]);
    expect(statuses(await send(proxy, marked.slice(0, 1), LETTERS))).toEqual([201]);
    expect(server.stored(LETTERS).size).toBe(1);
  });

  it.for([401, 403, 404, 413, 429, 502, 503] as const)(
    'refuses whole requests with %i, and sends nothing on',
    async (status, { proxy, server }) => {
      proxy.weather = always('refused', [status]);
      expect((await send(proxy, plain))!.status).toBe(status);
      expect(server.requests).toEqual([]);
      expect(counts(proxy)).toEqual({ sent: 3, taken: 0, acknowledged: 0 });
    },
  );

  it.for(['cutRequest', 'cutAnswer', 'silence'] as const)(
    'gives no whole answer when it meets %s',
    async (kind, { proxy }) => {
      proxy.weather = always(kind);
      expect(await send(proxy, plain)).toBeUndefined();
      expect(proxy.acknowledged.size).toBe(0);
      expect([...proxy.met]).toEqual([[kind, 1]]);
    },
  );

  it.for(['late', 'trickle'] as const)('answers all the same when it meets %s', async (kind, { proxy }) => {
    proxy.weather = always(kind);
    expect(statuses(await send(proxy, plain))).toEqual([201, 201, 201]);
    expect(proxy.acknowledged.size).toBe(3);
  });

  it('answers nonsense for what is stored, and acknowledges nothing', async ({ proxy, server }) => {
    proxy.weather = always('nonsense');
    for (let i = 0; i < 20; i++) expect((await send(proxy, plain))!.status).toBe(200);
    expect(server.stored(STREAM).size).toBe(3);
    expect(proxy.acknowledged.size).toBe(0);
  });

  it('swallows a request until whoever asked goes away, and the next one is answered', async ({ proxy }) => {
    proxy.swallow = 1;
    const impatient = send(proxy, plain, STREAM, AbortSignal.timeout(200));
    expect(await impatient).toBeUndefined();
    expect(proxy.acknowledged.size).toBe(0);
    expect(statuses(await send(proxy, plain))).toEqual([409, 409, 409]);
    expect(proxy.known).toBe(3);
  });

  it('says 502 when Elasticsearch is not there', async ({ proxy, server }) => {
    await server.close();
    expect((await send(proxy, plain))!.status).toBe(502);
    expect(proxy.taken.size).toBe(0);
  });

  it('answers who only asks whether it is there', async ({ proxy }) => {
    expect((await fetch(proxy.urls[1]!, { method: 'HEAD' })).status).toBe(200);
    expect({ requests: proxy.requests, malformed: proxy.malformed }).toEqual({ requests: 0, malformed: [] });
  });

  it('notes what is no bulk request', async ({ proxy }) => {
    expect(await send(proxy, ['no JSON'])).toBeUndefined();
    expect(proxy.malformed).toEqual([expect.stringContaining('no JSON')]);
  });
});
