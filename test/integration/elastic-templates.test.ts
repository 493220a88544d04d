import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stamped, type IndexTemplate } from '../../operator/elastic/stamp.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf, recordAt } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();
const PATH = '/_index_template/logs-tracewell';

/** How an index shows the field `url.full`. */
const FULL = { properties: { full: { type: 'keyword' } } };

interface Content {
  settings: object;
  mappings: { properties: Record<string, object> };
}
type Shown = IndexTemplate & { template: Content; priority: number; _meta: object };

describe.skipIf(missing)(`templates that change ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);

  beforeAll(() => elastic.install());
  afterAll(async () => {
    // What a test that failed has left is not to trouble the next file.
    await elastic.tend();
    await elastic.close();
    await elasticsearch.down();
  });

  async function shown(): Promise<Shown> {
    const { body } = await request<{ index_templates: { index_template: Shown }[] }>('GET', PATH);
    return body.index_templates[0]!.index_template;
  }
  /** As a person does it, who takes what is there and changes a part of it. */
  async function change(how: (template: Shown) => object): Promise<void> {
    const { template, index_patterns, composed_of, priority, data_stream, ...rest } = (await shown()) as Shown &
      Record<string, unknown>;
    const { ignore_missing_component_templates, _meta } = rest;
    const whole = {
      template,
      index_patterns,
      composed_of,
      ignore_missing_component_templates,
      priority,
      data_stream,
      _meta,
    };
    const { status } = await request('PUT', PATH, how(whole as never));
    expect(status).toBe(200);
  }
  const mapping = (field: string, type: object | undefined) => (template: Shown) => {
    const properties = { ...template.template.mappings.properties, [field]: type };
    return { ...template, template: { ...template.template, mappings: { ...template.template.mappings, properties } } };
  };
  async function indicesOf(stream: string) {
    const { body } = await request<Record<string, { mappings: { properties: Record<string, object> } }>>(
      'GET',
      `/${stream}/_mapping`,
    );
    return Object.entries(body).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
  const store = (stream: string, offset: number) => {
    const { id, document } = recordAt(offset);
    return request<BulkAnswer>('POST', `/${stream}/_bulk?refresh=true`, [{ create: { _id: id } }, document]);
  };

  it.each<[string, (template: Shown) => object]>([
    ['a field', mapping('message', { type: 'keyword' })],
    [
      'a setting',
      (it) => ({ ...it, template: { ...it.template, settings: { 'index.translog.durability': 'async' } } }),
    ],
    ['its priority', (it) => ({ ...it, priority: 300 })],
    ['whose it is', (it) => ({ ...it, _meta: {} })],
  ])('are put back after somebody changed %s, once, and it is said once', async (_, how) => {
    const { template, priority, _meta } = await shown();
    await change(how);
    await elastic.tend();
    await elastic.tend();
    expect(elastic.takeRepairs()).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
    expect(await shown()).toMatchObject({ template, priority, _meta });
    const other = elasticOf(elasticsearch);
    await other.install();
    expect(other.takeRepairs()).toEqual([]);
    await other.close();
  });

  it('of a new version bring their new fields to streams that are there, which go on with the index that they have', async () => {
    await change((it) => stamped(mapping('url.full', undefined)(it), '0.0.1'));
    const namespace = namespaceOf('fields');
    const { logs } = streamsOf(namespace);
    const next = elasticOf(elasticsearch);
    await next.createStreams(namespace);
    const [[name, { mappings: before }]] = (await indicesOf(logs)) as [Awaited<ReturnType<typeof indicesOf>>[0]];
    expect(before.properties['url']).not.toMatchObject(FULL);
    await next.install();
    expect(next.takeRepairs()).toEqual([]);
    await next.close();
    await store(logs, 0);
    const after = await indicesOf(logs);
    expect(after.map(([each]) => each)).toEqual([name]);
    expect(after[0]![1].mappings.properties['url']).toMatchObject(FULL);
  });

  it('whose fields had other types let streams begin a new index with their next record', async () => {
    await change(mapping('stream', { type: 'long' }));
    const [namespace, untouched] = [namespaceOf('types'), namespaceOf('types')];
    const { logs, files } = streamsOf(namespace);
    await elastic.createStreams(namespace);
    await elastic.tend();
    await elastic.createStreams(untouched);
    expect(elastic.takeRepairs()).toHaveLength(1);
    expect((await store(logs, 0)).body.items[0]?.['create']?.status).toBe(201);
    const indices = await indicesOf(logs);
    expect(indices).toHaveLength(2);
    expect(indices.at(-1)![1].mappings.properties['stream']).toMatchObject({ type: 'keyword' });
    for (const stream of [files, streamsOf(untouched).logs]) expect(await indicesOf(stream)).toHaveLength(1);
  });
});
