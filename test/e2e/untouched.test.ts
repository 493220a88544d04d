import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../wait.ts';
import { isInjected, World, type PodView } from './world.ts';

const REVIEWS = 'tracewell_admission_reviews_total';
const world = new World();

describe.skipIf(world.missing)(`namespaces without a policy ${world.missing}`, () => {
  afterAll(() => world.close());

  const create = async (namespace: string, name: string): Promise<PodView> => {
    await world.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { terminationGracePeriodSeconds: 1, containers: [world.container('setInterval(() => {}, 1e9)')] },
    });
    await world.kubectl('wait', '-n', namespace, '--for=condition=Ready', `pod/${name}`, '--timeout=120s');
    return world.get<PodView>('pod', name, '-n', namespace);
  };

  it('have pods created without the webhook being asked', async () => {
    await world.namespace('untouched');
    const before = await world.metric(REVIEWS);
    const pod = await create('untouched', 'plain');
    expect(isInjected(pod)).toBe(false);
    expect(await world.metric(REVIEWS)).toBe(before);
  });

  it('and with a policy it is asked', async () => {
    await world.namespace('touched');
    await world.policy('touched');
    const before = await world.metric(REVIEWS);
    const pod = await create('touched', 'plain');
    expect(isInjected(pod)).toBe(true);
    expect(await world.metric(REVIEWS)).toBeGreaterThan(before);
  });

  it('and again not, once the policy is deleted', async () => {
    await world.kubectl('delete', 'tracingpolicy', 'all', '-n', 'touched');
    await until('the entry to go', async () => {
      const configuration = await world.get('mutatingwebhookconfiguration', 'tracewell');
      return !JSON.stringify(configuration).includes('"touched"');
    });
    const before = await world.metric(REVIEWS);
    expect(isInjected(await create('touched', 'later'))).toBe(false);
    expect(await world.metric(REVIEWS)).toBe(before);
  });

  it('and the Secret with the key goes, once no sidecar needs it', async () => {
    expect(await world.kubectl('get', 'secret', 'tracewell', '-n', 'touched', '-o', 'name')).toContain('tracewell');
    await world.kubectl('delete', 'pod', 'plain', '-n', 'touched');
    await world.kubectl('wait', '-n', 'touched', '--for=delete', 'secret/tracewell', '--timeout=60s');
  });
});
