import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ElasticServer } from '../../test/operator/elastic-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { until } from '../../test/wait.ts';
import type { Notice } from '../events.ts';
import { Elastic } from './client.ts';
import { ElasticMetrics } from './metrics.ts';
import { Upkeep } from './upkeep.ts';

const LOGS = '/_index_template/logs-tracewell';

let server: ElasticServer;
let elastic: Elastic;
let upkeep: Upkeep;
let told: Notice[];
let reaps: number;
let registry: Registry;
const { log, lines } = keepingLog();

beforeEach(async () => {
  server = await ElasticServer.start();
  told = [];
  reaps = 0;
  lines.length = 0;
  registry = new Registry();
  elastic = new Elastic({
    urls: [server.url],
    credentials: { username: 'operator', password: 'secret' },
    ca: undefined,
    replicas: undefined,
    cluster: 'production',
    version: '1.2.3',
    clusterUid: () => 'uid-1',
  });
  upkeep = new Upkeep({
    elastic,
    reaper: {
      reap: () => {
        reaps++;
        return Promise.resolve(2);
      },
    },
    tell: (notice) => {
      told.push(notice);
      return Promise.resolve(true);
    },
    release: { name: 'tracewell', namespace: 'ops' },
    metrics: new ElasticMetrics(registry),
    now: () => new Date(0),
    random: () => 0.5,
    log,
    everyMs: 5,
  });
  upkeep.start();
});
afterEach(async () => {
  await upkeep.stop();
  await elastic.close();
  await server.stop();
});

const looks = (count: number) => {
  const from = reaps;
  return until(`${count} looks`, () => reaps >= from + count, { everyMs: 2 });
};
const said = (message: string) => lines.filter((line) => line.includes(message));

it('puts a template back, and says so in one Event, the log and the metric', async () => {
  await looks(1);
  server.objects.set(LOGS, { ...server.objects.get(LOGS), priority: 1 });
  await looks(3);
  expect(server.objects.get(LOGS)).toMatchObject({ priority: 250 });
  expect(told).toMatchObject([
    {
      regarding: { kind: 'Deployment', name: 'tracewell', namespace: 'ops' },
      type: 'Warning',
      reason: 'TemplateRepaired',
      note: expect.stringContaining('logs-tracewell in Elasticsearch was changed by somebody else'),
    },
  ]);
  expect(said('an index template was put back')).toHaveLength(1);
  expect(await registry.metrics()).toContain('tracewell_template_repairs_total{template="logs-tracewell"} 1');
});

it('counts keys that were invalidated', async () => {
  await looks(2);
  await upkeep.stop();
  expect(await registry.metrics()).toContain(`tracewell_reaped_api_keys_total ${2 * reaps}`);
});

it('says once which Elasticsearch is there, and again when it is another', async () => {
  await looks(3);
  expect(said('this is the Elasticsearch that is there')).toHaveLength(1);
  server.nodes = ['9.5.3', '9.6.0'];
  await looks(3);
  server.nodes = ['9.6.0'];
  server.root = { version: { number: '9.6.0' } };
  await looks(3);
  expect(
    said('this is the Elasticsearch that is there').map((line) =>
      /"version":"[\d.]+"|"newest":"[\d.]+"/g[Symbol.match](line),
    ),
  ).toEqual([['"version":"9.5.3"'], ['"version":"9.5.3"', '"newest":"9.6.0"'], ['"version":"9.6.0"']]);
});

it('says once what stands against it, and goes on', async () => {
  await looks(1);
  server.faults.push({ begins: 'GET /_index_template', status: 503 });
  await until('a warning', () => said('Elasticsearch was not looked after')[0], { everyMs: 2 });
  const before = server.requests.length;
  await until('more looks', () => server.requests.length > before + 20, { everyMs: 2 });
  expect(said('Elasticsearch was not looked after')).toHaveLength(1);
  server.faults.length = 0;
  await looks(1);
});
