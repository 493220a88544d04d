import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElasticServer } from '../../test/operator/elastic-server.ts';
import { Elastic } from './client.ts';

let server: ElasticServer;
let elastic: Elastic;

beforeEach(async () => {
  server = await ElasticServer.start();
  elastic = new Elastic({
    urls: [server.url],
    credentials: { username: 'operator', password: 'secret' },
    ca: undefined,
    replicas: undefined,
    cluster: 'production',
    version: '1.2.3',
    clusterUid: () => 'uid-1',
  });
});
afterEach(async () => {
  await elastic.close();
  await server.stop();
});

const lifecycles = () => server.seen('PUT /_data_stream/').length;

describe('retention', () => {
  it('is set once, for the three streams together, and not with every look', async () => {
    for (let n = 0; n < 3; n++) expect(await elastic.setRetention('shop', '14d')).toBeUndefined();
    expect(lifecycles()).toBe(1);
  });

  it('is set again when it changes', async () => {
    await elastic.setRetention('shop', '14d');
    await elastic.setRetention('shop', '7d');
    expect(lifecycles()).toBe(2);
  });

  it('is set again when a stream had to be created again', async () => {
    await elastic.createStreams('shop');
    await elastic.setRetention('shop', '14d');
    server.streams.delete('logs-tracewell-shop');
    await elastic.createStreams('shop');
    await elastic.setRetention('shop', '14d');
    expect(lifecycles()).toBe(2);
  });

  it('is set again after a fault: who knows what stands there now', async () => {
    await elastic.setRetention('shop', '14d');
    server.faults.push({ begins: 'DELETE', status: 500 });
    await expect(elastic.invalidateKey('k1')).rejects.toThrow('500');
    await elastic.setRetention('shop', '14d');
    expect(lifecycles()).toBe(2);
  });

  it('is not said to be set where the server has no such thing', async () => {
    server.faults.push({ begins: 'PUT /_data_stream/', status: 405 });
    expect(await elastic.setRetention('shop', '14d')).toContain('Retention 14d is not applied');
    expect(await elastic.setRetention('shop', '14d')).toContain('Retention 14d is not applied');
  });
});

describe('what is there', () => {
  it('is asked for once, and again when it is looked after', async () => {
    for (let n = 0; n < 3; n++) await elastic.install();
    expect(server.seen('GET /_nodes')).toHaveLength(1);
    await elastic.tend();
    expect(server.seen('GET /_nodes')).toHaveLength(2);
  });

  it('and too old is not written to, and named with the cure', async () => {
    server.root = { version: { number: '7.17.29' } };
    server.nodes = ['7.17.29'];
    await expect(elastic.install()).rejects.toMatchObject({
      reason: 'Unsupported',
      message:
        'Elasticsearch 7.17.29 is too old: Tracewell needs 8.15.0 or newer. Upgrade it, or let elasticsearch.urls name a newer one.',
    });
    expect(server.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('and upgraded brings another retention at the next look', async () => {
    server.nodes = ['9.0.8', '9.5.3'];
    server.ilm = true;
    await elastic.setRetention('shop', '14d');
    expect(lifecycles()).toBe(1);
    server.nodes = ['9.5.3'];
    await elastic.tend();
    await elastic.setRetention('shop', '14d');
    expect(server.seen('PUT /_ilm/policy/tracewell-14d')).toHaveLength(1);
  });
});

describe('an answer', () => {
  it.each([
    [429, 'Unreachable', 'It is tried again'],
    [500, 'Unreachable', 'It is tried again'],
    [503, 'Unreachable', 'It is tried again'],
    [401, 'Unauthorized', 'elasticsearch.existingSecret'],
    [403, 'Unauthorized', 'elasticsearch.existingSecret'],
    [400, 'Refused', 'Check elasticsearch.urls'],
    [404, 'Refused', 'Check elasticsearch.urls'],
  ])('of %d is %s, with the cure', async (status, reason, cure) => {
    server.faults.push({ begins: 'PUT /_security/api_key', status });
    await expect(elastic.mintKey('shop')).rejects.toMatchObject({ reason, message: expect.stringContaining(cure) });
  });
});
