import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NAMESPACE } from '../installation.ts';
import { hurried } from '../prometheus/rules.ts';
import { until } from '../wait.ts';
import { Gate } from './gate.ts';
import { Prometheus } from './prometheus.ts';
import { expectEveryLineOnce, recordsOf } from './records.ts';
import { counting, isInjected, World } from './world.ts';

const LINES = 1_200;
/** Of a pod that talks while Elasticsearch is away. */
const INTERRUPTED = 300;
const NOWHERE = 'https://elasticsearch.nowhere.svc:9200';
const ALERT = 'TracewellElasticsearchNotReady';
/** A sidecar's word that its key was refused. */
const REFUSED = /"url":"https:\/\/elasticsearch\.elastic\.svc:9200",.*"reason":"401 [^"]+"/;
const TOLD = { runbook_url: 'docs/runbooks.md#tracewellelasticsearchnotready' };
/** One that does not wait to be in force, as `world.policy` does. */
const policyIn = (namespace: string) => ({
  apiVersion: 'tracewell.dev/v1alpha1',
  kind: 'TracingPolicy',
  metadata: { name: 'all', namespace },
  spec: {},
});
const world = new World();
const { elasticsearch } = world;

describe.skipIf(world.missing)(`trouble with Elasticsearch ${world.missing}`, () => {
  let pod: string;
  /** Where there is none, nobody is told. */
  let prometheus: Prometheus | undefined;
  /** By which the operator reaches Elasticsearch in the end. */
  let way: Awaited<ReturnType<typeof Gate.before>> | undefined;
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
    // Else Elasticsearch would be away for all tests that come.
    await way?.remove();
    await prometheus?.stop();
    await world.close();
  });

  const sidecarLog = () => world.kubectl('logs', '-n', 'trouble', pod, '-c', 'tracewell');
  const condition = async (namespace: string, type: string) =>
    (await world.policyStatus(namespace)).conditions?.find((one) => one.type === type);

  /** Of the namespace, as it stands in its Secret: its id and the key itself. */
  async function key(): Promise<{ id: string; encoded: string }> {
    const secret = ['secret', 'tracewell', '-n', 'trouble'] as const;
    type Secret = { metadata: { annotations: Record<string, string> }; data: Record<string, string> };
    const { metadata, data } = await world.get<Secret>(...secret);
    const encoded = Buffer.from(data['api-key']!, 'base64').toString();
    return { id: metadata.annotations['tracewell.dev/api-key-id']!, encoded };
  }

  async function revoke(id: string): Promise<void> {
    const { status } = await elasticsearch.request('DELETE', '/_security/api_key', { ids: [id] });
    expect(status).toBe(200);
  }

  it('a key that is near its end is renewed while the pod talks: the sidecar goes over, and is never refused', async () => {
    const before = await key();
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    await world.kubectl(
      'annotate',
      'secret/tracewell',
      '-n',
      'trouble',
      '--overwrite',
      `tracewell.dev/api-key-expires=${soon}`,
    );
    const { encoded } = await until('another key', async () => {
      const now = await key();
      return now.id === before.id ? undefined : now;
    });
    const read = "process.stdout.write(require('fs').readFileSync(process.env.TRACEWELL_CONFIG + '/api-key', 'utf8'))";
    const inPod = () =>
      world.kubectl('exec', '-n', 'trouble', pod, '-c', 'tracewell', '--', '/usr/local/bin/node', '-e', read);
    await until('the kubelet to bring it', async () => (await inPod()) === encoded, {
      timeoutMs: 180_000,
      everyMs: 1_000,
    });
    // The sidecar looks at its configuration every few seconds; with the key before, nothing would arrive from here on.
    const there = (await recordsOf(elasticsearch, 'trouble')).length;
    const more = async (lines: number) => (await recordsOf(elasticsearch, 'trouble')).length >= there + lines;
    await until('some seconds of lines', () => more(100), { timeoutMs: 60_000 });
    await revoke(before.id);
    await until('more of them', () => more(150), { timeoutMs: 60_000 });
    expect(await sidecarLog()).not.toMatch(REFUSED);
  });

  it('a key that was revoked: the sidecar says so, and goes on with the next one without a restart', async () => {
    await revoke((await key()).id);
    const said = await until('the sidecar to say so', async () => REFUSED.exec(await sidecarLog())?.[0]);
    expect(said).toContain('security_exception');
    await world.kubectl('delete', 'secret', 'tracewell', '-n', 'trouble');
    await until('lines to arrive again', async () => (await sidecarLog()).includes('takes records again'), {
      timeoutMs: 180_000,
      everyMs: 1_000,
    });
  });

  it('a wrong address in the values: applications start, and the status says what is wrong', async () => {
    await useUrl(NOWHERE);
    await world.namespace('unreachable');
    await world.apply(policyIn('unreachable'));
    await world.apply(world.deployment('unreachable', 'starts', counting(5, 10)));
    await world.available('unreachable', 'starts');
    expect(isInjected((await world.pods('unreachable', 'starts'))[0]!)).toBe(false);
    const ready = await until('the condition', () => condition('unreachable', 'ElasticsearchReady'));
    expect(ready).toMatchObject({ status: 'False', reason: 'Unreachable' });
    expect(ready.message).toContain(NOWHERE);
    expect(ready.message).toContain('Check elasticsearch.urls');
    expect(await condition('unreachable', 'Injected')).toMatchObject({ status: 'False', reason: 'NotInForce' });
  });

  it('and all is well once it is corrected', async () => {
    // The operator that comes connects by it.
    way = await Gate.before(world);
    await useUrl('https://elasticsearch.elastic.svc:9200');
    await isReady('unreachable');
    await world.namespace('interrupted');
    await world.policy('interrupted');
    await world.apply(world.deployment('interrupted', 'talks', counting(INTERRUPTED, 100)));
    await world.available('interrupted', 'talks');
    await until('the first lines', async () => (await recordsOf(elasticsearch, 'interrupted')).length > 0);
    expect(await condition('unreachable', 'Injected')).not.toMatchObject({ reason: 'NotInForce' });
  });

  it('an Elasticsearch that stops: an alert says so, with a link to what to do', async () => {
    await way!.gate.cut();
    await world.namespace('stopped');
    // A namespace that is new is looked at now, others within a minute.
    await world.apply(policyIn('stopped'));
    const ready = await until('the condition', () => condition('stopped', 'ElasticsearchReady'));
    expect(ready).toMatchObject({ status: 'False', reason: 'Unreachable' });
    expect(await (prometheus?.fires(ALERT) ?? TOLD)).toMatchObject(TOLD);
  });

  it('and that comes back: the alert ends, and nothing was lost', async () => {
    await way!.gate.mend();
    await isReady('stopped');
    await prometheus?.resolves(ALERT);
    await expectEveryLineOnce(elasticsearch, { namespace: 'trouble', pod, lines: LINES });
    const { name } = (await world.pods('interrupted', 'talks'))[0]!.metadata;
    await expectEveryLineOnce(elasticsearch, { namespace: 'interrupted', pod: name, lines: INTERRUPTED });
  });

  const isReady = (namespace: string) =>
    until(
      'the condition to be True',
      async () => (await condition(namespace, 'ElasticsearchReady'))?.status === 'True',
      { timeoutMs: 120_000 },
    );

  /** What a person does: `helm upgrade` with another address. */
  async function useUrl(url: string): Promise<void> {
    const chart = new URL('../../charts/tracewell', import.meta.url).pathname;
    const args = ['upgrade', 'tracewell', chart, '-n', NAMESPACE, '--reuse-values', '--wait', '--timeout', '180s'];
    await world.cluster.helm([...args, '--set', `elasticsearch.urls={${url}}`]);
  }
});
