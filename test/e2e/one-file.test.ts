import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../wait.ts';
import { faultsOfLines, recordsOf } from './records.ts';
import { counting, isInjected, World, type PodView, type PolicyStatusView } from './world.ts';

const NAMESPACE = 'one-file';
const LINES = 50;
const REPLICAS = 2;
const world = new World();
const { elasticsearch } = world;

/** Five seconds, ten lines in each. */
const JOB = `let n = 0; setInterval(() => { console.log('line=' + ++n); if (n === ${LINES}) process.exit(0); }, 100);`;

describe.skipIf(world.missing)(`all applied in one file ${world.missing}`, () => {
  let job: PodView;
  /** The status counted the Job's pod as missed while it ran. */
  let wasNamed = false;

  function manifests(): object[] {
    const deployment = world.deployment(NAMESPACE, 'app', counting(LINES, 100)) as { spec: object };
    const spec = { restartPolicy: 'Never', containers: [world.container(JOB)] };
    const template = { metadata: { labels: { 'app.kubernetes.io/name': 'job' } }, spec };
    return [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels: { team: NAMESPACE } } },
      {
        apiVersion: 'tracewell.dev/v1alpha1',
        kind: 'ClusterTracingPolicy',
        metadata: { name: NAMESPACE },
        spec: { namespaceSelector: { matchLabels: { team: NAMESPACE } } },
      },
      { ...deployment, spec: { ...deployment.spec, replicas: REPLICAS } },
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'job', namespace: NAMESPACE },
        spec: { backoffLimit: 0, template },
      },
    ];
  }

  /** Whether so many pods stand there as missed that the Job's is among them. */
  async function namesJob(): Promise<boolean> {
    const { status } = await world.get<{ status?: PolicyStatusView }>('clustertracingpolicy', NAMESPACE);
    return (status?.pods?.skipped ?? []).some(({ reason, count }) => reason === 'Missed' && count > REPLICAS);
  }

  beforeAll(async () => {
    const input = manifests()
      .map((object) => JSON.stringify(object))
      .join('\n---\n');
    await world.cluster.kubectl(['apply', '-f', '-'], { input });
    job = await until('the pod of the Job', async () => (await world.pods(NAMESPACE, 'job'))[0]);
    await until(
      'the Job to complete',
      async () => {
        wasNamed ||= await namesJob();
        const { status } = await world.get<{ status: { succeeded?: number } }>('job', 'job', '-n', NAMESPACE);
        return status.succeeded === 1;
      },
      { timeoutMs: 120_000, everyMs: 250 },
    );
  });
  afterAll(async () => {
    await world.kubectl('delete', 'clustertracingpolicy', NAMESPACE, '--ignore-not-found');
    await world.close();
  });

  /** Waits until as many lines of the pod are there, and says what is wrong with them. */
  async function faultsOf({ metadata: { name } }: PodView): Promise<string[]> {
    const records = () => recordsOf(elasticsearch, NAMESPACE, { term: { 'kubernetes.pod.name': name } });
    await until(`${LINES} lines of ${name}`, async () => (await records()).length >= LINES);
    return faultsOfLines(await records(), LINES);
  }

  it('every line of a five-second Job is there, or it was named as missed', async () => {
    let faults: string[] = [];
    if (isInjected(job)) faults = await faultsOf(job);
    else if (!wasNamed) faults = ['it has no sidecar, and nobody said so'];
    expect(faults).toEqual([]);
  });

  it('a Deployment is treated likewise; what was too early says how to mend that, and that does', async () => {
    const injected = async () => (await world.pods(NAMESPACE, 'app')).filter(isInjected);
    await world.available(NAMESPACE, 'app');
    const status = await until('a status that knows all pods of the Deployment', async () => {
      const { status: now } = await world.get<{ status?: PolicyStatusView }>('clustertracingpolicy', NAMESPACE);
      return now?.pods?.matched === REPLICAS ? now : undefined;
    });
    const missed = status.pods!.skipped.find(({ reason }) => reason === 'Missed');
    expect((await injected()).length + (missed?.count ?? 0)).toBe(REPLICAS);
    const { message } = status.conditions!.find(({ type }) => type === 'Injected')!;
    expect(message).toMatch(missed ? /restart their workload/ : /All 2 running pods have the sidecar/);
    await world.kubectl('rollout', 'restart', '-n', NAMESPACE, 'deployment/app');
    await world.kubectl('rollout', 'status', '-n', NAMESPACE, 'deployment/app', '--timeout=180s');
    const pods = await until('only pods with a sidecar', async () => {
      const now = await world.pods(NAMESPACE, 'app');
      return now.length === REPLICAS && now.every(isInjected) ? now : undefined;
    });
    for (const pod of pods) expect(await faultsOf(pod)).toEqual([]);
  });
});
