import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROWS } from '../../tools/generate/grafana/rows.ts';

/** The alerts that the chart brings. */
export const RULES = join(import.meta.dirname, '../../charts/tracewell/files/rules.yaml');

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

interface Group<T> {
  readonly name: string;
  readonly rules: readonly T[];
}

const groups = (): readonly Group<Rule>[] => (parse(readFileSync(RULES, 'utf8')) as { groups: Group<Rule>[] }).groups;

export const alertRules = (): Rule[] => groups().flatMap(({ rules }) => rules);

/** The alerts for those who cannot wait: each fires after two seconds at most. */
export const hurried = (): Group<object>[] =>
  groups().map(({ name, rules }) => ({
    name,
    rules: rules.map((rule) => (rule.for === undefined ? rule : { ...rule, for: '2s' })),
  }));

/** Every query of the dashboard as a rule that records it, so that Prometheus reads and evaluates it. */
export function dashboardRules(): Group<object>[] {
  const chosen: Record<string, string> = { namespace: '.*', policy: '.*', __rate_interval: '1m', __range: '1h' };
  const queries = ROWS.flatMap(({ panels }) => panels).flatMap((panel) => panel.queries);
  const rules = queries.map(([expr], index) => ({
    record: `dashboard:query:${index}`,
    expr: expr.replaceAll(/\$(\w+)/g, (_, name: string) => chosen[name]!),
  }));
  return [{ name: 'dashboard', rules }];
}

/** Names of our metrics in an expression of PromQL, as they are registered: without what a histogram adds. */
export const metricsIn = (expr: string): string[] => [
  ...new Set([...expr.matchAll(/\btracewell_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))),
];
