import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { basic, connect } from './connection.ts';
import { providedElasticsearch } from './provided.ts';

const { elasticsearch, missing } = providedElasticsearch();

describe.skipIf(missing)(`a real Elasticsearch ${missing}`, () => {
  const { url, port, ca, username, password, request } = elasticsearch;
  afterAll(() => elasticsearch.down());

  it('says its name and version, as clients ask for them first', async () => {
    expect(await request('GET', '/')).toMatchObject({
      status: 200,
      body: { version: { number: expect.stringMatching(/^9\./), build_flavor: 'default' } },
    });
  });

  it('lets its user in', async () => {
    expect(await request('GET', '/_security/_authenticate')).toMatchObject({
      status: 200,
      body: { username: 'elastic', roles: ['superuser'] },
    });
  });

  it.each([
    ['a wrong password', basic(username, `${password}x`)],
    ['an unknown user', basic('nobody', password)],
    ['an API key that was never minted', `ApiKey ${Buffer.from('a:b').toString('base64')}`],
  ])('answers 401 to %s', async (_, authorization) => {
    const other = connect({ url, ca }, authorization);
    expect((await other.request('GET', '/')).status).toBe(401);
    other.close();
  });

  it('mints API keys that work at once', async () => {
    const key = await request<{ id: string; encoded: string }>('POST', '/_security/api_key', { name: 'minted' });
    expect(key.status).toBe(200);
    const other = connect({ url, ca }, `ApiKey ${key.body.encoded}`);
    expect(await other.request('GET', '/_security/_authenticate')).toMatchObject({
      status: 200,
      body: { authentication_type: 'api_key', api_key: { id: key.body.id, name: 'minted' } },
    });
    other.close();
  });

  it.each(['localhost', 'elasticsearch.elastic.svc', 'elasticsearch.elastic.svc.cluster.local'])(
    'has a certificate for %s',
    async (servername) => {
      const socket = connectTls({ host: '127.0.0.1', port, ca, servername });
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
      socket.destroy();
    },
  );

  it('has a certificate for no other name', async () => {
    const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'elastic.example' });
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/altnames/);
  });

  it('is trusted by nobody who does not know its authority', async () => {
    const socket = connectTls({ host: '127.0.0.1', port, servername: 'localhost' });
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/certificate/);
  });

  it('stores a document once under its name', async () => {
    const lines = [{ create: { _id: 'one' } }, { n: 1 }];
    const bulk = () => request<{ items: { create: { status: number } }[] }>('POST', '/backends-once/_bulk', lines);
    expect((await bulk()).body.items[0]?.create.status).toBe(201);
    expect((await bulk()).body.items[0]?.create.status).toBe(409);
  });
});
