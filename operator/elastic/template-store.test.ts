import type { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ElasticServer, SERVER } from '../../test/operator/elastic-server.ts';
import { connect } from './connection.ts';
import { stamped } from './stamp.ts';
import { TemplateStore, type Repair } from './template-store.ts';

const LOGS = '/_index_template/logs-tracewell';
const NAMES = ['logs-tracewell', 'logs-tracewell.deadletter', 'logs-tracewell.files'];

let server: ElasticServer;
let client: Client;
let repairs: Repair[];

beforeEach(async () => {
  server = await ElasticServer.start();
  client = connect({ urls: [server.url], credentials: { apiKey: 'k' }, ca: undefined });
  repairs = [];
});
afterEach(async () => {
  await client.close();
  await server.stop();
});

const operator = (version = '1.2.3', replicas = 1) =>
  new TemplateStore({ client, replicas, version, onRepair: (repair) => repairs.push(repair) });
const written = () => server.seen('PUT /_index_template/').length;
const logs = () => server.objects.get(LOGS) as { _meta: { version: string }; priority: number };
const change = (more: object) => server.objects.set(LOGS, { ...logs(), ...more });

describe('templates', () => {
  it('that are missing at first are created, which is no repair', async () => {
    await operator().ensure(SERVER);
    expect([...server.objects.keys()].toSorted()).toEqual(NAMES.map((name) => `/_index_template/${name}`));
    expect(repairs).toEqual([]);
  });

  it('that stand are looked at with two requests', async () => {
    const store = operator();
    await store.ensure(SERVER);
    server.requests.length = 0;
    await store.ensure(SERVER);
    await operator().ensure(SERVER);
    expect(server.requests.filter((request) => !request.startsWith('GET'))).toEqual([]);
    expect(server.requests).toHaveLength(4);
  });

  it('that somebody changed are put back, and it is said once', async () => {
    const store = operator();
    await store.ensure(SERVER);
    change({ priority: 1 });
    await store.ensure(SERVER);
    await store.ensure(SERVER);
    expect(logs().priority).toBe(250);
    expect(repairs).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
  });

  it('that somebody changed are put back once, though two look at the same moment', async () => {
    const store = operator();
    await store.ensure(SERVER);
    change({ priority: 1 });
    await Promise.all([store.ensure(SERVER), store.ensure(SERVER)]);
    expect(repairs).toHaveLength(1);
  });

  it('are looked at again after a look that failed', async () => {
    const store = operator();
    server.faults.push({ begins: 'GET /_index_template', status: 503 });
    await expect(store.ensure(SERVER)).rejects.toMatchObject({ statusCode: 503 });
    server.faults.length = 0;
    await store.ensure(SERVER);
    expect(server.objects.size).toBe(3);
  });

  it('that somebody changed while no operator was there are put back, too', async () => {
    await operator().ensure(SERVER);
    change({ priority: 1 });
    await operator().ensure(SERVER);
    expect(repairs).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
  });

  it('that somebody deleted are put back', async () => {
    const store = operator();
    await store.ensure(SERVER);
    server.objects.delete(LOGS);
    await store.ensure(SERVER);
    expect(repairs).toEqual([{ template: 'logs-tracewell', was: 'deleted' }]);
  });

  it('of an older version are renewed, which is no repair', async () => {
    await operator('1.2.2').ensure(SERVER);
    await operator('1.2.3').ensure(SERVER);
    expect(logs()._meta.version).toBe('1.2.3');
    expect(repairs).toEqual([]);
  });

  it('of an older version that came after ours are put back', async () => {
    const store = operator();
    await store.ensure(SERVER);
    server.objects.set(LOGS, stamped({ ...logs(), priority: 1 }, '1.2.2'));
    await store.ensure(SERVER);
    expect(logs()).toMatchObject({ priority: 250, _meta: { version: '1.2.3' } });
    expect(repairs).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
  });

  it('of a newer version are left alone, and named', async () => {
    await operator('2.0.0', 2).ensure(SERVER);
    const before = written();
    expect((await operator().ensure(SERVER)).left).toEqual(NAMES);
    expect(written()).toBe(before);
  });

  it('are no matter of a quarrel between two operators with other values', async () => {
    const [one, other] = [operator('1.2.3', 1), operator('1.2.3', 2)];
    await one.ensure(SERVER);
    await other.ensure(SERVER);
    const before = written();
    expect((await one.ensure(SERVER)).left).toEqual(NAMES);
    expect((await other.ensure(SERVER)).left).toEqual([]);
    expect(written()).toBe(before);
    expect(repairs).toEqual([]);
  });

  it('follow what the server can do by now', async () => {
    const store = operator();
    await store.ensure({ ...SERVER, failureStore: false });
    const before = written();
    await store.ensure(SERVER);
    expect(written()).toBe(before + 3);
    expect(repairs).toEqual([]);
  });

  it('that the server shows in a form of its own are not taken for changed', async () => {
    server.shows = (one) => ({ ...one, added: 'by the server' });
    const store = operator();
    await store.ensure(SERVER);
    const before = written();
    await store.ensure(SERVER);
    expect(written()).toBe(before);
    expect(repairs).toEqual([]);
    change({ priority: 1 });
    await store.ensure(SERVER);
    expect(repairs).toEqual([{ template: 'logs-tracewell', was: 'changed' }]);
  });

  it('are written after the mapping of the streams that stand', async () => {
    for (const name of ['logs-tracewell-a', 'logs-tracewell-b', 'logs-tracewell.files-a']) server.streams.add(name);
    await operator().ensure(SERVER);
    const writes = server.requests.filter((request) => request.startsWith('PUT'));
    expect(writes.slice(0, 2)).toEqual(['PUT /logs-tracewell-a,logs-tracewell-b/_mapping', `PUT ${LOGS}`]);
    const sent = JSON.parse(server.bodies[server.requests.indexOf(writes[0]!)]!) as { properties: object };
    expect(sent.properties).toHaveProperty('message');
    expect(sent.properties).not.toHaveProperty('@timestamp');
  });

  it('of many streams take requests whose first line is not too long', async () => {
    for (let n = 0; n < 100; n++) server.streams.add(`logs-tracewell-${`${n}`.padStart(63, 'x')}`);
    await operator().ensure(SERVER);
    const mappings = server.seen('PUT /logs-tracewell-x');
    expect(mappings.length).toBe(4);
    expect(Math.max(...mappings.map((line) => encodeURI(line).length))).toBeLessThan(4_000);
  });

  it('whose fields changed their types let streams begin a new index, after the template', async () => {
    server.streams.add('logs-tracewell-shop');
    server.faults.push({ begins: 'PUT /logs-tracewell-', status: 400 });
    await operator().ensure(SERVER);
    const put = server.requests.indexOf(`PUT ${LOGS}`);
    const rollover = server.requests.indexOf('POST /logs-tracewell-shop/_rollover');
    expect(put).toBeGreaterThan(0);
    expect(rollover).toBeGreaterThan(put);
  });

  it('tell of the lifecycle policy that a person’s own component template names', async () => {
    const component = (settings: object) => ({ template: { settings } });
    server.objects.set('/_component_template/logs@custom', component({ index: { lifecycle: { name: 'mine' } } }));
    server.objects.set('/_component_template/logs-other@custom', component({ index: { lifecycle: { name: 'no' } } }));
    expect((await operator().ensure(SERVER)).customPolicy).toEqual({ policy: 'mine', by: 'logs@custom' });
  });

  it('compose for OpenSearch only what is there', async () => {
    const openSearch = { ...SERVER, product: 'OpenSearch' as const, subobjects: false, failureStore: false };
    const store = operator();
    await store.ensure(openSearch);
    expect(logs()).toMatchObject({ composed_of: [] });
    expect(logs()).not.toHaveProperty('ignore_missing_component_templates');
    server.objects.set('/_component_template/logs@custom', { template: {} });
    await store.ensure(openSearch);
    expect(logs()).toMatchObject({ composed_of: ['logs@custom'] });
    expect(repairs).toEqual([]);
  });
});
