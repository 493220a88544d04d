import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ReviewResult } from '../inject/webhook.ts';

/** What the operator tells Prometheus; names and labels are listed in docs/operator.md. */
export class Metrics {
  readonly registry = new Registry();
  readonly #reviews = this.#counter('tracewell_admission_reviews_total', 'Pods that the webhook was asked about.', [
    'namespace',
    'result',
    'reason',
  ]);
  readonly #reviewSeconds = new Histogram({
    name: 'tracewell_admission_review_duration_seconds',
    help: 'Time that a decision of the webhook took.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1],
    registers: [this.registry],
  });
  readonly #reconciles = this.#counter('tracewell_reconciles_total', 'Namespaces brought in order.', ['result']);
  readonly #reconcileSeconds = new Histogram({
    name: 'tracewell_reconcile_duration_seconds',
    help: 'Time that bringing a namespace or a cluster policy in order took, waiting for Elasticsearch included.',
    buckets: [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60],
    registers: [this.registry],
  });
  readonly #policies = this.#gauge('tracewell_policies', 'Policies by whether they are accepted.', ['accepted']);
  readonly #pods = this.#gauge(
    'tracewell_pods',
    'Running pods that a policy governs, by whether they have a sidecar.',
    ['namespace', 'policy', 'state'],
  );
  readonly #evictions = this.#counter('tracewell_evictions_total', 'Pods that were to be evicted, to get a sidecar.', [
    'result',
  ]);
  readonly #failedRepairs = this.#counter(
    'tracewell_failed_repairs_total',
    'Workloads whose pods were evicted, and came back no better.',
    [],
  );
  readonly #elastic = this.#gauge(
    'tracewell_elasticsearch_ready',
    'Whether the last dealing with Elasticsearch went well.',
    [],
  );

  readonly #kibanaImports = this.#counter(
    'tracewell_kibana_imports_total',
    'Attempts to bring dashboards, searches and data views into Kibana.',
    ['result'],
  );

  readonly #leader = this.#gauge('tracewell_leader', 'Whether this replica leads.', []);

  constructor(version: string, node: string) {
    collectDefaultMetrics({ register: this.registry });
    // Gauges by the name of counters, and the sums of others.
    for (const name of ['handles', 'requests', 'resources'])
      this.registry.removeSingleMetric(`nodejs_active_${name}_total`);
    this.#gauge('tracewell_build_info', 'Always 1; the labels say what runs.', ['version', 'node']).set(
      { version, node },
      1,
    );
    this.leads(false);
  }

  /** What only the leader knows is not exported by the others: a value of yesterday would stand beside the right one. */
  leads(leading: boolean): void {
    this.#leader.set(leading ? 1 : 0);
    if (leading) return;
    this.#policies.reset();
    this.#pods.reset();
    this.#elastic.remove();
  }

  review({ namespace, result, reason }: ReviewResult, seconds: number): void {
    this.#reviews.inc({ namespace, result, reason });
    this.#reviewSeconds.observe(seconds);
  }

  reconciled(result: 'ok' | 'error'): void {
    this.#reconciles.inc({ result });
  }

  reconcileTook(seconds: number): void {
    this.#reconcileSeconds.observe(seconds);
  }

  policies(accepted: number, refused: number): void {
    this.#policies.set({ accepted: 'true' }, accepted);
    this.#policies.set({ accepted: 'false' }, refused);
  }

  pods(of: { namespace: string; policy: string }, counts: { injected: number; missing: number }): void {
    this.#pods.set({ ...of, state: 'injected' }, counts.injected);
    this.#pods.set({ ...of, state: 'missing' }, counts.missing);
  }

  forgetPolicy(of: { namespace: string; policy: string }): void {
    for (const state of ['injected', 'missing']) this.#pods.remove({ ...of, state });
  }

  evicted(result: 'evicted' | 'blocked' | 'error'): void {
    this.#evictions.inc({ result });
  }

  repairFailed(): void {
    this.#failedRepairs.inc();
  }

  elasticReady(ready: boolean): void {
    this.#elastic.set(ready ? 1 : 0);
  }

  kibanaImport(result: 'imported' | 'unchanged' | 'error'): void {
    this.#kibanaImports.inc({ result });
  }

  #counter<T extends string>(name: string, help: string, labelNames: T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<T extends string>(name: string, help: string, labelNames: T[]): Gauge<T> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
