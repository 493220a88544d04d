import { Histogram, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';
import { DELAY_SECONDS } from '../../api/names.ts';
import { BUCKETS } from './counted.ts';
import type { Ledger } from './ledger.ts';
import { countOf } from './sums.ts';

type Values = MetricValueWithName<'namespace' | 'policy' | 'le'>[];

const NAME = 'tracewell_transport_delay_seconds';
const HELP = 'From the stamp of a line to the acknowledgement of its record, by a sample of each batch.';

/** Delays that sidecars have put into buckets: here these are added up. prom-client takes observations only, so what it asks for is overridden. */
export class DelayHistogram extends Histogram<'namespace' | 'policy'> {
  readonly #ledger: Pick<Ledger, 'standings'>;

  constructor(ledger: Pick<Ledger, 'standings'>) {
    const labelNames = ['namespace', 'policy'] as const;
    super({ name: NAME, help: HELP, labelNames, buckets: [...DELAY_SECONDS], registers: [] });
    this.#ledger = ledger;
  }

  /** Asked by the registry, and by `get`. */
  getForPromString(): Promise<
    Pick<MetricObjectWithValues<Values[number]>, 'name' | 'help' | 'values'> & { type: string }
  > {
    const values: Values = [];
    for (const { namespace, policy, sums } of this.#ledger.standings()) {
      const labels = { namespace, policy };
      let count = 0;
      for (const le of BUCKETS) {
        count += countOf(sums.delays, le);
        values.push({ labels: { ...labels, le }, value: count, metricName: `${NAME}_bucket` });
      }
      values.push({ labels, value: countOf(sums.delay, 'ms') / 1000, metricName: `${NAME}_sum` });
      values.push({ labels, value: count, metricName: `${NAME}_count` });
    }
    return Promise.resolve({ name: NAME, help: HELP, type: 'histogram', values });
  }
}
