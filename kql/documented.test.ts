import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KqlError } from './error.ts';
import { fieldsOf } from './fields.ts';
import { parse } from './parse.ts';
import { predicate } from './predicate.ts';

const text = readFileSync(join(import.meta.dirname, '../docs/kql.md'), 'utf8');

type Row = [condition: string, second: string, third: string];

/** The cells of every table whose second column has this heading, without the quotes of code. */
const rowsOf = (heading: string): Row[] =>
  [...text.matchAll(/^\| Condition .*\n(?:\|.*\n)+/gm)]
    .map(([table]) => table.trim().split('\n').map(cellsOf))
    .filter(([head]) => head![1] === heading)
    .flatMap(([, , ...rows]) => rows as Row[]);

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim().replace(/^`(.*)`$/, '$1'));

const holds = (condition: string, record: string) =>
  predicate(parse(condition))(fieldsOf(JSON.parse(record) as object));

describe('docs/kql.md', () => {
  const examples = rowsOf('Holds for');
  const refusals = rowsOf('Answer');

  it('has its tables', () => {
    expect(examples.length).toBeGreaterThan(40);
    expect(refusals.length).toBeGreaterThan(10);
  });

  it.each(examples)('says rightly that %s holds for %s', (condition, record) => {
    expect(holds(condition, record)).toBe(true);
  });

  it.each(examples.filter(([, , other]) => other !== '—'))(
    'says rightly that %s holds for %s, not for %s',
    (condition, _, other) => {
      expect(holds(condition, other)).toBe(false);
    },
  );

  it.each(refusals)('says rightly that %s is answered with: %s', (condition, answer) => {
    let message: string | undefined;
    try {
      predicate(parse(condition));
    } catch (error) {
      if (error instanceof KqlError) message = error.message;
    }
    expect(message).toBe(answer);
  });

  it('shows an error as it is rendered', () => {
    const [, rendering] = /```\n(.*?)\n```/s.exec(text)!;
    expect(() => parse('app.status: >= 500')).toThrow(expect.objectContaining({ rendering }));
  });
});
