import { Counter, type Registry } from 'prom-client';
import { STREAM_KINDS, templateName } from './templates.ts';

/** What is told of the upkeep of Elasticsearch; the names are listed in docs/operator.md. */
export class ElasticMetrics {
  readonly #repairs: Counter<'template'>;
  readonly #reaped: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#repairs = new Counter({
      name: 'tracewell_template_repairs_total',
      help: 'Index templates that somebody had changed or deleted, and that were put back.',
      labelNames: ['template'],
      registers,
    });
    // A counter that begins with its first event shows no increase.
    for (const kind of STREAM_KINDS) this.#repairs.inc({ template: templateName(kind) }, 0);
    this.#reaped = new Counter({
      name: 'tracewell_reaped_api_keys_total',
      help: 'API keys that nothing referred to any more, and that were invalidated.',
      registers,
    });
  }

  repaired(template: string): void {
    this.#repairs.inc({ template });
  }

  reaped(keys: number): void {
    this.#reaped.inc(keys);
  }
}
