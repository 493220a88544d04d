import { Registry } from 'prom-client';
import { beforeEach, expect, it } from 'vitest';
import { reportedFile, reportedMeasures, reportOf } from '../../test/operator/report.ts';
import { Ledger } from './ledger.ts';
import { exportLedger } from './metrics.ts';

const POD = { namespace: 'shop', name: 'cart-0', uid: 'cart' };
let ledger: Ledger;
let registry: Registry;
beforeEach(() => {
  ledger = new Ledger({ now: () => 0, workloadOf: () => 'Deployment/cart', isPolicy: () => true });
  registry = new Registry();
  exportLedger(registry, ledger);
});

/** The lines of a metric, without what all of them have in common. */
async function told(name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith(`tracewell_${name}`));
  return lines.map((line) =>
    line.replace(`tracewell_${name}`, '').replace(/namespace="shop",policy="TracingPolicy.all",?/, ''),
  );
}

it.each<[string, string[]]>([
  ['capture_ratio', ['{} 0.7']],
  ['analysis_ratio', ['{} 0.75']],
  [
    'records_total',
    [
      '{outcome="read"} 10',
      '{outcome="stored"} 3',
      '{outcome="duplicate"} 4',
      '{outcome="rejected"} 1',
      '{outcome="discarded"} 2',
    ],
  ],
  [
    'bytes_total',
    ['{outcome="read"} 700', '{outcome="stored"} 600', '{outcome="rejected"} 70', '{outcome="discarded"} 30'],
  ],
  ['lost_bytes_total', ['{reason="Truncated"} 200']],
  ['discarded_records_total', ['{rule="abc"} 2']],
  ['redactions_total', ['{rule="card"} 3']],
  ['batches_total', ['{result="stored"} 5']],
  ['retries_total', ['{reason="429"} 6']],
  ['storage_seconds_total', ['{} 1.5']],
  ['storage_records_total', ['{} 4']],
  ['backlog_bytes', ['{} 100']],
  ['backlog_age_seconds', ['{} 2']],
  ['transport_delay_seconds_count', [' 4'.replace(' ', '{} ')]],
  ['transport_delay_seconds_sum', ['{} 5.2']],
])('tells %s', async (name, lines) => {
  const file = reportedFile({
    size: 1000,
    stored: { records: 7, bytes: 600, offsets: '0' },
    duplicates: 4,
    deadLettered: { records: 1, bytes: 70, offsets: '0' },
    discarded: { records: 2, bytes: 30, offsets: '0' },
    discardedBy: { abc: 2 },
    redactedBy: { card: 3 },
    lost: { Truncated: 200 },
  });
  const measures = reportedMeasures({
    delay: { ms: 5200, records: 4, buckets: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
    storage: { ms: 1500, records: 4 },
    formats: { json: 5, logfmt: 1, text: 1, unframed: 1 },
    batches: { stored: 5 },
    retries: { '429': 6 },
    oldest: 8000,
  });
  ledger.take(POD, reportOf({ at: 10_000, files: [file], measures }));
  expect((await told(name)).toSorted()).toEqual(lines.toSorted());
});

it('tells delays as a histogram, and counts what is above all bounds', async () => {
  const delay = { ms: 1, records: 4, buckets: [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
  ledger.take(POD, reportOf({ measures: reportedMeasures({ delay }) }));
  const lines = await told('transport_delay_seconds_bucket');
  expect(lines).toHaveLength(12);
  expect([lines[0], lines[1], lines[10], lines[11]]).toEqual([
    '{le="0.1"} 1',
    '{le="0.25"} 3',
    '{le="1800"} 3',
    '{le="+Inf"} 4',
  ]);
});

it('tells no ratio of nothing, and nothing at all without leading', async () => {
  ledger.take(POD, reportOf({ files: [] }));
  expect([await told('capture_ratio'), await told('backlog_bytes')]).toEqual([[], ['{} 0']]);
  ledger.clear();
  const values = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(values).toEqual([]);
});
