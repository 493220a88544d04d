import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BreakerWorld, ownerOf, REPLICA_SET, RUNNING, S, soon, waiting } from '../../test/operator/breaker-world.ts';
import { podOf, SETTINGS } from '../../test/operator/objects.ts';

let world: BreakerWorld;

beforeEach(async () => {
  world = await BreakerWorld.start();
});
afterEach(() => world.stop());

it('open, there is no canary', async () => {
  await world.lead();
  await world.stopped();
  await soon('the copy', () => world.caches.breakerOf('shop') !== undefined);
  expect(world.breaker!.isCanary('shop', podOf({}, { ownerReferences: [REPLICA_SET] }))).toBe(false);
});

describe('half-open', () => {
  const candidate = (name: string, by?: object) =>
    podOf({}, { name, namespace: 'shop', ...(by ? { ownerReferences: [by] } : {}) });
  const isCanary = (name: string, by?: object) => world.breaker!.isCanary('shop', candidate(name, by));
  beforeEach(async () => {
    await world.lead();
    await world.stopped();
    await world.hasGone('cart-0');
    world.time += 61 * S;
    await world.phaseIs('half-open');
    await soon('the copy', () => world.caches.breakers['shop']?.phase === 'half-open');
  });

  it('one pod is the canary, of a controller that would create it again', () => {
    expect([isCanary('bare'), isCanary('job', ownerOf('Job', 'batch/v1'))]).toEqual([false, false]);
    expect([isCanary('cart-1', REPLICA_SET), isCanary('cart-2', REPLICA_SET)]).toEqual([true, false]);
  });

  it('a pod of a Job is one when nothing better has come for five minutes', () => {
    world.time += 299 * S;
    expect(isCanary('job', ownerOf('Job', 'batch/v1'))).toBe(false);
    world.time += 1 * S;
    expect(isCanary('job', ownerOf('Job', 'batch/v1'))).toBe(true);
  });

  it('another one is tried when the first was never seen', () => {
    isCanary('cart-1', REPLICA_SET);
    world.time += 59 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(false);
    world.time += 1 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(true);
  });

  it('no other one while the canary is on its way, however long that takes', async () => {
    isCanary('cart-1', REPLICA_SET);
    world.put('cart-1', { by: REPLICA_SET, ours: waiting('PodInitializing') });
    await world.known('cart-1');
    await world.looks();
    world.time += 600 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(false);
  });

  it('closes when the canary starts, and says so', async () => {
    world.put('cart-1', { by: REPLICA_SET, ours: { running: { startedAt: new Date(world.time) } }, app: RUNNING });
    await world.known('cart-1');
    await world.looks();
    expect(world.state['shop']!.phase).toBe('half-open');
    world.time += 10 * S;
    await world.phaseIs('closed');
    await soon('the Event', () => world.notices.length > 1);
    expect(world.notices.at(-1)).toMatchObject({ type: 'Normal', reason: 'BreakerClosed' });
    await soon('the metric', async () => (await world.metric('tracewell_breaker_open{')).length === 1);
    expect(world.caches.breakerOf('shop')).toBeUndefined();
    expect(world.lines.at(-1)).toContain('injection goes on');
  });

  it('opens again when the canary is blocked, deletes it, and tells no second Event', async () => {
    await world.blocked('cart-1', { by: REPLICA_SET });
    await world.phaseIs('open');
    await world.hasGone('cart-1');
    expect(world.state['shop']!.openings).toBe(2);
    expect(new Set(world.notices.map(({ series }) => series))).toEqual(
      new Set([`open/shop/ImagePullBackOff/${SETTINGS.image}`]),
    );
  });

  it('goes on with the next leader', async () => {
    await world.nextLeader();
    expect(await world.metric('tracewell_breaker_open{')).toHaveLength(2);
    expect(isCanary('cart-1', REPLICA_SET)).toBe(true);
  });
});
