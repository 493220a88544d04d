import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SKIP_REASON } from '../api/names.ts';
import { describedIn, everyMetric } from '../test/operator/registry.ts';
import { VARIABLES } from './config.ts';

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
  const names = describedIn(everyMetric())
    .map(({ name }) => name)
    .filter((name) => name.startsWith('tracewell_'));
  expect(rows('Metric').toSorted()).toEqual(names.toSorted());
});

it('docs/operator.md lists every variable', () => {
  expect(rows('Variable').toSorted()).toEqual([...VARIABLES].toSorted());
});
