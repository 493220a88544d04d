import { Counter, Gauge, type Registry } from 'prom-client';
import { REPORT_STATE, type ReportState } from '../../api/names.ts';
import type { LatestReports } from './latest.ts';
import type { ReportResult } from './refusal.ts';

/** What is told of reports; the names are listed in docs/operator.md. */
export class ReportMetrics {
  readonly #reports: Counter<'result'>;
  readonly #reviews: Counter<'result'>;
  readonly pods: Gauge<'state'>;
  readonly age: Gauge;

  /** `now`: milliseconds of the clock of `latest`. */
  constructor(registry: Registry, latest: LatestReports, now: () => number) {
    const registers = [registry];
    this.#reports = new Counter({
      name: 'tracewell_reports_total',
      help: 'Reports of sidecars, by what became of them.',
      labelNames: ['result'],
      registers,
    });
    this.#reviews = new Counter({
      name: 'tracewell_token_reviews_total',
      help: 'Tokens that the API server was asked about.',
      labelNames: ['result'],
      registers,
    });
    this.pods = new Gauge({
      name: 'tracewell_reporting_pods',
      help: 'Pods whose report is here, by the state that it tells of.',
      labelNames: ['state'],
      registers,
      collect() {
        const states = latest.states();
        for (const state of Object.keys(REPORT_STATE) as ReportState[]) this.set({ state }, states.get(state) ?? 0);
      },
    });
    this.age = new Gauge({
      name: 'tracewell_report_age_seconds',
      help: 'Age of the report of the pod that has been silent longest; pods at their end are left out.',
      registers,
      collect() {
        const receivedAt = latest.longestSilent()?.receivedAt;
        this.set(receivedAt === undefined ? 0 : (now() - receivedAt) / 1000);
      },
    });
  }

  reported(result: ReportResult): void {
    this.#reports.inc({ result });
  }

  reviewed(result: 'ok' | 'error'): void {
    this.#reviews.inc({ result });
  }
}
