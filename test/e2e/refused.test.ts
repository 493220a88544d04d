import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../wait.ts';
import { World } from './world.ts';

const world = new World();
const EXAMPLES = join(import.meta.dirname, '../../examples/policies');

describe.skipIf(world.missing)(`kubectl apply ${world.missing}`, () => {
  beforeAll(() => world.namespace('refused'));
  afterAll(() => world.close());

  const apply = (spec: object) =>
    world.cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], {
      input: JSON.stringify({
        apiVersion: 'tracewell.dev/v1alpha1',
        kind: 'TracingPolicy',
        metadata: { name: 'bad', namespace: 'refused' },
        spec,
      }),
    });

  it.each([
    ['an unknown field', { selektor: {} }, 'unknown field "spec.selektor"'],
    ['an unknown field deep inside', { logs: { containers: { exlude: [] } } }, 'spec.logs.containers.exlude'],
    [
      'an operator that does not exist',
      { selector: { matchExpressions: [{ key: 'app', operator: 'Like', values: ['a'] }] } },
      'spec.selector.matchExpressions[0].operator',
    ],
    [
      'In without values',
      { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } },
      'spec.selector.matchExpressions[0]',
    ],
    ['a label value with a space', { selector: { matchLabels: { app: 'a b' } } }, 'spec.selector.matchLabels'],
    ['a label key that is none', { selector: { matchLabels: { 'a b': 'c' } } }, 'spec.selector.matchLabels'],
    ['a duration without a unit', { retention: '14' }, 'spec.retention'],
    ['a duration in minutes', { retention: '90m' }, 'spec.retention'],
    ['a duration of nothing', { retention: '0d' }, 'spec.retention'],
    [
      'a quantity that is none',
      { sidecar: { resources: { limits: { memory: 'much' } } } },
      'spec.sidecar.resources.limits.memory',
    ],
    ['a priority that is no number', { priority: 'high' }, 'spec.priority'],
  ])('refuses %s, and says where', async (_, spec, path) => {
    await expect(apply(spec)).rejects.toThrow(path);
  });

  it('takes a policy with every field, and fills the rest', async () => {
    expect(await apply({ sidecar: { resources: { limits: { memory: 134_217_728, cpu: '1' } } } })).toContain('created');
  });

  it('takes a condition that only the operator can read, and says in the status what is wrong with it', async () => {
    const spec = { logs: { drop: [{ when: 'log.level: (debug' }] } };
    const metadata = { name: 'unreadable', namespace: 'refused' };
    const input = JSON.stringify({ apiVersion: 'tracewell.dev/v1alpha1', kind: 'TracingPolicy', metadata, spec });
    await world.cluster.kubectl(['apply', '-f', '-'], { input });
    const accepted = await until('the operator to judge the policy', async () => {
      const { conditions = [] } = await world.policyStatus('refused', 'unreadable');
      return conditions.find(({ type }) => type === 'Accepted');
    });
    expect(accepted).toMatchObject({ status: 'False', reason: 'Invalid' });
    expect(accepted.message).toContain('spec.logs.drop.0.when');
    expect(accepted.message).toContain('log.level: (debug\n');
  });

  it.each(readdirSync(EXAMPLES))('takes examples/policies/%s', async (file) => {
    const namespaces = ['shop', 'default'];
    for (const name of namespaces) await world.namespace(name);
    expect(await world.kubectl('apply', '--dry-run=server', '-f', join(EXAMPLES, file))).toContain(
      'tracingpolicy.tracewell.dev/',
    );
  });

  it('explains the fields', async () => {
    expect(await world.kubectl('explain', 'tracingpolicy.spec.retention')).toContain('How long Elasticsearch keeps');
  });
});
