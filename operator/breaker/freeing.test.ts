import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BreakerWorld,
  CONFIG_MAP,
  ownerOf,
  PODS,
  REPLICA_SET,
  RUNNING,
  S,
  soon,
} from '../../test/operator/breaker-world.ts';

let world: BreakerWorld;

beforeEach(async () => {
  world = await BreakerWorld.start();
});
afterEach(() => world.stop());

describe('a pod that waits for the sidecar', () => {
  it('is deleted once that is known to all, of the version that was seen', async () => {
    await world.lead();
    await world.stopped();
    await world.hasGone('cart-0');
    expect(world.server.seen('DELETE', PODS)[0]!.body).toMatchObject({
      kind: 'DeleteOptions',
      preconditions: { uid: expect.stringContaining('cart-0'), resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    await soon('the count', async () => (await world.metric('tracewell_breaker_deleted')).length > 0);
    expect(await world.metric('tracewell_breaker_deleted')).toEqual([
      'tracewell_breaker_deleted_pods_total{namespace="shop"} 1',
    ]);
  });

  it('stays when it has changed meanwhile, and is looked at again', async () => {
    world.server.fail('DELETE', `${PODS}/cart-0`, { status: 409, message: 'the version is another one' }, 2);
    await world.lead();
    await world.stopped();
    await world.hasGone('cart-0');
    expect(world.server.seen('DELETE', `${PODS}/cart-0`).length).toBe(3);
    expect(world.lines.join()).not.toContain('cannot delete');
  });

  it('whose application runs, but which is not ready for our sake, is evicted', async () => {
    await world.lead();
    const app = { ...RUNNING, ready: true };
    const at = new Date(world.time);
    const ours = { terminated: { exitCode: 1, reason: 'Error', startedAt: at, finishedAt: at } };
    await world.blocked('cart-0', { by: REPLICA_SET, ours, app });
    await world.hasGone('cart-0');
    expect(world.server.seen('DELETE', PODS)).toEqual([]);
    expect(world.server.seen('POST', `${PODS}/cart-0/eviction`)).toHaveLength(1);
  });

  it('that may not be deleted is tried again and again, and said once', async () => {
    const mend = world.server.fail('DELETE', PODS, { status: 403, message: 'no' });
    await world.lead();
    for (const name of ['cart-0', 'cart-1']) world.put(name, { by: REPLICA_SET });
    await world.known('cart-1');
    await world.looks();
    world.time += 21 * S;
    await soon('tries', () => world.server.seen('DELETE', PODS).length > 6);
    expect(world.lines.filter((line) => line.includes('cannot delete'))).toHaveLength(1);
    mend();
    await world.hasGone('cart-0');
    await world.hasGone('cart-1');
  });

  it('that nothing would create again is left, and named', async () => {
    await world.lead();
    await world.blocked('cart-0');
    await soon('a word', () => world.notices.some(({ regarding }) => regarding.kind === 'Pod'));
    expect(world.isThere('cart-0')).toBe(true);
    expect(world.notices.find(({ regarding }) => regarding.kind === 'Pod')).toMatchObject({
      regarding: { namespace: 'shop', name: 'cart-0' },
      reason: 'BreakerOpen',
      note: expect.stringContaining('Delete it and create it again'),
    });
  });

  it.each<[string, object, object, boolean]>([
    ['has failures left', { backoffLimit: 1 }, { failed: 0 }, true],
    ['says nothing', {}, {}, true],
    ['has none left', { backoffLimit: 2 }, { failed: 2 }, false],
    ['may not fail at all', { backoffLimit: 0 }, {}, false],
    ['has rules for failures', { podFailurePolicy: {} }, {}, false],
    ['counts by index', { backoffLimitPerIndex: 3 }, {}, false],
  ])('of a Job that %s', async (_, spec, status, isDeleted) => {
    world.server.objects.put('/apis/batch/v1/namespaces/shop/jobs/report', {
      metadata: { name: 'report' },
      spec,
      status,
    });
    await world.lead();
    await world.blocked('report-x', { by: ownerOf('Job', 'batch/v1', 'report') });
    await soon(
      'a deed',
      () => !world.isThere('report-x') || world.notices.some(({ regarding }) => regarding.kind === 'Pod'),
    );
    expect(world.isThere('report-x')).toBe(!isDeleted);
    expect(world.server.seen('GET', '/apis/batch')).toHaveLength(1);
  });

  it('is not deleted before the breaker is written: it would come back with a sidecar', async () => {
    const mend = world.server.fail('PATCH', CONFIG_MAP, { status: 500, message: 'etcd is away' });
    await world.lead();
    await world.blocked('cart-0', { by: REPLICA_SET });
    await soon('tries', () => world.server.seen('PATCH', CONFIG_MAP).length > 2);
    expect(world.isThere('cart-0')).toBe(true);
    expect(world.lines.filter((line) => line.includes('etcd is away'))).toHaveLength(1);
    mend();
    await world.hasGone('cart-0');
    expect(world.state['shop']!.phase).toBe('open');
  });
});
