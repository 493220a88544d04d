import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamKind } from '../../operator/elastic/templates.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { STREAM_KINDS, templateName } from '../../operator/elastic/templates.ts';
import { constantPart } from '../../sidecar/pod.ts';
import { sealDocument, startDocument } from '../../sidecar/sink/file-document.ts';
import { freshCheckpoint } from '../../sidecar/source/checkpoint.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf, recordAt } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

describe.skipIf(missing)(`templates and streams ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('streams');
  const streams = streamsOf(namespace);

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
  });
  afterAll(async () => {
    await elastic.close();
    await elasticsearch.down();
  });

  const templates = () =>
    Promise.all(STREAM_KINDS.map((kind) => request('GET', `/_index_template/${templateName(kind)}`)));
  const create = (stream: string, op: string, { id, document }: { id: string; document: object } = recordAt(0)) =>
    request<BulkAnswer>('POST', `/${stream}/_bulk?refresh=true`, [{ [op]: { _id: id } }, document]);

  it('installs templates that another operator installs again without a change', async () => {
    const before = await templates();
    expect(before.map(({ status }) => status)).toEqual([200, 200, 200]);
    const other = elasticOf(elasticsearch);
    await other.install();
    await other.close();
    expect(await templates()).toEqual(before);
  });

  it.each(STREAM_KINDS)('creates the stream of %s by its own template, and stores nothing', async (kind) => {
    const stream = streams[kind];
    expect(await request('GET', `/_resolve/index/${stream}`)).toMatchObject({
      body: { data_streams: [{ name: stream, timestamp_field: '@timestamp' }] },
    });
    expect(await request('GET', `/${stream}/_count`)).toMatchObject({ body: { count: 0 } });
    expect(await backing(stream)).toMatchObject({
      settings: {
        index: {
          translog: { durability: 'request' },
          number_of_replicas: '0',
          mapping: { ignore_malformed: 'true', total_fields: { ignore_dynamic_beyond_limit: 'true' } },
        },
      },
      mappings: { dynamic: 'false', properties: { '@timestamp': { type: 'date_nanos' }, ...OWN_FIELD[kind] } },
    });
  });

  it('finds streams that are there, and changes nothing', async () => {
    const before = await request('GET', `/_resolve/index/${streams.logs}`);
    await elastic.createStreams(namespace);
    expect(await request('GET', `/_resolve/index/${streams.logs}`)).toEqual(before);
  });

  it('stores a record under its name once', async () => {
    expect((await create(streams.logs, 'create')).body.items[0]?.['create']?.status).toBe(201);
    expect((await create(streams.logs, 'create')).body.items[0]?.['create']?.status).toBe(409);
  });

  it('refuses to write over a record', async () => {
    const item = (await create(streams.logs, 'index')).body.items[0]?.['index'];
    expect(item?.status).toBe(400);
    expect(item?.error?.reason).toContain('op_type of create');
  });

  it('stores start documents and seals as the sidecar writes them, and adds up their sums', async () => {
    const pod = {
      namespace,
      name: 'p',
      uid: 'u',
      node: 'n',
      labels: new Map([['a.b/c', 'd']]),
      annotations: new Map(),
    };
    const constant = constantPart(pod, 'cart', 'test');
    const at = Date.now();
    const sums = (offsets: bigint) => ({ records: 2, bytes: 20, offsets });
    const checkpointOf = (file: string) => ({
      ...freshCheckpoint({ file, container: 'cart', run: 0, generation: 0 }),
      stored: sums(2n ** 62n),
      lost: { Truncated: 3 },
    });
    const documents = [
      startDocument({ pod, container: 'cart', run: 0, constant, image: 'cart:1' }, '1.2.3', at),
      sealDocument(checkpointOf('a'), 23, constant, at),
      sealDocument({ ...checkpointOf('b'), stored: sums(2n ** 70n) }, 23, constant, at),
    ];
    for (const { id, text } of documents) {
      const { body } = await create(streams.files, 'create', { id, document: JSON.parse(text) as object });
      expect(body.items).toMatchObject([{ create: { status: 201 } }]);
    }
    const sum = (field: string) => ({ [field]: { sum: { field: `tracewell.${field}` } } });
    const aggs = { ...sum('size'), ...sum('stored.bytes'), ...sum('lost.Truncated') };
    const query = { term: { 'kubernetes.pod.uid': 'u' } };
    expect(await request('POST', `/${streams.files}/_search?size=0`, { aggs })).toMatchObject({
      body: { aggregations: { size: { value: 46 }, 'stored.bytes': { value: 40 }, 'lost.Truncated': { value: 6 } } },
    });
    expect(await request('POST', `/${streams.files}/_count`, { query })).toMatchObject({ body: { count: 1 } });
  });

  it('shares no stream between namespaces that differ in a dash', () => {
    expect(streamsOf('a-b').logs).not.toBe(streamsOf('ab').logs);
  });

  it('takes settings and fields from component templates of the person', async () => {
    const custom = (properties: object) =>
      request('PUT', '/_component_template/logs-tracewell@custom', { template: { mappings: { properties } } });
    expect((await custom({ team: { type: 'keyword' } })).status).toBe(200);
    const own = namespaceOf('custom');
    await elastic.createStreams(own);
    expect(await backing(streamsOf(own).logs)).toMatchObject({
      mappings: { properties: { team: { type: 'keyword' } } },
    });
    await custom({}); // in use, so it cannot be deleted
  });

  it('says that retention cannot be set where the server has no lifecycle of data streams', async () => {
    // The image has one, the server from Maven Central does not.
    const note = await elastic.setRetention(namespace, '14d');
    expect(note === undefined).toBe(elasticsearch.provider === 'docker');
  });

  /** Mappings and settings of a stream's only backing index. */
  async function backing(stream: string): Promise<unknown> {
    const { body } = await request<Record<string, unknown>>('GET', `/${stream}`);
    const [only, ...others] = Object.values(body);
    expect(others).toEqual([]);
    return only;
  }
});

/** A field by which the template of one kind differs from the others. */
const OWN_FIELD: Record<StreamKind, object> = {
  logs: { app: { type: 'object', dynamic: 'true', subobjects: false } },
  deadLetters: { message: { type: 'keyword', index: false, doc_values: false } },
  files: { tracewell: { properties: { file: { type: 'keyword' } } } },
};
