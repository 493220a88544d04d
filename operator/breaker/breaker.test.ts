import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BreakerWorld, CONFIG_MAP, REPLICA_SET, RUNNING, S, soon, waiting } from '../../test/operator/breaker-world.ts';
import { SETTINGS } from '../../test/operator/objects.ts';

let world: BreakerWorld;

beforeEach(async () => {
  world = await BreakerWorld.start();
});
afterEach(() => world.stop());

describe('a pod that waits for the sidecar', () => {
  it('stops injection in its namespace, and everybody is told', async () => {
    await world.lead();
    await world.stopped();
    expect(world.state['shop']).toMatchObject({
      since: '2026-01-02T00:00:21.000Z',
      reason: 'ImagePullBackOff',
      message: 'not found',
      image: SETTINGS.image,
      example: 'shop/cart-0',
      nodes: ['node-1'],
    });
    await soon('the copy', () => world.caches.breakerOf('shop') !== undefined);
    await soon('the Event', () => world.notices.length > 0);
    expect(world.notices).toEqual([
      {
        regarding: {
          apiVersion: 'tracewell.dev/v1alpha1',
          kind: 'TracingPolicy',
          namespace: 'shop',
          name: 'all',
          uid: 'uid-of-all',
        },
        type: 'Warning',
        reason: 'BreakerOpen',
        action: 'Inject',
        note: expect.stringContaining(
          'the sidecar kept shop/cart-0 from starting on the node node-1 (ImagePullBackOff',
        ),
        series: `open/shop/ImagePullBackOff/${SETTINGS.image}`,
      },
    ]);
    expect(world.lines.filter((line) => line.includes('injection is stopped'))).toHaveLength(1);
    expect(await world.metric('tracewell_breaker_open')).toEqual([
      'tracewell_breaker_open{scope="cluster",namespace=""} 0',
      'tracewell_breaker_open{scope="namespace",namespace="shop"} 1',
      'tracewell_breaker_openings_total{reason="ImagePullBackOff"} 1',
    ]);
  });

  it('does nothing within twenty seconds', async () => {
    await world.lead();
    world.put('cart-0', { by: REPLICA_SET });
    await world.known('cart-0');
    await world.looks();
    world.time += 19 * S;
    await world.looks();
    expect([world.state, world.isThere('cart-0')]).toEqual([{}, true]);
  });

  it('and starts after all has done nothing', async () => {
    await world.lead();
    world.put('cart-0', { by: REPLICA_SET });
    await world.known('cart-0');
    world.time += 10 * S;
    world.put('cart-0', { by: REPLICA_SET, ours: RUNNING, app: RUNNING });
    await world.looks();
    world.time += 60 * S;
    await world.looks();
    expect([world.state, world.isThere('cart-0')]).toEqual([{}, true]);
  });
});

it('a leader that comes finds what waits, without a change of it', async () => {
  world.put('cart-0', { by: REPLICA_SET });
  await world.lead();
  await world.looks();
  world.time += 21 * S;
  await world.phaseIs('open');
  expect(world.state['shop']!.example).toBe('shop/cart-0');
});

it('a pod that was injected by other settings opens nothing, and is deleted', async () => {
  world.put('cart-0', { by: REPLICA_SET });
  world.settings = { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.1.1' };
  await world.lead();
  await world.looks();
  world.time += 21 * S;
  await world.hasGone('cart-0');
  await world.looks();
  expect(world.state).toEqual({});
});

it('with other settings a canary is tried at once', async () => {
  await world.lead();
  await world.stopped();
  world.settings = { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.1.1' };
  world.time += 1 * S;
  await world.nextLeader();
  await world.phaseIs('half-open');
  expect(world.state['shop']!.since).toBe('2026-01-02T00:00:22.000Z');
});

it('creations that are refused for our volume stop injection, and those for another reason do not', async () => {
  const event = (name: string, message: string) =>
    world.server.objects.put(`/api/v1/namespaces/shop/events/${name}`, {
      metadata: { name, namespace: 'shop' },
      involvedObject: { kind: 'ReplicaSet', name, uid: name },
      reason: 'FailedCreate',
      message,
      count: 5,
      lastTimestamp: new Date(world.time).toISOString(),
    });
  await world.lead();
  event('quota', 'exceeded quota: pods=1');
  await world.looks();
  expect(world.state).toEqual({});
  event('cart-5d4', 'pods "cart-x" is forbidden: volume "tracewell-logs" is of a type that is not allowed');
  await world.phaseIs('open');
  expect(world.state['shop']).toMatchObject({ reason: 'FailedCreate', example: 'shop/ReplicaSet/cart-5d4', nodes: [] });
});

it('a volume of ours that cannot be mounted is as good as a container that waits', async () => {
  await world.lead();
  const { metadata } = world.put('cart-0', { by: REPLICA_SET, ours: waiting('PodInitializing') });
  world.server.objects.put('/api/v1/namespaces/shop/events/e', {
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name: 'cart-0', uid: metadata['uid'] as string },
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed for volume "tracewell-logs" : hostPath type check failed',
    count: 5,
    lastTimestamp: new Date(world.time).toISOString(),
  });
  await world.known('cart-0');
  await soon('the Event', () => [...world.caches.refusals()].length > 0);
  await world.looks();
  world.time += 21 * S;
  await world.phaseIs('open');
  await world.hasGone('cart-0');
  expect(world.state['shop']!.reason).toBe('FailedMount');
});

it('a ConfigMap that somebody deleted closes all breakers', async () => {
  await world.lead();
  await world.stopped();
  await world.hasGone('cart-0');
  await soon('the copy', () => world.caches.breakerOf('shop') !== undefined);
  world.server.objects.remove(CONFIG_MAP);
  await soon('its end', () => world.caches.breakerOf('shop') === undefined);
  await world.looks();
  expect(world.server.objects.get(CONFIG_MAP)).toBeUndefined();
});

it('all of that takes one list of pods, and no request while all is well', async () => {
  await world.lead();
  for (const name of ['a', 'b', 'c']) world.put(name, { by: REPLICA_SET, ours: RUNNING, app: RUNNING });
  await world.known('c');
  const before = world.server.requests.length;
  world.time += 60 * S;
  await world.looks();
  expect(world.server.requests.slice(before)).toEqual([]);
  expect(world.server.seen('GET', '/api/v1/pods')).toHaveLength(1);
});
