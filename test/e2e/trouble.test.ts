import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { hurried } from '../prometheus/rules.ts';
import { until } from '../wait.ts';
import { Prometheus } from './prometheus.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, isInjected, World } from './world.ts';

const LINES = 1_000;
const NOWHERE = 'https://elasticsearch.nowhere.svc:9200';
const ALERT = 'TracewellElasticsearchNotReady';
const TOLD = { runbook_url: 'docs/runbooks.md#tracewellelasticsearchnotready' };
const world = new World();
const { elasticsearch } = world;

describe.skipIf(world.missing)(`trouble with Elasticsearch ${world.missing}`, () => {
  let pod: string;
  /** Where there is none, nobody is told. */
  let prometheus: Prometheus | undefined;
  beforeAll(async () => {
    const programs = inject('prometheus');
    if (!('missing' in programs)) prometheus = await Prometheus.start(world, programs.prometheus, hurried());
    await world.namespace('trouble');
    await world.policy('trouble');
    await world.apply(world.deployment('trouble', 'talks', counting(LINES, 100)));
    await world.available('trouble', 'talks');
    pod = (await world.pods('trouble', 'talks'))[0]!.metadata.name;
    await until('the first lines', async () => (await recordsOf(elasticsearch, 'trouble')).length > 0);
  });
  afterAll(async () => {
    await prometheus?.stop();
    await world.close();
  });

  const sidecarLog = () => world.kubectl('logs', '-n', 'trouble', pod, '-c', 'tracewell');
  const condition = async (namespace: string, type: string) =>
    (await world.policyStatus(namespace)).conditions?.find((one) => one.type === type);

  it('a key that was revoked: the sidecar says so, and goes on with the next one without a restart', async () => {
    const { metadata } = await world.get<{ metadata: { annotations: Record<string, string> } }>(
      'secret',
      'tracewell',
      '-n',
      'trouble',
    );
    const id = metadata.annotations['tracewell.dev/api-key-id'];
    const { status } = await elasticsearch.request('DELETE', '/_security/api_key', { ids: [id] });
    expect(status).toBe(200);
    await until('the sidecar to say so', async () => (await sidecarLog()).includes('401'));
    expect(await sidecarLog()).toMatch(/"url":"https:\/\/elasticsearch\.elastic\.svc:9200",.*"reason":"401 [^"]+"/);
    await world.kubectl('delete', 'secret', 'tracewell', '-n', 'trouble');
    await until('lines to arrive again', async () => (await sidecarLog()).includes('takes records again'), {
      timeoutMs: 180_000,
      everyMs: 1_000,
    });
  });

  it('a wrong address in the values: applications start, and the status says what is wrong', async () => {
    await useUrl(NOWHERE);
    await world.namespace('unreachable');
    await world.apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'TracingPolicy',
      metadata: { name: 'all', namespace: 'unreachable' },
      spec: {},
    });
    await world.apply(world.deployment('unreachable', 'starts', counting(5, 10)));
    await world.available('unreachable', 'starts');
    expect(isInjected((await world.pods('unreachable', 'starts'))[0]!)).toBe(false);
    const ready = await until('the condition', () => condition('unreachable', 'ElasticsearchReady'));
    expect(ready).toMatchObject({ status: 'False', reason: 'Unreachable' });
    expect(ready.message).toContain(NOWHERE);
    expect(ready.message).toContain('Check elasticsearch.urls');
    expect(await condition('unreachable', 'Injected')).toMatchObject({ status: 'False', reason: 'NotInForce' });
  });

  it('an alert says so, with a link to what to do', async () => {
    expect(await (prometheus?.fires(ALERT) ?? TOLD)).toMatchObject(TOLD);
  });

  it('and all is well again once it is corrected: nothing was lost', async () => {
    await useUrl('https://elasticsearch.elastic.svc:9200');
    const ready = async () => (await condition('unreachable', 'ElasticsearchReady'))?.status === 'True';
    await until('the condition to be True', ready, { timeoutMs: 120_000 });
    await prometheus?.resolves(ALERT);
    await expectEveryLineOnce(elasticsearch, { namespace: 'trouble', pod, lines: LINES });
  });

  /** What a person does: `helm upgrade` with another address. */
  async function useUrl(url: string): Promise<void> {
    const chart = new URL('../../charts/tracewell', import.meta.url).pathname;
    const args = ['upgrade', 'tracewell', chart, '-n', NAMESPACE, '--reuse-values', '--wait', '--timeout', '180s'];
    await world.cluster.helm([...args, '--set', `elasticsearch.urls={${url}}`]);
  }
});
