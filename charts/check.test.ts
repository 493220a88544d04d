import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { renew } from '../operator/certs.ts';
import { Cluster } from '../operator/cluster.ts';
import { Metrics } from '../operator/health/metrics.ts';
import { HealthServer } from '../operator/health/server.ts';
import { WebhookServer } from '../operator/inject/server.ts';
import { webhookApp } from '../operator/inject/webhook.ts';
import { LatestReports } from '../operator/reports/latest.ts';
import { ReportServer } from '../operator/reports/server.ts';
import { Tokens } from '../operator/reports/tokens.ts';
import { startAll, stopAll } from '../runtime/lifecycle.ts';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { SETTINGS } from '../test/operator/objects.ts';
import { freePort } from '../test/operator/port.ts';

const SCRIPT = join(import.meta.dirname, 'tracewell/files/check.mjs');

let kube: ApiServer;
let folder: string;
let env: Record<string, string>;
let metrics: Metrics;
let parts: (HealthServer | WebhookServer)[];
let reports: ReportServer;
let unready: string[];
let reviews: number;

/** The operator's own servers, with nothing behind them. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tracewell-check-'));
  kube = await ApiServer.start();
  const [httpPort, webhookPort, port] = [await freePort(), await freePort(), await freePort()] as const;
  const { log } = keepingLog();
  const now = () => performance.now();
  metrics = new Metrics('1.2.3', 'v26');
  metrics.leads(true);
  unready = [];
  reviews = 0;
  const view = {
    policiesOf: () => [],
    namespaceLabels: () => ({}),
    quotasOf: () => [],
    limitRangesOf: () => [],
    nodes: () => [],
    breakerOf: () => undefined,
  };
  const app = webhookApp({
    view,
    settings: SETTINGS,
    ownNamespace: 'ops',
    isCanary: () => false,
    now: () => new Date(),
    log,
    onReview: () => reviews++,
  });
  const webhook = new WebhookServer(app, webhookPort);
  const health = new HealthServer({ port: httpPort, registry: metrics.registry, unready: () => unready });
  const tokens = new Tokens({ cluster: new Cluster(kube.config()), now, onReview: () => {} });
  reports = new ReportServer({ port, tokens, latest: new LatestReports(now), onReport: () => {}, log });
  const certificates = await renew('renew all', undefined, ['localhost'], new Date());
  webhook.use(certificates);
  reports.use(certificates);
  parts = [health, webhook];
  await startAll(parts);
  await reports.start();
  await writeFile(join(folder, 'ca.crt'), certificates.ca);
  env = {
    CHECK_HEALTH: `http://localhost:${httpPort}`,
    CHECK_WEBHOOK: `https://localhost:${webhookPort}`,
    CHECK_REPORTS: `https://localhost:${port}`,
    CHECK_NAMESPACE: 'ops',
    CHECK_CA: join(folder, 'ca.crt'),
    CHECK_SECONDS: '0',
  };
});
afterEach(async () => {
  await stopAll(parts);
  await reports.stop();
  await kube.stop();
  await rm(folder, { recursive: true });
});

/** As the chart has it run: by its text. */
async function check(): Promise<{ code: number; said: string[] }> {
  const args = ['--input-type=module', '--eval', await readFile(SCRIPT, 'utf8')];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number]>]);
  return { code, said: said.trim().split('\n') };
}

describe('helm test', () => {
  it('is content with an operator that is well, and asks for nothing that is counted', async () => {
    metrics.elasticReady(true);
    metrics.policies(3, 2);
    expect(await check()).toEqual({
      code: 0,
      said: [
        'ok      health: pods can be injected',
        'ok      webhook: answers by a certificate that is trusted, and lets the pod pass',
        'ok      leader: leads; Elasticsearch is ready; 2 policies are not accepted: kubectl get tracingpolicies -A',
        'ok      reports: are taken, from those who show a token',
      ],
    });
    expect(reviews).toBe(0);
  });

  it('is content before there is a policy', async () => {
    const { code, said } = await check();
    expect(said).toContain('ok      leader: leads; Elasticsearch was not needed yet: there is no policy');
    expect(code).toBe(0);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['an operator that is not ready', () => unready.push('the list of nodes'), /health: not ready: .*list of nodes/],
    ['one whose Elasticsearch is away', () => metrics.elasticReady(false), /leader: Elasticsearch is not ready: see /],
    ['one that does not lead', () => metrics.leads(false), /leader: no replica that was asked leads/],
    ['a webhook that nobody answers', () => parts.pop()!.stop(), /webhook: .*ECONNREFUSED/],
    [
      'an authority that nobody trusts',
      async () => writeFile(env['CHECK_CA']!, (await renew('renew all', undefined, ['other'], new Date())).ca),
      /webhook: .*(certificate|signature)/,
    ],
    ['no server for reports', () => reports.stop(), /reports: .*ECONNREFUSED/],
  ])('names %s', async (_, spoil, fault) => {
    await spoil();
    const { code, said } = await check();
    expect(said.filter((line) => line.startsWith('FAILED')).join('\n')).toMatch(fault);
    expect(code).toBe(1);
  });
});
