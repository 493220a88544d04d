import { Counter, Gauge, type Registry } from 'prom-client';
import { RESULTS, type Result } from './verdict.ts';
import type { Standing } from './standing.ts';

/** What is told of the audit of files; the names are listed in docs/operator.md. */
export class ProofMetrics {
  readonly #files: Counter<'result'>;
  readonly #missing: Counter<'namespace'>;
  readonly #removed: Counter<'namespace'>;
  readonly #requests: Counter;
  readonly ratio: Gauge<'namespace' | 'policy'>;
  readonly unproven: Gauge<'namespace'>;
  /** Of the term that goes on. */
  #standing: Standing | undefined;

  constructor(registry: Registry) {
    const registers = [registry];
    const standing = () => this.#standing;
    this.#files = new Counter({
      name: 'tracewell_audited_files_total',
      help: 'Files whose documents in Elasticsearch were compared with what was acknowledged, by what came of it.',
      labelNames: ['result'],
      registers,
    });
    for (const result of RESULTS) this.#files.inc({ result }, 0);
    this.#missing = new Counter({
      name: 'tracewell_missing_records_total',
      help: 'Records that were acknowledged, and are not in Elasticsearch any more.',
      labelNames: ['namespace'],
      registers,
    });
    this.#removed = new Counter({
      name: 'tracewell_removed_copies_total',
      help: 'Copies of records that were removed: they had been sent again across a rollover.',
      labelNames: ['namespace'],
      registers,
    });
    this.#requests = new Counter({
      name: 'tracewell_audit_requests_total',
      help: 'Requests to Elasticsearch that the audit of files took.',
      registers,
    });
    this.ratio = new Gauge({
      name: 'tracewell_query_ratio',
      help: 'Records that a query finds, of those that were acknowledged, over the files that were audited in the last hour.',
      labelNames: ['namespace', 'policy'],
      registers,
      collect() {
        this.reset();
        for (const { namespace, policy, audited } of standing()?.all() ?? [])
          if (audited.acknowledged > 0) this.set({ namespace, policy }, audited.found / audited.acknowledged);
      },
    });
    this.unproven = new Gauge({
      name: 'tracewell_unproven_files',
      help: 'Files of the last day whose pod is gone, and that have no seal.',
      labelNames: ['namespace'],
      registers,
      collect() {
        this.reset();
        for (const { result, of } of standing()?.findings ?? [])
          if (result === 'unproven') this.inc({ namespace: of.namespace });
      },
    });
  }

  /** Undefined: this operator does not lead. */
  leads(standing: Standing | undefined): void {
    this.#standing = standing;
  }

  audited(result: Result): void {
    this.#files.inc({ result });
  }

  missing(namespace: string, records: number): void {
    this.#missing.inc({ namespace }, records);
  }

  removed(namespace: string, records: number): void {
    this.#removed.inc({ namespace }, records);
  }

  asked(): void {
    this.#requests.inc();
  }
}
