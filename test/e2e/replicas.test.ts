import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { isInjected, World, type PodView } from './world.ts';

/** At least so many pods, in portions of one kubectl each. */
const PODS = 1000;
const PORTION = 25;

const world = new World();

describe.skipIf(world.missing)(`two replicas ${world.missing}`, () => {
  beforeAll(async () => {
    await world.namespace('replicas');
    await world.policy('replicas');
  });
  afterAll(async () => {
    await world.kubectl('delete', 'namespaces', 'replicas', 'succession', '--ignore-not-found', '--wait=false');
    await world.close();
  });

  const replicas = async () => (await world.pods(NAMESPACE, 'tracewell')).map(({ metadata }) => metadata.name);
  /** The pod that holds the Lease. */
  const leader = async (): Promise<string> => {
    const { spec } = await world.get<{ spec: { holderIdentity: string } }>('lease', 'tracewell', '-n', NAMESPACE);
    return spec.holderIdentity.split('_')[0]!;
  };
  const available = async () => {
    await world.kubectl('rollout', 'status', 'deployment/tracewell', '-n', NAMESPACE, '--timeout=180s');
  };
  /** Nobody schedules it, so that it costs nothing but what is looked at here: its admission. */
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'replicas' },
    spec: {
      schedulerName: 'nobody',
      terminationGracePeriodSeconds: 0,
      containers: [world.container('')],
    },
  });
  const create = (pods: object[]) =>
    world.cluster.kubectl(['create', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }),
    });

  it('are both ready, and one of them leads', async () => {
    await available();
    const names = await replicas();
    expect(names).toHaveLength(2);
    expect(names).toContain(await leader());
    expect(await world.metric('tracewell_leader')).toBe(1);
  });

  it('are none the worse when the leader is deleted: another one leads within seconds', async () => {
    const before = await leader();
    await world.kubectl('delete', 'pod', before, '-n', NAMESPACE, '--wait=false');
    // The one that was there, or the one that comes in place of it.
    await until('another leader', async () => !['', before].includes(await leader()), { timeoutMs: 30_000 });
    await world.namespace('succession');
    await world.policy('succession');
    await available();
    expect(await replicas()).not.toContain(before);
  });

  it('go on injecting when their certificates are deleted, and publish the new authority beside the old one', async () => {
    const authorities = async () => {
      const { webhooks } = await world.get<{ webhooks: { clientConfig: { caBundle: string } }[] }>(
        'mutatingwebhookconfiguration',
        'tracewell',
      );
      return webhooks.map(({ clientConfig }) =>
        Buffer.from(clientConfig.caBundle, 'base64')
          .toString()
          .split(/(?=-----BEGIN)/),
      );
    };
    const [[old]] = (await authorities()) as [[string]];
    await world.kubectl('delete', 'secret', 'tracewell-certs', '-n', NAMESPACE);
    let made = 0;
    await until('the new authority to be published', async () => {
      await create([pod(`renewed-${made++}`)]);
      const all = await authorities();
      return all.length > 0 && all.every((bundle) => bundle.length === 2 && bundle[1] === old);
    });
    await create([pod(`renewed-${made++}`)]);
    const { items } = await world.get<{ items: PodView[] }>('pods', '-n', 'replicas');
    expect(items).toHaveLength(made);
    expect(items.filter((one) => !isInjected(one)).map(({ metadata }) => metadata.name)).toEqual([]);
    await available();
  });

  it(`are replaced one by one, while ${PODS} pods and more are created: none is blocked, and each is injected`, async () => {
    const before = await replicas();
    await world.kubectl('rollout', 'restart', 'deployment/tracewell', '-n', NAMESPACE);
    const rollout = { over: false };
    const replaced = (async () => {
      await available();
      const old = before.map((name) => `pod/${name}`);
      await world.kubectl('wait', '--for=delete', ...old, '-n', NAMESPACE, '--timeout=120s');
      rollout.over = true;
    })();
    const created: string[] = [];
    const began = performance.now();
    while (!rollout.over || created.length < PODS) {
      const portion = Array.from({ length: PORTION }, (_, index) => `rolling-${created.length + index}`);
      await create(portion.map(pod));
      created.push(...portion);
      // Spread over the whole of it, not all at its beginning.
      if (!rollout.over) await delay(Math.max(0, (created.length / PODS) * 30_000 - (performance.now() - began)));
    }
    await replaced;
    expect((await replicas()).filter((name) => before.includes(name))).toEqual([]);
    const line = '{.metadata.name}{" "}{.spec.initContainers[*].name}{"\\n"}';
    const found = await world.kubectl('get', 'pods', '-n', 'replicas', '-o', `jsonpath={range .items[*]}${line}{end}`);
    const rolling = found.split('\n').filter((one) => one.startsWith('rolling-'));
    expect(rolling).toHaveLength(created.length);
    expect(rolling.filter((one) => !one.endsWith(' tracewell'))).toEqual([]);
  });
});
