import { expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy } from '../../test/operator/objects.ts';
import { golden, injectedPod, ofDeployment, plainPod, PluginWorld } from '../../test/operator/plugin.ts';

function withPods(world: PluginWorld): void {
  world.policy(rawPolicy('shop', { selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }));
  world.policy(rawClusterPolicy('base', { selector: { matchLabels: { app: 'cart' } } }));
  const old = { image: 'registry.example.com/tracewell/sidecar:0.0.9' };
  world.pod(injectedPod(ofDeployment('cart', 'a')));
  world.pod(injectedPod(ofDeployment('cart', 'b'), old));
  world.pod(plainPod(ofDeployment('cart', 'c')));
  const labels = { app: 'till', 'tracewell.dev/inject': 'false' };
  world.pod(plainPod({ name: 'till-0', labels }));
  world.pod(plainPod({ name: 'alone', labels: {} }));
  world.pod({ ...plainPod({ name: 'ended' }), status: { phase: 'Succeeded' } });
}

it('coverage counts by namespace and workload, as the operator does', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  world.namespace('bank');
  world.policy(rawPolicy('all', {}, { namespace: 'bank' }));
  world.pod(injectedPod({ name: 'teller', namespace: 'bank' }));
  await world.succeed('coverage', '-A');
  await expect(world.out).toMatchFileSnapshot(golden('coverage'));
});

it('coverage -o json has the same', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  expect(await world.run('coverage', '-o', 'json')).toBe(0);
  expect(JSON.parse(world.out)).toMatchObject({
    workloads: [
      {
        workload: 'Deployment/cart',
        matched: 3,
        injected: 2,
        outdated: 1,
        skipped: [{ reason: 'Missed', count: 1, example: 'cart-5d4f-c' }],
        shadowed: [{ policy: 'ClusterTracingPolicy base', count: 3 }],
      },
      { workload: 'Pod/till-0', matched: 1, injected: 0, skipped: [{ reason: 'OptedOut', count: 1 }] },
    ],
    notSelected: 1,
    unknown: [],
  });
});

it('without the right to read the operator, what is outdated is not known, and that is said', async () => {
  const world = await PluginWorld.start();
  withPods(world);
  world.server.fail('GET', '/apis/apps', { status: 403, message: 'forbidden' });
  expect(await world.run('coverage')).toBe(0);
  expect(world.out).toMatch(/Deployment\/cart .* 3 +2 +\? /);
  expect(world.out).toContain("The operator's Deployment cannot be read");
});
