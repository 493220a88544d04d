import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { BreakerMetrics } from '../../operator/breaker/metrics.ts';
import { ElasticMetrics } from '../../operator/elastic/metrics.ts';
import { registerExpiry } from '../../operator/health/expiry.ts';
import { Metrics } from '../../operator/health/metrics.ts';
import { Book } from '../../operator/ledger/book.ts';
import { exportLedger } from '../../operator/ledger/metrics.ts';
import { ProofMetrics } from '../../operator/proof/metrics.ts';
import { LatestReports } from '../../operator/reports/latest.ts';
import { ReportMetrics } from '../../operator/reports/metrics.ts';

const now = () => 0;
const [namespace, policy] = ['shop', 'TracingPolicy.shop'];
const keys = () => [{ namespace, expires: '2030-01-01T00:00:00Z' }];
/** A room's own metrics, as main.ts registers them. */
const ROOMS: readonly ((registry: Registry) => unknown)[] = [
  (registry) => new BreakerMetrics(registry),
  (registry) => new ElasticMetrics(registry),
  (registry) => new ProofMetrics(registry),
  (registry) => new ReportMetrics(registry, new LatestReports(now), now),
  (registry) =>
    exportLedger(registry, { standings: () => [{ namespace, policy, ...new Book(namespace, policy).standing(0) }] }),
  (registry) => registerExpiry({ registry, certificates: () => undefined, keys }),
];

/** The operator's registry with the metrics of all rooms. */
export function everyMetric(): Registry {
  const { registry } = new Metrics('1.2.3', 'v26');
  for (const addTo of ROOMS) addTo(registry);
  return registry;
}

/** What describes a metric; the library's own type says less than there is. */
interface Described {
  readonly name: string;
  readonly labelNames: readonly string[];
}

export const describedIn = (registry: Registry): Described[] =>
  registry.getMetricsAsArray() as unknown as (Described & object)[];

/** Gives every metric a sample, with some value for each of its labels. */
export function sample(registry: Registry): void {
  for (const metric of describedIn(registry)) {
    const labels = Object.fromEntries(metric.labelNames.map((label) => [label, 'some']));
    if (metric instanceof Histogram) metric.observe(labels, 1);
    else if (metric instanceof Counter || metric instanceof Gauge) metric.inc(labels);
  }
}
