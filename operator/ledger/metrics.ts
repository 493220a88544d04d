import { Counter, Gauge, type Registry } from 'prom-client';
import type { Standing } from './book.ts';
import { DelayHistogram } from './delay-histogram.ts';
import type { Ledger } from './ledger.ts';
import { analysisRatio, captureRatio, readBytes, readRecords } from './measures.ts';
import { countOf, type Named } from './sums.ts';

/** Counters by one more label than namespace and policy. */
const COUNTERS: readonly [name: string, help: string, label: string, of: (standing: Standing) => Named][] = [
  [
    'tracewell_records_total',
    'Records that sidecars are done with, by outcome; read: all of them.',
    'outcome',
    (standing) => ({ read: readRecords(standing), ...standing.sums.records }),
  ],
  [
    'tracewell_bytes_total',
    'Bytes of log files that these records cover, by outcome; read: all of them, stored: duplicates included.',
    'outcome',
    (standing) => ({ read: readBytes(standing), ...standing.sums.bytes }),
  ],
  ['tracewell_lost_bytes_total', 'Bytes that will never be delivered, by reason.', 'reason', ({ sums }) => sums.lost],
  ['tracewell_discarded_records_total', 'Records that a rule left out.', 'rule', ({ sums }) => sums.discards],
  ['tracewell_redactions_total', 'How often a rule replaced something.', 'rule', ({ sums }) => sums.redactions],
  ['tracewell_batches_total', 'Bulk requests of sidecars, by what came of them.', 'result', ({ sums }) => sums.batches],
  ['tracewell_retries_total', 'Bulk requests to be sent again, by reason.', 'reason', ({ sums }) => sums.retries],
];

const TOTALS: readonly [name: string, help: string, of: (standing: Standing) => number][] = [
  [
    'tracewell_storage_seconds_total',
    'Time that Elasticsearch says it took to store records.',
    ({ sums }) => countOf(sums.storage, 'ms') / 1000,
  ],
  [
    'tracewell_storage_records_total',
    'Records that this time was taken for.',
    ({ sums }) => countOf(sums.storage, 'records'),
  ],
];

const GAUGES: readonly [name: string, help: string, of: (standing: Standing) => number | undefined][] = [
  ['tracewell_capture_ratio', 'Of the bytes that were written to log files, the part that was read.', captureRatio],
  ['tracewell_analysis_ratio', 'Of the records, the part whose structure was recognised.', analysisRatio],
  ['tracewell_backlog_bytes', 'Bytes that are in log files and not answered for.', ({ pendingBytes }) => pendingBytes],
  [
    'tracewell_backlog_age_seconds',
    'For how long the oldest record waits that was sent and is not acknowledged.',
    ({ waitingMs }) => waitingMs / 1000,
  ],
];

/**
 * Has the registry tell what the ledger knows; the names are listed in docs/operator.md. The ledger of a new leader begins at
 * nothing, as counters do that were reset; that of one who does not lead is empty, and nothing is told of it.
 */
export function exportLedger(registry: Registry, ledger: Pick<Ledger, 'standings'>): void {
  const labelNames = ['namespace', 'policy'];
  const registers: Registry[] = [];
  for (const [name, help, label, of] of COUNTERS) {
    const collect = function (this: Counter) {
      this.reset();
      for (const standing of ledger.standings()) {
        const { namespace, policy } = standing;
        const counts = Object.entries(of(standing));
        for (const [value, count] of counts) this.inc({ namespace, policy, [label]: value }, count);
      }
    };
    registry.registerMetric(new Counter({ name, help, labelNames: [...labelNames, label], registers, collect }));
  }
  for (const [name, help, of] of TOTALS) {
    const collect = function (this: Counter) {
      this.reset();
      for (const { namespace, policy, ...rest } of ledger.standings()) this.inc({ namespace, policy }, of(rest));
    };
    registry.registerMetric(new Counter({ name, help, labelNames, registers, collect }));
  }
  for (const [name, help, of] of GAUGES) {
    const collect = function (this: Gauge) {
      this.reset();
      for (const { namespace, policy, ...rest } of ledger.standings()) {
        const value = of(rest);
        if (value !== undefined) this.set({ namespace, policy }, value);
      }
    };
    registry.registerMetric(new Gauge({ name, help, labelNames, registers, collect }));
  }
  registry.registerMetric(new DelayHistogram(ledger));
}
