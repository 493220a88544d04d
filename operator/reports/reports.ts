import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Cluster } from '../cluster.ts';
import type { Policy, PolicyStatus } from '../../api/policy.ts';
import { stemOf } from '../policy/accept.ts';
import { afterHandover, HEARD_MS, sidecarsOf, type Sidecars } from './configuration.ts';
import type { Metrics } from '../health/metrics.ts';
import { ReportEndpoint, reportsUrl } from './endpoint.ts';
import { LatestReports, type OnNews, type OnTaken } from './latest.ts';
import { ReportMetrics } from './metrics.ts';
import { ReportServer } from './server.ts';
import { Tokens } from './tokens.ts';

export interface ReportsOptions {
  cluster: Cluster;
  /** Of the release, and of the chart's ClusterRole. */
  name: string;
  namespace: string;
  owner: string;
  /** Of this pod; undefined: there is no way here, and nobody is told of one. */
  ip: string | undefined;
  port: number;
  metrics: Pick<Metrics, 'registry'>;
  /** Milliseconds of a clock that never goes back. */
  clock: () => number;
  log: Log;
  onNews: OnNews;
  onTaken: OnTaken;
}

/** All that reports need. It is the leader's: only one operator knows how all sidecars stand. */
export class Reports implements Part {
  readonly name = 'reports of sidecars';
  readonly latest: LatestReports;
  readonly server: ReportServer;
  /** Where sidecars report; undefined: nowhere. */
  readonly url: string | undefined;
  readonly #endpoint: ReportEndpoint | undefined;
  readonly #clock: () => number;
  #since = 0;

  constructor({ cluster, ip, port, metrics, clock, log, onNews, onTaken, ...release }: ReportsOptions) {
    this.#clock = clock;
    this.latest = new LatestReports(clock, onNews, onTaken);
    const told = new ReportMetrics(metrics.registry, this.latest, clock);
    const tokens = new Tokens({ cluster, now: clock, onReview: (result) => told.reviewed(result) });
    const onReport: ReportMetrics['reported'] = (result) => told.reported(result);
    this.server = new ReportServer({ port, tokens, latest: this.latest, onReport, log });
    this.url = ip && reportsUrl(release);
    this.#endpoint = ip ? new ReportEndpoint({ cluster, ...release, ip, port, log }) : undefined;
  }

  /** How a policy's sidecars in these namespaces stand; undefined where none can report. `before`: what its status says. */
  sidecarsOf(
    policy: Policy,
    revision: string,
    namespaces: readonly string[],
    before: PolicyStatus | undefined,
  ): Sidecars | undefined {
    if (!this.url) return undefined;
    const stem = stemOf(policy);
    const sidecars = sidecarsOf(
      revision,
      namespaces.flatMap((namespace) => [...this.latest.of(namespace, stem)]),
    );
    const configuration = afterHandover(sidecars.configuration, before?.configuration, this.#clock() - this.#since);
    return { ...sidecars, configuration };
  }

  /** Whether every sidecar has had the time to report to this leader: before that what they add up to grows without any news. */
  get isSettled(): boolean {
    return this.#clock() - this.#since >= HEARD_MS;
  }

  async start(): Promise<void> {
    this.#since = this.#clock();
    await this.server.start();
    // A leader whose API server is slow goes on renewing its Lease.
    void this.#endpoint?.start();
  }

  /** The next leader points sidecars at itself; until then they find nobody, which they are used to. */
  async stop(): Promise<void> {
    this.#endpoint?.stop();
    await this.server.stop();
    this.latest.clear();
  }
}
