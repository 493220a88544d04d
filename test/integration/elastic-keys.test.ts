import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { STREAM_KINDS } from '../../operator/elastic/templates.ts';
import type { StoredKey } from '../../operator/elastic/keys.ts';
import { connect } from '../backends/connection.ts';
import type { Connection } from '../backends/connection.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { CLUSTER_UID, elasticOf, namespaceOf, recordAt } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

describe.skipIf(missing)(`a namespace's key ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('keys');
  const neighbour = namespaceOf('neighbour');
  const streams = streamsOf(namespace);
  const opened: Connection[] = [];
  let key: StoredKey;
  let sidecar: Connection;

  beforeAll(async () => {
    await elastic.install();
    for (const one of [namespace, neighbour]) await elastic.createStreams(one);
    key = await elastic.mintKey(namespace);
    sidecar = as(key.encoded);
  });
  afterAll(async () => {
    for (const { close } of opened) close();
    await elastic.close();
    await elasticsearch.down();
  });

  function as(encoded: string): Connection {
    const connection = connect(elasticsearch, `ApiKey ${encoded}`);
    opened.push(connection);
    return connection;
  }

  /** The only item of a bulk request of one record. */
  async function bulk(who: Connection, stream: string, action: object, document: object | undefined) {
    const lines = document ? [action, document] : [action];
    const { status, body } = await who.request<BulkAnswer>('POST', `/${stream}/_bulk`, lines);
    expect(status).toBe(200);
    return Object.values(body.items[0]!)[0]!;
  }
  const create = (who: Connection, stream: string, { id, document } = recordAt(0)) =>
    bulk(who, stream, { create: { _id: id } }, document);

  it.each(STREAM_KINDS)('can create into the stream of %s', async (kind) => {
    expect((await create(sidecar, streams[kind])).status).toBe(201);
  });

  it('can create a record with fields that no record had before', async () => {
    const record = recordAt(1, { app: { orderId: 4711, basket: { size: 3 } } });
    expect((await create(sidecar, streams.logs, record)).status).toBe(201);
  });

  const { id, document } = recordAt(0);
  it.each([
    // The form in which a record of a stream can be written over at all.
    ['index', { index: { _id: id, if_seq_no: 0, if_primary_term: 1 } }, document],
    ['update', { update: { _id: id } }, { doc: { message: 'forged' } }],
    ['delete', { delete: { _id: id } }, undefined],
  ])('cannot %s a record, not even in the index behind the stream', async (_, action, body) => {
    expect((await bulk(sidecar, streams.logs, action, body)).status).toBe(400);
    const { body: resolved } = await request<{ data_streams: { backing_indices: string[] }[] }>(
      'GET',
      `/_resolve/index/${streams.logs}`,
    );
    const behind = resolved.data_streams[0]!.backing_indices[0]!;
    expect((await bulk(sidecar, behind, action, body)).status).toBe(403);
  });

  it('cannot write into a stream of another namespace', async () => {
    for (const stream of Object.values(streamsOf(neighbour))) {
      expect((await create(sidecar, stream)).status).toBe(403);
    }
  });

  it('cannot create a stream that is not its own', async () => {
    expect((await create(sidecar, `${streams.logs}2`)).status).toBe(403);
  });

  it('cannot even create its own streams, of which retention would be missing', async () => {
    const own = namespaceOf('early');
    const early = as((await elastic.mintKey(own)).encoded);
    for (const stream of Object.values(streamsOf(own))) expect((await create(early, stream)).status).toBe(403);
    await elastic.createStreams(own);
    const record = recordAt(0, { app: { orderId: 4711 } });
    expect((await create(early, streamsOf(own).logs, record)).status).toBe(201);
  });

  it.each([
    ['search', 'POST', '/_search', {}],
    ['read a record', 'GET', `/_doc/${id}`, undefined],
    ['count', 'GET', '/_count', undefined],
    ['read the mapping', 'GET', '/_mapping', undefined],
    ['change the mapping', 'PUT', '/_mapping', { properties: { more: { type: 'keyword' } } }],
    ['change the settings', 'PUT', '/_settings', { 'index.number_of_replicas': 1 }],
    ['roll over', 'POST', '/_rollover', {}],
    ['delete the stream', 'DELETE', '', undefined],
  ])('cannot %s', async (_, method, path, body) => {
    expect((await sidecar.request(method, `/${streams.logs}${path}`, body)).status).toBe(403);
  });

  it.each([
    ['change a template', 'PUT', '/_index_template/forged', { index_patterns: ['forged'] }],
    ['mint keys', 'POST', '/_security/api_key', { name: 'forged' }],
  ])('cannot %s', async (_, method, path, body) => {
    expect((await sidecar.request(method, path, body)).status).toBe(403);
  });

  it('says whose it is, and ends after ninety days', async () => {
    const { body } = await request<{ api_keys: { creation: number; expiration: number }[] }>(
      'GET',
      `/_security/api_key?id=${key.id}`,
    );
    expect(body.api_keys).toMatchObject([
      {
        name: `tracewell test ${namespace}`,
        metadata: { application: 'tracewell', cluster: 'test', cluster_uid: CLUSTER_UID, namespace },
        invalidated: false,
      },
    ]);
    const { creation, expiration } = body.api_keys[0]!;
    expect(expiration - creation).toBe(90 * 24 * 3_600_000);
    expect(key.expires).toBe(new Date(expiration).toISOString());
  });

  it('is of no use once it is invalidated', async () => {
    const old = await elastic.mintKey(namespace);
    await elastic.invalidateKey(old.id);
    expect((await as(old.encoded).request('POST', `/${streams.logs}/_bulk`, [{ create: {} }, document])).status).toBe(
      401,
    );
  });

  it('is listed for its own cluster alone, and only while it is good', async () => {
    const idsFor = async (settings: Parameters<typeof elasticOf>[1]) => {
      const other = elasticOf(elasticsearch, settings);
      const keys = await other.ownKeys();
      await other.close();
      return keys.map(({ id }) => id);
    };
    const gone = await elastic.mintKey(namespace);
    await elastic.invalidateKey(gone.id);
    expect(await idsFor({})).toContain(key.id);
    expect(await idsFor({})).not.toContain(gone.id);
    expect(await idsFor({ cluster: 'other' })).toEqual([]);
    expect(await idsFor({ cluster: '' })).toEqual([]);
    expect(await idsFor({ clusterUid: () => 'another' })).toEqual([]);
    expect(await idsFor({ clusterUid: () => undefined })).toEqual([]);
  });

  it('is the operator’s own where that is a key, which Elasticsearch lets mint none with privileges', async () => {
    const { body } = await request<{ encoded: string }>('POST', '/_security/api_key', { name: 'operator' });
    const handed = elasticOf(elasticsearch, { credentials: { apiKey: body.encoded } });
    expect(handed.canMint).toBe(false);
    await handed.createStreams(namespaceOf('handed'));
    expect(await handed.mintKey(namespace)).toEqual({ id: '', expires: '', encoded: body.encoded });
    await handed.close();
    const derived = { name: 'derived', role_descriptors: { any: { cluster: ['monitor'] } } };
    expect((await as(body.encoded).request('POST', '/_security/api_key', derived)).status).toBe(400);
  });

  it('can be had by a user with the privileges that docs/install.md lists', async () => {
    const names = ['logs-tracewell-*', 'logs-tracewell.*'];
    const password = 'operator-of-the-tests';
    await request('PUT', '/_security/role/tracewell_operator', {
      cluster: ['monitor', 'manage_index_templates', 'manage_ilm', 'manage_api_key'],
      indices: [{ names, privileges: ['create_doc', 'manage'] }],
    });
    await request('PUT', '/_security/user/tracewell_operator', { password, roles: ['tracewell_operator'] });
    const least = elasticOf(elasticsearch, { credentials: { username: 'tracewell_operator', password } });
    const own = namespaceOf('least');
    await least.install();
    await least.createStreams(own);
    await least.setRetention(own, '14d');
    const minted = await least.mintKey(own);
    const record = recordAt(0, { app: { orderId: 4711 } });
    expect((await create(as(minted.encoded), streamsOf(own).logs, record)).status).toBe(201);
    expect((await least.ownKeys()).map(({ id }) => id)).toContain(minted.id);
    await least.tend();
    await least.invalidateKey(minted.id);
    await least.close();
  });
});
