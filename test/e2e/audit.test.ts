import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaries } from '../cluster/binaries.ts';
import { clusterConfig } from '../cluster/config.ts';
import { packImage } from '../cluster/image.ts';
import { NAMESPACE } from '../installation.ts';
import { plainProgress } from '../progress.ts';
import { until } from '../wait.ts';
import { recordsOf } from './records.ts';
import { counting, isInjected, World, type PodView } from './world.ts';

interface EventView {
  reason: string;
  type: string;
  note: string;
  regarding: { name: string };
  reportingController: string;
}

/** A sidecar of an earlier version, that does nothing. */
const OLD_IMAGE = 'registry.example.com/tracewell/sidecar:0.0.1';

const world = new World();

const replicated = (namespace: string, name: string, replicas: number, script: string) => {
  const deployment = world.deployment(namespace, name, script) as { spec: object };
  return { ...deployment, spec: { ...deployment.spec, replicas } };
};
const eventsOf = async (namespace: string): Promise<EventView[]> => {
  const { items } = await world.get<{ items: EventView[] }>('events.events.k8s.io', '-n', namespace);
  return items.filter(({ reportingController }) => reportingController === 'tracewell');
};
const names = (pods: readonly PodView[]) => pods.map(({ metadata }) => metadata.name).toSorted();

describe.skipIf(world.missing)(`audit and repair ${world.missing}`, () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-test-'));
    for (const name of ['missed', 'never', 'rolled', 'governed']) await world.namespace(name);
  });
  afterAll(async () => {
    await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=2');
    await world.available(NAMESPACE, 'tracewell');
    const namespaces = ['missed', 'never', 'rolled', 'governed'];
    await world.kubectl('delete', 'namespaces', ...namespaces, '--ignore-not-found', '--wait=false');
    await rm(folder, { recursive: true, force: true });
    await world.close();
  });

  describe('after the operator was away', () => {
    let before: Record<'missed' | 'never', PodView[]>;

    beforeAll(async () => {
      await world.policy('missed');
      await world.policy('never', { rollout: { mode: 'Never' } });
      await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=0');
      await world.kubectl('wait', '-n', NAMESPACE, '--for=delete', 'pod', '--all', '--timeout=90s');
      for (const namespace of ['missed', 'never']) await world.apply(replicated(namespace, 'pair', 2, counting(5, 50)));
      for (const namespace of ['missed', 'never']) await world.available(namespace, 'pair');
      before = { missed: await world.pods('missed', 'pair'), never: await world.pods('never', 'pair') };
      await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=2');
      await world.available(NAMESPACE, 'tracewell');
    });

    it('pods that were missed are evicted once, and come back with a sidecar', async () => {
      expect([...before.missed, ...before.never].filter(isInjected)).toEqual([]);
      const pods = await until(
        'two pods with a sidecar',
        async () => {
          const now = await world.pods('missed', 'pair');
          return now.length === 2 && now.every(isInjected) ? now : undefined;
        },
        { timeoutMs: 180_000 },
      );
      expect(pods.some(({ metadata }) => before.missed.some((old) => old.metadata.uid === metadata.uid))).toBe(false);
      await until('the status to miss none', async () => (await world.policyStatus('missed')).pods?.injected === 2);
      expect(await world.metric('tracewell_evictions_total')).toBeGreaterThanOrEqual(2);
      const told = (await eventsOf('missed')).filter(({ reason }) => reason === 'Evicted');
      expect(told[0]).toMatchObject({ type: 'Normal', note: expect.stringMatching(/went in without/) as string });
      // Nothing is evicted again: those that came first are those that stay.
      await world.available('missed', 'pair');
      expect(names(await world.pods('missed', 'pair'))).toEqual(names(pods));
    });

    it('where the mode is Never they stay, and an Event and the status name them', async () => {
      const event = await until('the Event', async () =>
        (await eventsOf('never')).find((one) => one.reason === 'Missed'),
      );
      expect(event).toMatchObject({ type: 'Warning', regarding: { name: names(before.never)[0] } });
      expect(event.note).toMatch(/spec.rollout.mode of TracingPolicy never\/all is Never/);
      const { pods } = await world.policyStatus('never');
      expect(pods!.skipped).toEqual([{ reason: 'Missed', count: 2, example: names(before.never)[0] }]);
      expect(names(await world.pods('never', 'pair'))).toEqual(names(before.never));
      const described = await world.kubectl('describe', 'pod', '-n', 'never', names(before.never)[0]!);
      expect(described).toMatch(/Warning\s+Missed\s+.*tracewell/);
    });
  });

  it('a Deployment with outdated sidecars is rolled where the mode is Evict, and its disruption budget holds', async () => {
    await world.policy('rolled');
    const bin = await binaries('box', { cache: clusterConfig().cache, progress: plainProgress() });
    const box = { path: '/box', mode: 0o755, bytes: await readFile(join(bin, 'box')) };
    const archive = join(folder, 'old.tar');
    await writeFile(archive, packImage(OLD_IMAGE, [box], { Entrypoint: ['/box', 'pause'] }));
    const image = await world.cluster.loadImage(archive, OLD_IMAGE);

    await world.apply(replicated('rolled', 'web', 3, counting(5, 50)));
    await world.apply({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'rolled' },
      spec: { minAvailable: 2, selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } },
    });
    await world.available('rolled', 'web');
    const old = await world.pods('rolled', 'web');
    for (const name of names(old))
      await world.kubectl('set', 'image', '-n', 'rolled', `pod/${name}`, `tracewell=${image}`);
    await until('three outdated sidecars', async () => (await world.policyStatus('rolled')).pods?.outdated === 3);

    // Two at a time, but for the budget.
    const rollout = { mode: 'Evict', maxUnavailable: 2 };
    await world.kubectl(
      'patch',
      '-n',
      'rolled',
      'tracingpolicy/all',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { rollout } }),
    );
    let fewest = Infinity;
    await until(
      'three sidecars of today',
      async () => {
        const { status } = await world.get<{ status: { currentHealthy: number } }>('pdb', 'web', '-n', 'rolled');
        fewest = Math.min(fewest, status.currentHealthy);
        const now = await world.pods('rolled', 'web');
        return now.length === 3 && !now.some(({ metadata }) => names(old).includes(metadata.name));
      },
      { timeoutMs: 240_000 },
    );
    expect(fewest).toBeGreaterThanOrEqual(2);
    await until('the status to count none', async () => (await world.policyStatus('rolled')).pods?.outdated === 0);
  });

  it('when another policy comes to govern a running pod, its sidecar goes over to it', async () => {
    await world.policy('governed');
    const script = `let n = 0; setInterval(() => console.log('token=abc line=' + ++n), 200); process.on('SIGTERM', () => process.exit(0));`;
    await world.apply(world.deployment('governed', 'talker', script));
    await world.available('governed', 'talker');
    const [pod] = await world.pods('governed', 'talker');
    await until('the first records', async () => (await recordsOf(world.elasticsearch, 'governed')).length > 0);

    await world.apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'TracingPolicy',
      metadata: { name: 'other', namespace: 'governed' },
      spec: { priority: 1, logs: { redact: [{ pattern: 'line=', replacement: 'hidden=' }] } },
    });
    await until('the annotation', async () => {
      const [now] = await world.pods('governed', 'talker');
      return now!.metadata.annotations!['tracewell.dev/policy'] === 'TracingPolicy.other';
    });
    await until(
      'records by the new policy',
      async () => {
        const found = await recordsOf(world.elasticsearch, 'governed');
        return found.some(({ _source }) => _source.message?.includes('hidden='));
      },
      { timeoutMs: 180_000, everyMs: 1000 },
    );
    expect(names(await world.pods('governed', 'talker'))).toEqual(names([pod!]));
  });
});
