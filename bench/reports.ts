import { nextSeconds } from '../operator/reports/pace.ts';
import { wait } from '../runtime/wait.ts';
import { during } from '../test/progress.ts';
import { benchmark, type Row, type Surroundings } from './benchmark.ts';
import { readCpu, readMemory, watchMemory } from './proc.ts';
import { post, type Round } from './reports/load.ts';
import { ReportingPods } from './reports/pods.ts';
import { quantile } from './statistics.ts';
import { startOperator, type Installed } from './webhook/operator.ts';

/** What the start has left to do. */
const SETTLE_MS = 20_000;

export const reports = benchmark({
  name: 'reports',
  summary: 'the sidecars of a large cluster report to the operator, at the pace that it asks for',
  options: {
    pods: { default: 10_000, help: 'that report' },
    files: { default: 3, help: 'log files of each' },
    seconds: { default: 60, help: 'how long each row takes' },
    namespaces: { default: 200, help: 'in which the pods are' },
    policies: { default: 300, help: 'one in six of them of the cluster' },
  },
  async run({ pods, files, seconds, namespaces, policies }, surroundings) {
    const { progress, signal } = surroundings;
    // The objects of these pods are the webhook benchmark's business.
    const installed = await during(progress, 'The operator brings everything in order', () =>
      startOperator({ namespaces, policies, pods: 1 }, surroundings),
    );
    const { api, stop } = installed;
    const of = new ReportingPods({ namespaces, files });
    api.onTokenReview = (spec) => of.review(spec);
    await wait(SETTLE_MS, signal);
    const row = (name: string, round: Partial<Round>) => {
      const all = { pods, perSecond: pods / nextSeconds(pods), seconds, before: 0, keepAlive: false, ...round };
      return during(progress, name, () => measure(name, installed, { of, round: all }, surroundings));
    };
    const each = nextSeconds(pods);
    const rounds = Math.ceil(seconds / each);
    const rows = [
      await row('no reports', { perSecond: 0 }),
      await row('each pod for the first time', { seconds: each }),
      await row('as sidecars report', { before: 1 }),
      await row('by kept connections', { before: 1 + rounds, keepAlive: true }),
    ];
    await stop();
    return rows;
  },
});

async function measure(
  name: string,
  { child, api, reports: address, metricsUrl }: Installed,
  { of, round }: { of: ReportingPods; round: Round },
  { signal }: Surroundings,
): Promise<Row> {
  const { seconds, perSecond } = round;
  const memory = watchMemory(child.pid, 500);
  api.requests.length = 0;
  const [cpu, began] = [readCpu(child.pid).own, performance.now()];
  if (perSecond === 0) await wait(seconds * 1000, signal);
  const posted = perSecond > 0 ? await post(address, of, round, signal) : undefined;
  const took = (performance.now() - began) / 1000;
  const cpuSeconds = readCpu(child.pid).own - cpu;
  memory.stop();
  const scrape = await (await fetch(metricsUrl, { signal })).text();
  const mbOf = (metric: string) => Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(scrape)?.[1]) / 1e6;
  const reviews = api.requests.filter(({ path }) => path.endsWith('/tokenreviews')).length;
  const { tookMs = [], refused = 0, nextSeconds: asked = 0 } = posted ?? {};
  return {
    name,
    reportsPerSecond: tookMs.length / took,
    refused,
    tokenReviewsPerSecond: reviews / took,
    paceSeconds: asked,
    cpuPercent: (100 * cpuSeconds) / took,
    cpuMsPerReport: tookMs.length > 0 ? (1000 * cpuSeconds) / tookMs.length : 0,
    p50Ms: tookMs.length > 0 ? quantile(tookMs, 0.5) : 0,
    p99Ms: tookMs.length > 0 ? quantile(tookMs, 0.99) : 0,
    rssMb: readMemory(child.pid).rssMb,
    peakRssMb: memory.peaks.peakRssMb,
    heapUsedMb: mbOf('nodejs_heap_size_used_bytes'),
    heapMb: mbOf('nodejs_heap_size_total_bytes'),
    scrapeMb: scrape.length / 1e6,
  };
}
