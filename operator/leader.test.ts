import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wait } from '../runtime/wait.ts';
import { ApiServer } from '../test/operator/api-server.ts';
import { keepingLog } from '../test/operator/log.ts';
import { until } from '../test/wait.ts';
import { Cluster } from './cluster.ts';
import { Leader, type Timing } from './leader.ts';
import type { Lease } from './lease.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/ops/leases';
const PATH = `${LEASES}/tracewell`;
const TIMING: Timing = { durationSeconds: 3, renewMs: 1500, retryMs: 20 };
const quick = { everyMs: 5 };

let server: ApiServer;
let leaders: Leader[];
let events: string[];
let lines: string[];
let keeping: ReturnType<typeof keepingLog>;

beforeEach(async () => {
  server = await ApiServer.start();
  leaders = [];
  events = [];
  keeping = keepingLog();
  ({ lines } = keeping);
});
afterEach(async () => {
  await Promise.all(leaders.map((leader) => leader.stop()));
  await server.stop();
});

function create(identity: string, more: Partial<ConstructorParameters<typeof Leader>[0]> = {}): Leader {
  const leader = new Leader({
    cluster: new Cluster(server.config()),
    namespace: 'ops',
    name: 'tracewell',
    identity,
    onGained: () => void events.push(`${identity} gained`),
    onLost: () => void events.push(`${identity} lost`),
    clock: () => performance.now(),
    now: () => new Date(),
    random: Math.random,
    log: keeping.log,
    timing: TIMING,
    ...more,
  });
  leaders.push(leader);
  leader.start();
  return leader;
}
const leads = (leader: Leader) => until('it to lead', () => leader.isLeader, quick);
const holder = () => server.objects.get<Lease>(PATH)?.spec?.holderIdentity;
const renewals = () => server.seen('PUT', PATH).length;
const writtenAgain = async () => {
  const before = renewals();
  await until('renewals', () => renewals() > before + 2, quick);
};
const setHolder = (holderIdentity: string) => {
  const { metadata, spec } = server.objects.get<Lease>(PATH)!;
  server.objects.put(PATH, { metadata: { name: metadata.name }, spec: { ...spec, holderIdentity } });
};

describe('the leader', () => {
  it('is the only replica, at once, and stays it by renewing', async () => {
    const only = create('a');
    await leads(only);
    expect(holder()).toBe('a');
    await writtenAgain();
    expect([events, only.isLeader]).toEqual([['a gained'], true]);
    expect(server.objects.get<Lease>(PATH)!.spec).toMatchObject({ leaseDurationSeconds: 3, leaseTransitions: 0 });
  });

  it('asks once for each renewal', async () => {
    await leads(create('a'));
    const before = server.requests.length;
    await writtenAgain();
    expect(new Set(server.requests.slice(before).map(({ method }) => method))).toEqual(new Set(['PUT']));
  });

  it('is one of many that start together', async () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((identity) => create(identity));
    await until('a leader', () => all.some((one) => one.isLeader), quick);
    await writtenAgain();
    expect(all.filter((one) => one.isLeader)).toHaveLength(1);
    expect(events).toEqual([`${holder()} gained`]);
  });

  it('is another one at once when it stops, and only after what it ran has stopped', async () => {
    const first = create('a', {
      onLost: async () => {
        events.push('a is losing');
        await wait(100);
        events.push(`a lost; held by ${holder()}`);
      },
    });
    await leads(first);
    const second = create('b');
    await writtenAgain();
    const began = performance.now();
    await first.stop();
    await leads(second);
    expect(performance.now() - began).toBeLessThan(TIMING.durationSeconds * 1000);
    expect(events).toEqual(['a gained', 'a is losing', 'a lost; held by a', 'b gained']);
    expect(server.objects.get<Lease>(PATH)!.spec!.leaseTransitions).toBe(1);
  });

  it('is another one when it says nothing for long enough', async () => {
    server.objects.put(PATH, {
      metadata: { name: 'tracewell' },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 1, renewTime: '2999-01-01T00:00:00.000000Z' },
    });
    const began = performance.now();
    await leads(create('b'));
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  it('gives up when it cannot renew in time, before another one may take over, and can lead again', async () => {
    const leader = create('a');
    await leads(leader);
    const heal = server.fail('PUT', PATH, 'hang');
    const began = performance.now();
    await until('it to give up', () => !leader.isLeader, quick);
    expect(performance.now() - began).toBeLessThan(TIMING.durationSeconds * 1000);
    expect(events).toEqual(['a gained', 'a lost']);
    heal();
    await leads(leader);
    expect(events).toEqual(['a gained', 'a lost', 'a gained']);
  });

  it('outlives errors that pass', async () => {
    const leader = create('a');
    await leads(leader);
    server.fail('PUT', PATH, { status: 503, message: 'starting' }, 3);
    await writtenAgain();
    await writtenAgain();
    expect([events, leader.isLeader]).toEqual([['a gained'], true]);
    expect(lines.filter((line) => line.includes('cannot reach the Lease'))).toHaveLength(1);
  });

  it('gives up at once when another one holds the Lease', async () => {
    const leader = create('a', { timing: { ...TIMING, renewMs: 60_000, durationSeconds: 60 } });
    await leads(leader);
    setHolder('b');
    await until('it to give up', () => events.includes('a lost'), quick);
    expect(leader.isLeader).toBe(false);
    expect(holder()).toBe('b');
    expect(lines.some((line) => line.includes('b holds the Lease'))).toBe(true);
  });

  it('stays it when somebody else writes to the Lease, or deletes it', async () => {
    const leader = create('a');
    await leads(leader);
    const { spec } = server.objects.get<Lease>(PATH)!;
    server.objects.put(PATH, { metadata: { name: 'tracewell', labels: { team: 'x' } }, spec });
    await writtenAgain();
    expect(server.objects.get<Lease>(PATH)!.metadata.labels).toEqual({ team: 'x' });
    server.objects.remove(PATH);
    await until('the Lease', () => holder() === 'a', quick);
    await writtenAgain();
    expect([events, leader.isLeader]).toEqual([['a gained'], true]);
  });

  it('stays a follower while the API server refuses, and says why once', async () => {
    server.fail('POST', LEASES, { status: 403, message: 'leases is forbidden' });
    const leader = create('a');
    await until('some tries', () => server.seen('POST', LEASES).length > 3, quick);
    expect(leader.isLeader).toBe(false);
    expect(lines.filter((line) => line.includes('leases is forbidden'))).toHaveLength(1);
  });

  it('gives the Lease back when what it should run does not start', async () => {
    let broken = true;
    const leader = create('a', {
      onGained: () => {
        if (broken) throw new Error('no room');
        events.push('a gained');
      },
    });
    await until('the Lease to be free', () => holder() === '', quick);
    expect(lines.some((line) => line.includes('no room'))).toBe(true);
    broken = false;
    await leads(leader);
    expect(events).toEqual(expect.arrayContaining(['a lost', 'a gained']));
  });

  it('ends in time when the API server is away', async () => {
    const leader = create('a');
    await leads(leader);
    server.fail('PUT', PATH, 'hang');
    server.fail('GET', PATH, 'hang');
    await leader.stop();
    expect(events).toEqual(['a gained', 'a lost']);
    expect(lines.some((line) => line.includes('cannot free the Lease'))).toBe(true);
  });
});
