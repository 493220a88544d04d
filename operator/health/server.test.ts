import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../test/operator/port.ts';
import { Metrics } from './metrics.ts';
import { HealthServer } from './server.ts';

let missing: string[];
let metrics: Metrics;
let server: HealthServer;
let url: string;

beforeEach(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  missing = [];
  metrics = new Metrics('1.2.3', 'v26.1.0');
  server = new HealthServer({ port, registry: metrics.registry, unready: () => missing });
  await server.start();
});
afterEach(() => server.stop());

const get = async (path: string) => {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

describe('/readyz', () => {
  it('is fine when nothing is missing', async () => {
    expect(await get('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  it('says what it waits for', async () => {
    missing = ['certificates', 'the webhook configuration'];
    expect(await get('/readyz')).toMatchObject({
      status: 503,
      text: 'waiting for certificates, the webhook configuration\n',
    });
  });
});

it('/healthz is fine as long as the process runs', async () => {
  missing = ['everything'];
  expect(await get('/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
});

it('anything else is not there', async () => {
  expect((await get('/debug')).status).toBe(404);
});

describe('/metrics', () => {
  /** Lines of our own metrics with a value. */
  const ours = async () =>
    (await get('/metrics')).text
      .split('\n')
      .filter((line) => line.startsWith('tracewell_') && !line.includes('_bucket'));

  it('is in the text format of Prometheus, with help and type', async () => {
    const { status, type, text } = await get('/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).toContain(
      '# HELP tracewell_policies Policies by whether they are accepted.\n# TYPE tracewell_policies gauge',
    );
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('says what runs', async () => {
    expect(await ours()).toContain('tracewell_build_info{version="1.2.3",node="v26.1.0"} 1');
  });

  it('counts what happened', async () => {
    metrics.review({ namespace: 'shop', result: 'injected', reason: '' }, 0.002);
    metrics.review({ namespace: 'shop', result: 'skipped', reason: 'Paused' }, 0.001);
    metrics.review({ namespace: 'shop', result: 'skipped', reason: 'Paused' }, 0.001);
    metrics.reconciled('ok');
    metrics.reconciled('error');
    metrics.policies(2, 1);
    metrics.elasticReady(true);
    expect(await ours()).toEqual(
      expect.arrayContaining([
        'tracewell_admission_reviews_total{namespace="shop",result="injected",reason=""} 1',
        'tracewell_admission_reviews_total{namespace="shop",result="skipped",reason="Paused"} 2',
        'tracewell_admission_review_duration_seconds_count 3',
        'tracewell_reconciles_total{result="ok"} 1',
        'tracewell_reconciles_total{result="error"} 1',
        'tracewell_policies{accepted="true"} 2',
        'tracewell_policies{accepted="false"} 1',
        'tracewell_elasticsearch_ready 1',
      ]),
    );
  });

  it('says how pods stand, until their policy is forgotten', async () => {
    metrics.pods({ namespace: 'shop', policy: 'cart' }, { injected: 3, missing: 1 });
    metrics.pods({ namespace: 'shop', policy: 'rest' }, { injected: 5, missing: 0 });
    expect(await ours()).toContain('tracewell_pods{namespace="shop",policy="cart",state="injected"} 3');
    metrics.forgetPolicy({ namespace: 'shop', policy: 'cart' });
    expect((await ours()).filter((line) => line.startsWith('tracewell_pods'))).toEqual([
      'tracewell_pods{namespace="shop",policy="rest",state="injected"} 5',
      'tracewell_pods{namespace="shop",policy="rest",state="missing"} 0',
    ]);
  });

  it('says who leads, and what only the leader knows on the leader only', async () => {
    expect(await ours()).toContain('tracewell_leader 0');
    expect((await ours()).filter((line) => line.startsWith('tracewell_elasticsearch_ready'))).toEqual([]);
    metrics.leads(true);
    metrics.policies(2, 1);
    metrics.elasticReady(true);
    metrics.pods({ namespace: 'shop', policy: 'cart' }, { injected: 3, missing: 1 });
    expect(await ours()).toContain('tracewell_leader 1');
    metrics.leads(false);
    const mine = /^tracewell_(policies|pods|elasticsearch_ready)/;
    expect((await ours()).filter((line) => mine.test(line))).toEqual([]);
    metrics.leads(true);
    metrics.elasticReady(true);
    expect(await ours()).toContain('tracewell_elasticsearch_ready 1');
  });

  it('goes down with Elasticsearch', async () => {
    metrics.elasticReady(true);
    metrics.elasticReady(false);
    expect(await ours()).toContain('tracewell_elasticsearch_ready 0');
  });
});
