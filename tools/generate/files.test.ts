import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { POLICY_KINDS } from '../../api/names.ts';
import { policyCrd } from './crd.ts';
import { generated } from './files.ts';

const root = join(import.meta.dirname, '../..');

it.each([...generated()])('%s is what npm run generate writes', (path, content) => {
  const readable = (bytes: Buffer) => bytes.toString(typeof content === 'string' ? 'utf8' : 'base64');
  expect(readable(readFileSync(join(root, path)))).toBe(readable(Buffer.from(content)));
});

type Node = { [key: string]: unknown };

/** Every schema in a schema, with its path. */
function* schemas(node: Node, path: string): Generator<[string, Node]> {
  yield [path, node];
  for (const [name, child] of Object.entries((node['properties'] ?? {}) as Record<string, Node>))
    yield* schemas(child, `${path}.${name}`);
  for (const key of ['items', 'additionalProperties']) {
    const child = node[key];
    if (typeof child === 'object' && child !== null) yield* schemas(child as Node, `${path}[]`);
  }
}

/** What the API server would refuse, or what would make its CEL rules too costly. */
function faults(schema: Node): string[] {
  const found = ['oneOf', 'anyOf', 'allOf', 'propertyNames', '$ref'].filter((key) => key in schema);
  if (schema['additionalProperties'] === false) found.push('closed object');
  if (schema['type'] === 'string' && !schema['enum'] && !('maxLength' in schema))
    found.push('string without maxLength');
  if (schema['type'] === 'array' && !('maxItems' in schema)) found.push('list without maxItems');
  if (schema['additionalProperties'] && !('maxProperties' in schema)) found.push('map without maxProperties');
  return found;
}

describe.each(POLICY_KINDS)('the schema of %s is one that the API server takes', (kind) => {
  const versions = (policyCrd(kind)['spec'] as { versions: { schema: { openAPIV3Schema: Node } }[] }).versions;

  it.each([...schemas(versions[0]!.schema.openAPIV3Schema, '')])('%s has bounds and no union', (_, schema) => {
    expect(faults(schema)).toEqual([]);
  });
});
