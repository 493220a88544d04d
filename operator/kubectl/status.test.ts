import { expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy } from '../../test/operator/objects.ts';
import { golden, PluginWorld } from '../../test/operator/plugin.ts';

const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: '2026-01-02T00:00:00Z',
});

function withPolicies(world: PluginWorld): void {
  world.policy(rawPolicy('shop'), {
    conditions: [
      condition('Accepted', 'True', 'Valid', 'The policy is valid and in use.'),
      condition('ElasticsearchReady', 'True', 'Ready', 'Streams and key are in place.'),
      condition(
        'Injected',
        'False',
        'PodsWithoutSidecar',
        '2 of 12 running pods have no sidecar: HostPathForbidden (2).',
      ),
    ],
    pods: {
      matched: 12,
      injected: 10,
      outdated: 3,
      skipped: [{ reason: 'HostPathForbidden', count: 2, example: 'cart-0' }],
      shadowed: [{ by: 'ClusterTracingPolicy audit', count: 1, example: 'till-0' }],
    },
    configuration: { revision: 'c0ffee000001', loaded: 9, reporting: 10 },
  });
  world.policy(rawPolicy('new', {}, { generation: 2 }), { inForceSince: undefined });
  world.policy(rawClusterPolicy('base', { namespaceSelector: { matchLabels: { team: 'shop' } } }));
  world.policy(rawClusterPolicy('other', { namespaceSelector: { matchLabels: { team: 'other' } } }));
  world.policy(rawPolicy('far', {}, { namespace: 'far' }));
}

it('status tells how the policies of the namespace stand', async () => {
  const world = await PluginWorld.start();
  world.namespace('shop', { team: 'shop' });
  withPolicies(world);
  await world.succeed('status');
  await expect(world.out).toMatchFileSnapshot(golden('status'));
});

it('status -A tells of all of them', async () => {
  const world = await PluginWorld.start();
  withPolicies(world);
  await world.succeed('status', '-A', '-o', 'json');
  const { policies } = JSON.parse(world.out) as { policies: { name: string }[] };
  expect(policies.map(({ name }) => name)).toEqual(['far', 'new', 'shop', 'base', 'other']);
});

it('status of a namespace without a policy says so', async () => {
  const world = await PluginWorld.start();
  expect(await world.run('status', '-n', 'shop')).toBe(0);
  expect(world.out).toBe('No policy reaches the namespace shop.\n');
});

it('without Tracewell in the cluster it says so', async () => {
  const world = await PluginWorld.start();
  world.server.fail('GET', '/apis/tracewell.dev/v1alpha1', { status: 404, message: 'not found' });
  expect(await world.run('status')).toBe(1);
  expect(world.err).toContain('Tracewell is not installed');
});

it('a caller who may not list namespaces is told to name one', async () => {
  const world = await PluginWorld.start();
  world.server.fail('GET', '/api/v1/namespaces', { status: 403, message: 'forbidden' });
  expect(await world.run('status', '-A')).toBe(1);
  expect(world.err).toContain('you may not list namespaces; name one of yours with -n');
});

it('a namespace that is not there is told of', async () => {
  const world = await PluginWorld.start();
  expect(await world.run('status', '-n', 'shpo')).toBe(1);
  expect(world.err).toBe('kubectl tracewell: there is no namespace shpo\n');
});
