import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SKIP_REASON } from '../api/names.ts';
import { VARIABLES } from './config.ts';
import { BreakerMetrics } from './breaker/metrics.ts';
import { ElasticMetrics } from './elastic/metrics.ts';
import { Metrics } from './health/metrics.ts';
import { exportLedger } from './ledger/metrics.ts';
import { LatestReports } from './reports/latest.ts';
import { ReportMetrics } from './reports/metrics.ts';

const text = readFileSync(join(import.meta.dirname, '../docs/operator.md'), 'utf8');

/** First cells of the table with this heading, without quotes. */
function rows(heading: string): string[] {
  const table = text.slice(text.indexOf(`| ${heading} `)).split('\n\n')[0]!;
  return [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!);
}

it('docs/operator.md lists every skip reason', () => {
  expect(rows('Skip reason').toSorted()).toEqual(Object.keys(SKIP_REASON).toSorted());
});

it('docs/operator.md lists every metric', () => {
  const { registry } = new Metrics('1.2.3', 'v26');
  const now = () => 0;
  expect(new BreakerMetrics(registry)).toBeDefined();
  expect(new ElasticMetrics(registry)).toBeDefined();
  expect(new ReportMetrics(registry, new LatestReports(now), now)).toBeDefined();
  exportLedger(registry, { standings: () => [] });
  const names = registry
    .getMetricsAsArray()
    .map(({ name }) => name)
    .filter((name) => name.startsWith('tracewell_'));
  expect(rows('Metric').toSorted()).toEqual(names.toSorted());
});

it('docs/operator.md lists every variable', () => {
  expect(rows('Variable').toSorted()).toEqual([...VARIABLES].toSorted());
});
