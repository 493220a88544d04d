import { describe, expect, test } from 'vitest';
import { renew } from '../../operator/certs.ts';
import { startBulkServer } from '../sidecar/bulk-server.ts';
import { criLine, numbered } from '../sidecar/cri.ts';
import { expectDelivered, holds, PARTS, type Parts } from '../sidecar/delivering.ts';
import { configOf, STREAMS } from '../sidecar/process.ts';
import { until } from '../wait.ts';

const TROUBLE = 'Elasticsearch did not take records';
const CALM = 'Elasticsearch takes records again';
const it = test.extend<Parts>(PARTS);

describe.concurrent('the sidecar before an Elasticsearch that does not take what it sends', () => {
  it('sends again the records that Elasticsearch had no room for, and only those', async ({ world, server }) => {
    const refused = new Set<string>();
    server.onItem = ({ id, document }) => {
      if (refused.has(id) || !document.message?.endsWith('7')) return undefined;
      refused.add(id);
      return { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } };
    };
    const { texts, content } = numbered('line', 100);
    world.write(content);
    const sidecar = world.start();
    await holds(server, 100);
    await expectDelivered(sidecar, { world, server }, texts);
    const requests = server.requests.filter(({ stream }) => stream === STREAMS.logs);
    expect(requests.map(({ items }) => items.length)).toEqual([100, 10]);
    expect(world.checkpoints()[0]!.duplicates).toBe(0);
  });

  it.for([
    ['is not ready (503)', { status: 503, body: 'no master' }, '503'],
    ['is behind a proxy that cannot reach it (502)', { status: 502, body: '<html>Bad Gateway</html>' }, '502'],
    ['has no room at all (429)', { status: 429, body: '{"error":{"type":"circuit_breaking_exception"}}' }, '429'],
    ['answers only half of what it has to say', 'cut', 'ECONNRESET'],
  ] as const)('says once that Elasticsearch %s, and goes on', async ([, reply, reason], { world, server }) => {
    server.onRequest = () => (server.requests.length <= 3 ? reply : undefined);
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    await sidecar.hears(CALM);
    await expectDelivered(sidecar, { world, server }, texts);
    expect(sidecar.lines(TROUBLE)).toMatchObject([{ url: server.url, reason: expect.stringContaining(reason) }]);
    expect(sidecar.lines(CALM)).toHaveLength(1);
  });

  it('waits for an Elasticsearch that nobody has started yet', async ({ world, server }) => {
    const away = await startBulkServer();
    await away.close();
    world.configure(configOf([away.url]));
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    const { url, error, cure } = await sidecar.hears(TROUBLE);
    expect({ url, error, cure }).toEqual({
      url: away.url,
      error: expect.stringContaining('ECONNREFUSED'),
      cure: expect.stringContaining('nothing is lost'),
    });
    const there = await startBulkServer({ port: away.port });
    await holds(there, 20);
    await expectDelivered(sidecar, { world, server: there }, texts);
    await there.close();
    expect(server.requests).toEqual([]);
  });

  it('with a key that is refused it holds everything and says so once, and uses a new key', async ({
    world,
    server,
  }) => {
    const body = JSON.stringify({ error: { type: 'security_exception', reason: 'invalidated' } });
    server.onRequest = ({ authorization }) => (authorization === 'ApiKey new' ? undefined : { status: 401, body });
    world.secret('apiKey', 'old\n');
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    await until('a third try', () => server.requests.length >= 3);
    expect(world.checkpoints().map(({ stored }) => stored.records)).toEqual([0]);
    world.secret('apiKey', 'new');
    await holds(server, 20);
    await expectDelivered(sidecar, { world, server }, texts);
    expect(sidecar.lines(TROUBLE)).toMatchObject([
      {
        url: server.url,
        reason: '401 security_exception',
        error: 'invalidated',
        cure: expect.stringContaining('API key'),
      },
    ]);
  });

  it('a record that is refused goes again as clean text, and then as a dead letter', async ({ world, server }) => {
    server.onItem = ({ document }, { stream }) => {
      const refused = document.app ?? (stream === STREAMS.logs && document.message.includes('curse'));
      return refused
        ? { status: 400, error: { type: 'document_parsing_exception', reason: 'no such luck' } }
        : undefined;
    };
    const payloads = ['{"message":"poison","a":1}', '{"message":"curse","a":1}', 'curse', 'harmless'];
    for (const payload of payloads) world.write(criLine(payload));
    const sidecar = world.start();
    await holds(server, 2, STREAMS.deadLetters);
    await expectDelivered(sidecar, { world, server }, ['{"message":"poison","a":1}', 'harmless']);
    const [repaired] = [...server.stored(STREAMS.logs).values()].filter(({ document }) => document.tracewell.repaired);
    expect(repaired!.document).toMatchObject({
      message: payloads[0],
      tracewell: { format: 'text', repaired: 'document_parsing_exception' },
    });
    const dead = [...server.stored(STREAMS.deadLetters).values()];
    expect(dead.map(({ document }) => document)).toMatchObject([
      { message: payloads[1], tracewell: { reason: 'document_parsing_exception', error: 'no such luck' } },
      { message: payloads[2], tracewell: { reason: 'document_parsing_exception', error: 'no such luck' } },
    ]);
    for (const { id, document } of dead) {
      expect(id).toBe(`${document.tracewell.file}.${document['log.offset']}.${document.tracewell.bytes}`);
    }
    expect(world.checkpoints()).toMatchObject([{ stored: { records: 2 }, deadLettered: { records: 2 } }]);
    expect(sidecar.lines('Elasticsearch refuses records in every form')).toHaveLength(1);
  });

  it('halves a batch that is too large for the server or a proxy before it', async ({ world, server }) => {
    server.onRequest = ({ bytes }) => (bytes > 20_000 ? { status: 413, body: 'too large' } : undefined);
    const { texts, content } = numbered('line', 300);
    world.write(content);
    const sidecar = world.start();
    await holds(server, 300);
    await expectDelivered(sidecar, { world, server }, texts);
  });

  it('a single record that is too large becomes a dead letter, and the others are not held up', async ({
    world,
    server,
  }) => {
    server.onRequest = ({ bytes, stream }) =>
      bytes > 20_000 && stream === STREAMS.logs ? { status: 413, body: 'too large' } : undefined;
    const { texts, content } = numbered('line', 3);
    const long = 'x'.repeat(30_000);
    world.write(criLine(long.slice(0, 16_000), { tag: 'P' }) + criLine(long.slice(16_000)) + content);
    const sidecar = world.start();
    await holds(server, 1, STREAMS.deadLetters);
    await expectDelivered(sidecar, { world, server }, texts);
    expect([...server.stored(STREAMS.deadLetters).values()].map(({ document }) => document)).toMatchObject([
      { message: long, tracewell: { reason: 'TooLarge' } },
    ]);
  });

  it('names URL and cure when the certificate is of another authority, and trusts the right one', async ({ world }) => {
    const [right, wrong] = await Promise.all(
      ['localhost', 'other'].map((name) => renew('renew all', undefined, [name], new Date())),
    );
    const server = await startBulkServer({ tls: right! });
    world.configure(configOf([server.url]));
    world.secret('elasticsearchCa', wrong!.ca);
    world.write(criLine('kept meanwhile'));
    const sidecar = world.start();
    const { url, error } = await sidecar.hears(TROUBLE);
    expect(url).toBe(server.url);
    expect(error).toContain('es-ca.crt');
    world.secret('elasticsearchCa', right!.ca);
    await holds(server, 1);
    await expectDelivered(sidecar, { world, server }, ['kept meanwhile']);
    await server.close();
  });
});
