import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { API_VERSION } from '../api/names.ts';
import { clusterPolicySpec, policySpec } from '../api/policy.ts';

const FOLDER = join(import.meta.dirname, 'policies');
const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));

/** Strict at the top, so that a field that the API does not have is found here as it is by `kubectl apply`. */
const manifest = z.discriminatedUnion('kind', [
  z.strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('TracingPolicy'),
    metadata: z.strictObject({ name: z.string(), namespace: z.enum(['shop', 'default']) }),
    spec: policySpec.strict(),
  }),
  z.strictObject({
    apiVersion: z.literal(API_VERSION),
    kind: z.literal('ClusterTracingPolicy'),
    metadata: z.strictObject({ name: z.string() }),
    spec: clusterPolicySpec.strict(),
  }),
]);

it('there are examples', () => {
  expect(files).toContain('shop.yaml');
});

it.each(files)('%s holds policies that the API takes, as they are written', (file) => {
  for (const document of parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'))) {
    const written = document.toJS() as z.input<typeof manifest>;
    // Parsing adds defaults and drops unknown fields: nothing of what is written may be dropped.
    expect(manifest.parse(written)).toMatchObject(written);
  }
});
