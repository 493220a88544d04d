import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { Elastic } from '../../operator/elastic/client.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { upOpenSearch, type OpenSearch } from '../backends/opensearch.ts';
import { plainProgress } from '../progress.ts';
import { expectProved, sumsOf } from '../proof.ts';
import { configOf, SidecarWorld } from '../sidecar/process.ts';
import { until } from '../wait.ts';
import { applications, logOf } from './applications.ts';
import { CLUSTER_UID, namespaceOf, recordAt, type BulkAnswer } from './elastic.ts';

/** Where Elasticsearch runs as a process there is all that OpenSearch needs. */
const { provider } = inject('elasticsearch');

describe.skipIf(provider !== 'maven')('OpenSearch', () => {
  const namespace = namespaceOf('applications');
  const { logs, deadLetters } = streamsOf(namespace);
  const world = new SidecarWorld();
  const all = applications();
  const total = all.reduce((sum, { lines }) => sum + lines.length, 0);
  let server: OpenSearch;
  let elastic: Elastic;
  let exitCode: number | null;

  beforeAll(async () => {
    server = await upOpenSearch({ progress: plainProgress() });
    elastic = operator();
    await elastic.install();
    await elastic.createStreams(namespace);
    const { encoded } = await elastic.mintKey(namespace);
    world.configure(configOf([server.url], { streams: streamsOf(namespace) }));
    world.secret('apiKey', encoded);
    for (const application of all) world.write(logOf(application), application.container);
    const sidecar = world.start();
    await until(`${total} records`, async () => {
      const here = await count({ match_all: {} });
      if (here < total) throw new Error(`${here} are there`);
      return true;
    });
    exitCode = await sidecar.stop();
  });
  afterAll(async () => {
    await world.down();
    await elastic?.close();
    await server?.down();
  });

  const operator = (other: Partial<ConstructorParameters<typeof Elastic>[0]> = {}) =>
    new Elastic({
      urls: [server.url],
      // Nobody looks at it here: users and keys are a plugin's.
      credentials: { apiKey: Buffer.from('handed:on').toString('base64') },
      ca: undefined,
      replicas: 0,
      cluster: 'test',
      version: '1.2.3',
      clusterUid: () => CLUSTER_UID,
      ...other,
    });
  async function count(query: object): Promise<number> {
    await server.request('POST', `/${logs}/_refresh`);
    return (await server.request<{ count: number }>('POST', `/${logs}/_count`, { query })).body.count;
  }

  it('is known, and takes templates of its own, which stand at the next look', async () => {
    const other = operator();
    expect((await other.install()).server).toMatchObject({ product: 'OpenSearch', version: '3.8.0', ilm: false });
    await other.tend();
    await other.close();
    const { body } = await server.request<{ index_templates: unknown[] }>('GET', '/_index_template/logs-tracewell*');
    expect(body.index_templates).toHaveLength(3);
    expect([...other.takeRepairs(), ...elastic.takeRepairs()]).toEqual([]);
  });

  it('gets a template back that somebody changed, and composes what a person made meanwhile', async () => {
    const path = '/_index_template/logs-tracewell';
    type Shown = { index_templates: { index_template: object }[] };
    const shown = async () => (await server.request<Shown>('GET', path)).body.index_templates[0]!.index_template;
    const before = await shown();
    expect((await server.request('PUT', path, { ...before, priority: 1 })).status).toBe(200);
    await elastic.tend();
    expect(elastic.takeRepairs()).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
    expect(await shown()).toEqual(before);
    const mappings = { properties: { team: { type: 'keyword' } } };
    await server.request('PUT', '/_component_template/logs-tracewell@custom', { template: { mappings } });
    await elastic.tend();
    expect(await shown()).toMatchObject({ composed_of: ['logs-tracewell@custom'] });
    expect(elastic.takeRepairs()).toEqual([]);
  });

  it('takes what fifty applications log, each record once, and none is a dead letter', async () => {
    expect(exitCode).toBe(0);
    expect(await count({ match_all: {} })).toBe(total);
    expect(await sumsOf(server.request, deadLetters)).toEqual(new Map());
    await expectProved(server.request, namespace);
  });

  it('maps all of their own fields as one, and finds what they wrote', async () => {
    const { body } = await server.request<Record<string, { mappings: { properties: { app: object } } }>>(
      'GET',
      `/${logs}/_mapping`,
    );
    expect(Object.values(body).map(({ mappings }) => mappings.properties.app)).toEqual([{ type: 'flat_object' }]);
    expect(await count({ term: { 'app.name': 'application-7' } })).toBe(1);
    expect(await count({ term: { 'kubernetes.container.name': 'app-7' } })).toBe(all[7]!.lines.length);
  });

  it('takes a record once, however often it is sent', async () => {
    const { id, document } = recordAt(0);
    const send = async () => {
      const lines = [{ create: { _id: id } }, document];
      const { body } = await server.request<BulkAnswer>('POST', `/${streamsOf(namespace).files}/_bulk`, lines);
      return body.items[0]?.['create']?.status;
    };
    expect([await send(), await send()]).toEqual([201, 409]);
  });

  it('has no lifecycle that the operator could set, which is said', async () => {
    expect(await elastic.setRetention(namespace, '14d')).toContain('Let an ISM policy for logs-tracewell* delete');
  });

  it('has no keys that could be minted, which is said with the cure', async () => {
    const user = operator({ credentials: { username: 'admin', password: 'admin' } });
    await expect(user.mintKey(namespace)).rejects.toMatchObject({
      reason: 'Unsupported',
      message: expect.stringContaining('Put an api-key into the Secret'),
    });
    await user.close();
  });
});
