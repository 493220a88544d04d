import { expect, it } from 'vitest';
import { rawPolicy } from '../../test/operator/objects.ts';
import { accept, SYSTEM_NAMESPACES } from './accept.ts';

it('a policy that meets the schema is accepted, with its defaults', () => {
  const judged = accept(rawPolicy('shop', { priority: 3 }), 'tracewell');
  expect(judged).toMatchObject({
    ok: true,
    policy: { metadata: { name: 'shop' }, spec: { priority: 3, paused: false, retention: '14d' } },
  });
});

it.each([
  ['a field of the wrong type', { paused: 'yes' }, 'spec.paused'],
  ['a wrong duration', { retention: '2 weeks' }, 'spec.retention'],
  [
    'a negative quantity, for which the API server would refuse every pod',
    { sidecar: { resources: { limits: { memory: '-1' } } } },
    'spec.sidecar.resources.limits.memory',
  ],
  ['a missing spec', undefined, 'spec'],
])('%s is refused by its path, with the cure', (_, spec, path) => {
  const judged = accept({ ...rawPolicy('shop', {}, { generation: 7 }), spec } as never, 'tracewell');
  expect(judged).toMatchObject({ ok: false, name: 'shop', namespace: 'shop', generation: 7, reason: 'Invalid' });
  const { message } = judged as { message: string };
  expect(message).toContain(`${path}: `);
  expect(message).toContain('Correct the policy and apply it again');
});

it('of many faults the first three are named', () => {
  const spec = { paused: 'yes', retention: 'long', priority: 'high', selector: 'all' };
  const { message } = accept(rawPolicy('shop', spec), 'tracewell') as { message: string };
  expect(message.match(/spec\.\w+: /g)).toHaveLength(3);
});

it.each([...SYSTEM_NAMESPACES, 'tracewell'])(
  'a policy in %s is refused: its pods keep the cluster going',
  (namespace) => {
    expect(accept(rawPolicy('all', {}, { namespace }), 'tracewell')).toMatchObject({
      ok: false,
      reason: 'SystemNamespace',
      message: expect.stringContaining(`Pods of ${namespace} are never injected`),
    });
  },
);

it('a namespace that only resembles ours is like any other', () => {
  expect(accept(rawPolicy('all', {}, { namespace: 'tracewell-shop' }), 'tracewell').ok).toBe(true);
});
