import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describedIn, everyMetric } from '../operator/registry.ts';
import { CASES, HEALTHY } from '../prometheus/cases.ts';
import { alertRules, metricsIn } from '../prometheus/rules.ts';

const labels = new Map(
  describedIn(everyMetric()).map(({ name, labelNames }) => [name, [...labelNames, 'instance', 'le']]),
);
const known = (name: string) => labels.has(name);

const page = readFileSync(join(import.meta.dirname, '../../docs/runbooks.md'), 'utf8');
/** By heading. */
const runbooks = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), part]),
);

const rules = alertRules();

type At<Name extends string, T> = { readonly properties: Readonly<Record<Name, T>> };
type Schema = At<'metrics', At<'rules', At<'disabled', { readonly items: { readonly enum: readonly string[] } }>>>;

it('every alert has a runbook and a case that makes it fire, and there are no others', () => {
  const names = rules.map(({ alert }) => alert).toSorted();
  expect(new Set(names).size).toBe(names.length);
  expect([...runbooks.keys()].toSorted()).toEqual(names);
  expect([...new Set(CASES.map(({ alert }) => alert))].toSorted()).toEqual(names);
});

it('the chart knows the name of every alert that can be left out', () => {
  const schema = readFileSync(join(import.meta.dirname, '../../charts/tracewell/values.schema.json'), 'utf8');
  const names = (JSON.parse(schema) as Schema).properties.metrics.properties.rules.properties.disabled.items.enum;
  expect(names).toEqual(rules.map(({ alert }) => alert));
});

describe.each(rules)('$alert', ({ alert, expr, labels: { severity }, annotations }) => {
  it('asks for metrics that the operator has', () => {
    const names = metricsIn(expr);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !known(name))).toEqual([]);
  });

  it('says how bad it is, what happens, and where to read on', () => {
    expect(['critical', 'warning']).toContain(severity);
    expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook_url', 'summary']);
    expect(annotations.runbook_url).toBe(`docs/runbooks.md#${alert.toLowerCase()}`);
  });

  it('has a runbook with cause, what to look at, and cure', () => {
    expect(runbooks.get(alert)!.match(/^\*\*[\w ]+\.\*\*/gm)).toEqual(['**Cause.**', '**Look at.**', '**Cure.**']);
  });
});

const tried = new Set([HEALTHY, ...CASES.map(({ series }) => series)].flatMap((world) => Object.keys(world)));

it.each([...tried])('%s, with which alerts are tried, has labels that the operator gives it', (series) => {
  const [name] = metricsIn(series);
  expect(known(name!)).toBe(true);
  const given = [...series.matchAll(/[{,](\w+)=/g)].map(([, label]) => label!);
  const allowed = labels.get(name!) ?? given;
  expect(given.filter((label) => !allowed.includes(label))).toEqual([]);
});
