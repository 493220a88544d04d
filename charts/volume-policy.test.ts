import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ENV, SIDECAR, VOLUME } from '../api/names.ts';

const text = readFileSync(join(import.meta.dirname, 'tracewell/templates/volume-policy.yaml'), 'utf8');

it('the policy that keeps our volumes ours knows all of them, and the sidecar', () => {
  const [, list = ''] = /name: volumes\n\s+expression: "\[(.*)\]"/.exec(text) ?? [];
  const names = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.values(VOLUME).map(({ name }) => name)));
  expect(text).toContain(`c.name == '${SIDECAR}'`);
  expect(text).toContain(`e.name == '${ENV.logs}'`);
});
