import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, isInjected, World, type PodView } from './world.ts';

/** Longer than a leader goes on without a word of the API server, which is ten seconds. */
const AWAY_MS = 14_000;
const LINES = 800;
const world = new World();
const { elasticsearch } = world;
const missing = world.missing || (world.cluster.provider === 'context' ? 'the API server is not ours to stop' : '');

describe.skipIf(missing)(`an API server that is away and comes back ${missing}`, () => {
  let talker: PodView;
  let replicas: PodView[];
  let ledBefore: string;

  const logOf = (pod: string) => world.kubectl('logs', pod, '-n', NAMESPACE);
  const holder = async () => {
    const { spec } = await world.get<{ spec: { holderIdentity: string } }>('lease', 'tracewell', '-n', NAMESPACE);
    return spec.holderIdentity.split('_')[0]!;
  };

  beforeAll(async () => {
    await world.namespace('outage');
    await world.policy('outage');
    await world.apply(world.deployment('outage', 'talker', counting(LINES, 50)));
    await world.available('outage', 'talker');
    [talker] = (await world.pods('outage', 'talker')) as [PodView];
    await until('the first lines', async () => (await recordsOf(elasticsearch, 'outage')).length > 0);
    replicas = await world.pods(NAMESPACE, 'tracewell');
    ledBefore = await holder();
    await world.cluster.withoutApiServer(() => delay(AWAY_MS));
  });
  afterAll(async () => {
    await world.kubectl('delete', 'namespaces', 'outage', 'after-outage', '--ignore-not-found', '--wait=false');
    await world.close();
  });

  it('makes the leader give up, and one leads again', async () => {
    expect(await logOf(ledBefore)).toContain('the Lease could not be renewed in time');
    await until('one leader', async () => (await world.metric('tracewell_leader')) === 1);
    expect(replicas.map(({ metadata }) => metadata.name)).toContain(await holder());
  });

  it('ends no replica', async () => {
    const now = await world.pods(NAMESPACE, 'tracewell');
    const lives = (pods: PodView[]) =>
      pods.map(({ metadata, status }) => `${metadata.name} ${status.containerStatuses![0]!.restartCount}`).toSorted();
    expect(lives(now)).toEqual(lives(replicas));
  });

  it('is noticed by no sidecar', () =>
    expectEveryLineOnce(elasticsearch, { namespace: 'outage', pod: talker.metadata.name, lines: LINES }));

  it('is followed again: a new policy is in force within seconds, and its pods are injected', async () => {
    await world.namespace('after-outage');
    const began = performance.now();
    await world.policy('after-outage');
    expect(performance.now() - began).toBeLessThan(10_000);
    await world.apply(world.deployment('after-outage', 'new', counting(1, 50)));
    await world.available('after-outage', 'new');
    expect((await world.pods('after-outage', 'new')).map(isInjected)).toEqual([true]);
    await until('the status to count it', async () => (await world.policyStatus('after-outage')).pods?.injected === 1);
  });
});
