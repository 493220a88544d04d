import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FIELDS } from '../../fields.ts';
import { PROMOTIONS, type Promotion } from '../../promotions.ts';
import { EXAMPLES } from './examples.ts';

const page = readFileSync(new URL('../../../../docs/formats.md', import.meta.url), 'utf8');

/** The cells of the table below a heading. */
function tableBelow(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) => row.split(' | ').map((cell) => cell.replaceAll(/^\| | +\|?$/g, '').trim()));
}

const code = (text: string) => `\`${text}\``;

it('names in docs/formats.md every example, and the fields that it fills', () => {
  const rows = EXAMPLES.map(({ format, by, becomes }) => {
    const fields = Object.keys(JSON.parse(becomes) as object).filter((name) => name !== 'app');
    return [code(format), by, fields.map(code).join(' ')];
  });
  expect(tableBelow('What is found')).toEqual(rows);
});

it('shows there every line, and what becomes of it', () => {
  const lines = EXAMPLES.map(({ by, line, becomes }) => `${by}:\n\n\`\`\`text\n${line}\n${becomes}\n\`\`\`\n`);
  expect(lines.filter((each) => !page.includes(each))).toEqual([]);
  expect(page.split('```text\n').length - 1).toBe(EXAMPLES.length);
});

it('lists there the keys of every field', () => {
  const keyOf = ({ path, late, with: company }: Promotion) =>
    code(path) + (company === undefined ? (late ? ' (late)' : '') : ` (beside ${code(company)})`);
  const rows = FIELDS.map((field) => [
    code(field),
    PROMOTIONS.filter(({ to }) => to === field)
      .map(keyOf)
      .join(' '),
  ]);
  expect(tableBelow('Keys of JSON and logfmt')).toEqual(rows);
});
