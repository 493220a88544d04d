import { expect, it } from 'vitest';
import { policySpec } from './policy.ts';

it('an empty spec gets every default', () => {
  expect(policySpec.parse({})).toEqual({
    priority: 0,
    paused: false,
    logs: { containers: { include: [], exclude: [] }, multiline: 'Auto', drop: [], redact: [] },
    retention: '14d',
    sidecar: { resources: { requests: {}, limits: {} } },
    rollout: { mode: 'Missed', maxUnavailable: 1 },
  });
});

it.each([
  ['a retention without a unit', { retention: '14' }, 'retention'],
  ['a retention of nothing', { retention: '0d' }, 'retention'],
  ['a retention in minutes', { retention: '90m' }, 'retention'],
  ['a label value with a space', { selector: { matchLabels: { app: 'a b' } } }, 'selector.matchLabels.app'],
  [
    'an operator that does not exist',
    { selector: { matchExpressions: [{ key: 'app', operator: 'Like' }] } },
    'selector.matchExpressions.0.operator',
  ],
  ['an empty container name', { logs: { containers: { include: [''] } } }, 'logs.containers.include.0'],
  [
    'a quantity that is a list',
    { sidecar: { resources: { limits: { memory: [] } } } },
    'sidecar.resources.limits.memory',
  ],
  ['a priority that is no integer', { priority: 1.5 }, 'priority'],
  ['a mode of rollout that there is not', { rollout: { mode: 'Always' } }, 'rollout.mode'],
  ['a rollout that never begins', { rollout: { maxUnavailable: 0 } }, 'rollout.maxUnavailable'],
  ['a share of more than all pods', { rollout: { maxUnavailable: '101%' } }, 'rollout.maxUnavailable'],
  ['a share without its sign', { rollout: { maxUnavailable: '25' } }, 'rollout.maxUnavailable'],
])('%s is refused at its path', (_, spec, path) => {
  const result = policySpec.safeParse(spec);
  expect(result.error?.issues.map((issue) => issue.path.join('.'))).toContain(path);
});
