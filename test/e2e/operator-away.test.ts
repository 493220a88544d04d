import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, isInjected, World } from './world.ts';

interface EventView {
  regarding: { kind: string; name: string };
  type: string;
  reason: string;
  note: string;
}

const LINES = 400;
const world = new World();
const { elasticsearch } = world;

describe.skipIf(world.missing)(`while the operator is away ${world.missing}`, () => {
  let early: string;
  let late: string;

  beforeAll(async () => {
    await world.namespace('away');
    await world.policy('away');
    await world.apply(world.deployment('away', 'early', counting(LINES, 50)));
    await world.available('away', 'early');
    early = (await world.pods('away', 'early'))[0]!.metadata.name;
    await until('the first lines', async () => (await recordsOf(elasticsearch, 'away')).length > 0);
    // No replacement comes, and what runs is killed, not asked to end.
    await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=0');
    await world.kubectl('delete', 'pod', '-n', NAMESPACE, '--all', '--force', '--grace-period=0');
    await world.kubectl('wait', '-n', NAMESPACE, '--for=delete', 'pod', '--all', '--timeout=60s');
  });

  afterAll(async () => {
    await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=2');
    await world.available(NAMESPACE, 'tracewell');
    await world.close();
  });

  it('running sidecars go on and lose nothing', async () => {
    const before = await recordsOf(elasticsearch, 'away');
    expect(before.length).toBeLessThan(LINES);
    await expectEveryLineOnce(elasticsearch, { namespace: 'away', pod: early, lines: LINES });
  });

  it('new pods start, without a sidecar', async () => {
    await world.apply(world.deployment('away', 'late', counting(5, 50)));
    await world.available('away', 'late');
    const [pod] = await world.pods('away', 'late');
    expect(isInjected(pod!)).toBe(false);
    late = pod!.metadata.name;
  });

  it('and once it is back, an index template that was changed meanwhile is put back, and one Event says so', async () => {
    const path = '/_index_template/logs-tracewell';
    type Shown = { index_templates: { index_template: { priority: number } }[] };
    const shown = async () => (await elasticsearch.request<Shown>('GET', path)).body.index_templates[0]!.index_template;
    const { priority, ...rest } = await shown();
    const writable = Object.fromEntries(Object.entries(rest).filter(([name]) => !name.includes('_date')));
    expect((await elasticsearch.request('PUT', path, { ...writable, priority: 300 })).status).toBe(200);
    await world.kubectl('scale', '-n', NAMESPACE, 'deployment/tracewell', '--replicas=2');
    await world.available(NAMESPACE, 'tracewell');
    const told = await until('an Event', async () => {
      const { items } = await world.get<{ items: EventView[] }>('events.events.k8s.io', '-n', NAMESPACE);
      const repairs = items.filter(({ reason }) => reason === 'TemplateRepaired');
      return repairs.length > 0 ? repairs : undefined;
    });
    expect(told).toMatchObject([{ regarding: { kind: 'Deployment', name: 'tracewell' }, type: 'Warning' }]);
    expect(told[0]!.note).toContain('logs-tracewell in Elasticsearch was changed by somebody else');
    expect((await shown()).priority).toBe(priority);
  });

  it('and the status names them', async () => {
    const { pods, conditions } = await until('the status to count the new pod', async () => {
      const status = await world.policyStatus('away');
      return status.pods?.matched === 2 ? status : undefined;
    });
    expect(pods).toMatchObject({
      matched: 2,
      injected: 1,
      skipped: [{ reason: 'Missed', count: 1, example: late }],
    });
    const injected = conditions!.find(({ type }) => type === 'Injected')!;
    expect(injected).toMatchObject({ status: 'False', reason: 'PodsWithoutSidecar' });
    expect(injected.message).toContain(late);
  });

  it('and its pods are injected again when they are created again', async () => {
    await world.kubectl('rollout', 'restart', '-n', 'away', 'deployment/late');
    await world.kubectl('rollout', 'status', '-n', 'away', 'deployment/late', '--timeout=120s');
    const pod = await until('one pod', async () => {
      const pods = await world.pods('away', 'late');
      return pods.length === 1 ? pods[0] : undefined;
    });
    expect(isInjected(pod)).toBe(true);
    await expectEveryLineOnce(elasticsearch, { namespace: 'away', pod: pod.metadata.name, lines: 5 });
    await until('the status to miss none', async () => (await world.policyStatus('away')).pods?.injected === 2);
    expect((await world.policyStatus('away')).pods).toMatchObject({ matched: 2, injected: 2, skipped: [] });
  });
});
