import { describe, expect, it } from 'vitest';
import { describedIn, everyMetric } from '../../../test/operator/registry.ts';
import { metricsIn } from '../../../test/prometheus/rules.ts';
import { grafanaDashboard } from './dashboard.ts';
import { COLUMNS } from './panel.ts';
import { ROWS } from './rows.ts';

interface PanelView {
  id: number;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
}
const { panels, templating } = grafanaDashboard() as { panels: PanelView[]; templating: { list: { name: string }[] } };
const ours = describedIn(everyMetric()).map(({ name }) => name);
const queries = ROWS.flatMap(({ panels: of }) => of).flatMap(({ title, queries: all }) =>
  all.map(([expr, legend = '']) => ({ title, expr, legend })),
);

describe.each(queries)('$title: $expr', ({ expr, legend }) => {
  it('asks for metrics that the operator has', () => {
    expect(metricsIn(expr).filter((name) => !ours.includes(name))).toEqual([]);
  });

  it('names its series by labels that are left in them', () => {
    const left = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? ['instance'];
    expect(
      [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!).filter((label) => !left.includes(label)),
    ).toEqual([]);
  });

  it('uses variables that there are', () => {
    const known = [...templating.list.map(({ name }) => name), '__rate_interval', '__range'];
    expect([...expr.matchAll(/\$(\w+)/g)].map(([, name]) => name!).filter((name) => !known.includes(name))).toEqual([]);
  });
});

/** What matters only to who looks into a trouble with these very requests. */
const INTERNAL = ['tracewell_audit_requests_total', 'tracewell_token_reviews_total'];

it('every metric that is not the process’s is shown somewhere', () => {
  const shown = new Set([...INTERNAL, ...queries.flatMap(({ expr }) => metricsIn(expr))]);
  expect(ours.filter((name) => name.startsWith('tracewell_') && !shown.has(name))).toEqual([]);
});

it('panels lie beside each other, each with a number and a title of its own', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    expect(x + w).toBeLessThanOrEqual(COLUMNS);
    for (let column = x; column < x + w; column++)
      for (let row = y; row < y + h; row++) {
        expect(taken).not.toContain(`${column},${row}`);
        taken.add(`${column},${row}`);
      }
  }
});
