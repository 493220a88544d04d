import type { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElasticServer, SERVER } from '../../test/operator/elastic-server.ts';
import { connect } from './connection.ts';
import { policyOf, retentionNote, setRetention } from './lifecycle.ts';
import type { Server } from './server.ts';

const STREAMS = ['logs-tracewell-shop', 'logs-tracewell.files-shop'];

let server: ElasticServer;
let client: Client;

beforeEach(async () => {
  server = await ElasticServer.start();
  server.ilm = true;
  client = connect({ urls: [server.url], credentials: { apiKey: 'k' }, ca: undefined });
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const set = (changes: Partial<Server> = {}, customPolicy?: { policy: string; by: string }) =>
  setRetention({ client, server: { ...SERVER, ...changes }, customPolicy }, STREAMS, '14d');
/** What was sent with each request. */
const sent = () =>
  server.requests.map((what, i) => [what, server.bodies[i] ? (JSON.parse(server.bodies[i]) as object) : undefined]);

describe('retention', () => {
  it('is a policy of index lifecycle management, which the streams name themselves', async () => {
    expect(await set({ ilm: true })).toBe('ilm');
    expect(sent()).toEqual([
      ['GET /_ilm/policy/tracewell-14d', undefined],
      ['PUT /_ilm/policy/tracewell-14d', { policy: policyOf('14d') }],
      [`PUT /_data_stream/${STREAMS.join(',')}/_settings`, { index: { lifecycle: { name: 'tracewell-14d' } } }],
    ]);
  });

  it('leaves a policy as a person has tuned it', async () => {
    await set({ ilm: true });
    const before = server.seen('PUT /_ilm').length;
    await set({ ilm: true });
    expect(server.seen('PUT /_ilm')).toHaveLength(before);
  });

  it('is refused loudly where one stream refuses it', async () => {
    server.refusesSettings = 'not this one';
    await expect(set({ ilm: true })).rejects.toThrow(
      'logs-tracewell-shop did not take the policy tracewell-14d: not this one',
    );
  });

  it.each<[string, Partial<Server>]>([
    ['there is no lifecycle management', {}],
    ['a stream cannot name its policy', { ilm: true, dataStreamSettings: false }],
  ])('is the data streams’ own lifecycle where %s', async (_, changes) => {
    expect(await set(changes)).toBe('dataStreamLifecycle');
    expect(sent()).toEqual([[`PUT /_data_stream/${STREAMS.join(',')}/_lifecycle`, { data_retention: '14d' }]]);
  });

  it('is nobody’s where there is neither', async () => {
    expect(await set({ dataStreamLifecycle: false })).toBe('none');
    server.faults.push({ begins: 'PUT /_data_stream/', status: 405 });
    expect(await set()).toBe('none');
  });

  it('is a person’s own where their component template names a policy', async () => {
    expect(await set({ ilm: true }, { policy: 'mine', by: 'logs@custom' })).toBe('custom');
    expect(server.requests).toEqual([]);
  });
});

it.each([
  ['1h', '1h'],
  ['24h', '1h'],
  ['36h', '1d'],
  ['14d', '1d'],
  ['15d', '7d'],
  ['90d', '7d'],
  ['365d', '30d'],
])('documents that stay %s are written to one index for at most %s', (retention, age) => {
  const { phases } = policyOf(retention);
  expect(phases.hot?.actions?.rollover?.max_age).toBe(age);
  expect(phases.delete).toEqual({ min_age: retention, actions: { delete: {} } });
});

it.each<[Parameters<typeof retentionNote>[0], string | undefined]>([
  ['ilm', undefined],
  ['dataStreamLifecycle', undefined],
  ['custom', 'The ILM policy mine that logs@custom names decides'],
  ['none', 'Let an ISM policy'],
])('of retention by %s the status says: %s', (lifecycle, note) => {
  const openSearch = { ...SERVER, product: 'OpenSearch' as const };
  const said = retentionNote(lifecycle, '14d', {
    server: openSearch,
    customPolicy: { policy: 'mine', by: 'logs@custom' },
  });
  expect(`${said}`).toContain(`${note}`);
});
