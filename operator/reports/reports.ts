import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Cluster } from '../cluster.ts';
import type { Metrics } from '../health/metrics.ts';
import { ReportEndpoint, reportsUrl } from './endpoint.ts';
import { LatestReports } from './latest.ts';
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
}

/** All that reports need. It is the leader's: only one operator knows how all sidecars stand. */
export class Reports implements Part {
  readonly name = 'reports of sidecars';
  readonly latest: LatestReports;
  readonly server: ReportServer;
  /** Where sidecars report; undefined: nowhere. */
  readonly url: string | undefined;
  readonly #endpoint: ReportEndpoint | undefined;

  constructor({ cluster, ip, port, metrics, clock, log, ...release }: ReportsOptions) {
    this.latest = new LatestReports(clock);
    const told = new ReportMetrics(metrics.registry, this.latest, clock);
    const tokens = new Tokens({ cluster, now: clock, onReview: (result) => told.reviewed(result) });
    const onReport: ReportMetrics['reported'] = (result) => told.reported(result);
    this.server = new ReportServer({ port, tokens, latest: this.latest, onReport, log });
    this.url = ip && reportsUrl(release);
    this.#endpoint = ip ? new ReportEndpoint({ cluster, ...release, ip, port, log }) : undefined;
  }

  async start(): Promise<void> {
    await this.server.start();
    await this.#endpoint?.start();
  }

  /** The next leader points sidecars at itself; until then they find nobody, which they are used to. */
  async stop(): Promise<void> {
    this.#endpoint?.stop();
    await this.server.stop();
    this.latest.clear();
  }
}
