import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { expectProved, sumsOf } from '../proof.ts';
import { configOf, SidecarWorld } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import { applications, APPLICATIONS, ELAPSED, logOf } from './applications.ts';
import { elasticOf, namespaceOf } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

interface Answer {
  readonly count: number;
  readonly aggregations: Record<string, { readonly value: number }>;
  readonly fields: Record<string, unknown>;
}

describe.skipIf(missing)(`fifty applications in one stream ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('applications');
  const { logs, deadLetters } = streamsOf(namespace);
  const world = new SidecarWorld();
  const all = applications();
  const total = all.reduce((sum, { lines }) => sum + lines.length, 0);
  let exitCode: number | null;

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
    const { encoded } = await elastic.mintKey(namespace);
    world.configure(configOf([elasticsearch.url], { streams: streamsOf(namespace) }));
    world.secret('apiKey', encoded);
    world.secret('elasticsearchCa', elasticsearch.ca);
    for (const application of all) world.write(logOf(application), application.container);
    const sidecar = world.start();
    await until(`${total} records`, async () => {
      await request('POST', `/${logs}/_refresh`);
      const { body } = await request<Answer>('GET', `/${logs}/_count`);
      if (body.count < total) throw new Error(`${body.count} are there`);
      return true;
    });
    exitCode = await sidecar.stop();
  });
  afterAll(async () => {
    await world.down();
    await elastic.close();
    await elasticsearch.down();
  });

  const count = async (query: object) => (await request<Answer>('POST', `/${logs}/_count`, { query })).body.count;

  it('are all stored, each record once, and none is a dead letter', async () => {
    expect(exitCode).toBe(0);
    expect(await count({ match_all: {} })).toBe(total);
    expect(await sumsOf(request, deadLetters)).toEqual(new Map());
    await expectProved(request, namespace);
  });

  it('keep what they wrote, but for the records that had to become text', async () => {
    const repaired = await count({ exists: { field: 'tracewell.repaired' } });
    expect(repaired).toBeGreaterThan(0);
    // A key twice, an empty one, a blank one, too many digits: four kinds of thirteen, and fifty lines of those.
    expect(repaired).toBeLessThanOrEqual(Math.ceil(APPLICATIONS / 13) * 4);
  });

  it('find their numbers by a range, and calculate with them', async () => {
    const { from, below } = ELAPSED;
    expect(await count({ range: { 'app.elapsed': { gte: from, lt: below } } })).toBe(ELAPSED.count);
    const aggs = { sum: { sum: { field: 'app.elapsed' } }, max: { max: { field: 'app.elapsed' } } };
    const { body } = await request<Answer>('POST', `/${logs}/_search?size=0`, { aggs });
    expect(body.aggregations).toMatchObject({ sum: { value: ELAPSED.sum }, max: { value: APPLICATIONS - 1 } });
  });

  it('find their own names', async () => {
    expect(await count({ term: { 'app.name': 'application-7' } })).toBe(1);
  });

  it('have no more fields mapped than an index may have', async () => {
    const { body } = await request<Answer>('GET', `/${logs}/_field_caps?fields=*&filters=-metadata`);
    const fields = Object.keys(body.fields);
    expect(fields.filter((field) => field.startsWith('app.')).length).toBeGreaterThan(500);
    expect(fields.length).toBeLessThanOrEqual(1_000);
  });
});
