import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { REDACTIONS, VERSION } from '../api/names.ts';
import packageJson from '../package.json' with { type: 'json' };

const chart = join(import.meta.dirname, 'tracewell');
const read = (file: string) => readFileSync(join(chart, file), 'utf8');

interface Schema {
  $ref?: string;
  type?: string | string[];
  additionalProperties?: unknown;
  properties?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
}
const schema = JSON.parse(read('values.schema.json')) as Schema;
const values = parse(read('values.yaml')) as Record<string, unknown>;

const resolve = (part: Schema): Schema => (part.$ref ? schema.definitions![part.$ref.split('/').at(-1)!]! : part);

/** Paths of everything that the schema names; `global` is Helm's own. */
function* known(part: Schema, path = ''): Generator<string> {
  for (const [name, child] of Object.entries(resolve(part).properties ?? {})) {
    if (path === '' && name === 'global') continue;
    yield `${path}${name}`;
    yield* known(child, `${path}${name}.`);
  }
}

/** Paths of everything that the values set, as deep as the schema names fields. */
function* set(value: unknown, part: Schema, path = ''): Generator<string> {
  const { properties } = resolve(part);
  if (!properties) return;
  for (const [name, child] of Object.entries(value as Record<string, unknown>)) {
    yield `${path}${name}`;
    yield* set(child, properties[name] ?? {}, `${path}${name}.`);
  }
}

it('values.yaml sets every field that values.schema.json names, and no other', () => {
  expect([...set(values, schema)].toSorted()).toEqual([...known(schema)].toSorted());
});

/** A default as the table of docs/install.md writes it; undefined where the row is about several fields. */
function written(path: string): string | undefined {
  let value: unknown = values;
  for (const name of path.split('.')) value = (value as Record<string, unknown>)[name];
  if (value === '') return 'empty';
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'none';
  if (typeof value === 'object' && value) return Object.keys(value).length > 0 ? undefined : 'none';
  return String(value);
}

/** Everything whose fields are named is closed, so that a misspelt value is refused. */
function* open(part: Schema, path = 'values'): Generator<string> {
  const { properties, additionalProperties } = resolve(part);
  if (!properties) return;
  if (additionalProperties !== false) yield path;
  for (const [name, child] of Object.entries(properties)) yield* open(child, `${path}.${name}`);
}

it('a misspelt value is refused at every depth', () => {
  expect([...open(schema)]).toEqual([]);
});

it('every value is described in docs/install.md, with its default', () => {
  const text = readFileSync(join(chart, '../../docs/install.md'), 'utf8');
  const table = text.slice(text.indexOf('| Value '));
  const rows = [...table.matchAll(/^\| `([^`]+)` /gm)].map(([, path]) => path!);
  const leaves = [...known(schema)].filter((path, _, all) => !all.some((other) => other.startsWith(`${path}.`)));
  const wrong = [...table.matchAll(/^\| `([^`]+)` +\| (.*?) +\|/gm)]
    .map(([, path, said]) => ({ path: path!, said: said!.replaceAll('`', ''), is: written(path!) }))
    .filter(({ said, is }) => said !== 'required' && is !== undefined && said !== is);
  const missing = leaves.filter((leaf) => !rows.some((row) => leaf === row || leaf.startsWith(`${row}.`)));
  const unknown = rows.filter((row) => ![...known(schema)].includes(row));
  expect({ missing, unknown, wrong }).toEqual({ missing: [], unknown: [], wrong: [] });
});

it('the rules of redaction that can be required are those that there are', () => {
  const { redact } = schema.properties as { redact: { properties: { required: { items: { enum: string[] } } } } };
  expect(redact.properties.required.items.enum).toEqual(REDACTIONS);
});

it('the chart and the program have one version', () => {
  const { version, appVersion } = parse(read('Chart.yaml')) as { version: string; appVersion: string };
  expect({ version, appVersion, ours: VERSION }).toEqual({
    version: packageJson.version,
    appVersion: packageJson.version,
    ours: packageJson.version,
  });
});
