import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNOTATION } from '../../api/names.ts';
import { NAMESPACE as RELEASE } from '../installation.ts';
import { until } from '../wait.ts';
import { countOf, lineOf, recordsOf } from './records.ts';
import { standingOf, World, type PolicyStatusView } from './world.ts';

const NAMESPACE = 'live';
const PODS = 2;
const world = new World();
const { elasticsearch } = world;
/** The kubelet of the test cluster looks at Secrets every ten seconds; others do once a minute. */
const KUBELET = { timeoutMs: 180_000, everyMs: 500 };

/** A numbered line and some chatter, ten times a second. */
const TALKER = `let n = 0; setInterval(() => { console.log('line=' + ++n); console.log('chatter ' + n); }, 100);
process.on('SIGTERM', () => process.exit(0));`;

/** All below happens to the same two pods, one thing after the other. */
describe.skipIf(world.missing)(`running sidecars ${world.missing}`, () => {
  let first: PolicyStatusView;
  const talkers = () => world.pods(NAMESPACE, 'talker');
  const policy = (logs: object) => ({
    apiVersion: 'tracewell.dev/v1alpha1',
    kind: 'TracingPolicy',
    metadata: { name: 'all', namespace: NAMESPACE },
    spec: { logs },
  });
  const QUIET = { drop: [{ when: 'message: chatter*' }] };
  const all = (state: string) =>
    until(
      `${PODS} pods in state ${state}`,
      async () => {
        const standings = (await talkers()).map(standingOf);
        if (standings.length === PODS && standings.every((one) => one.state === state)) return standings;
        throw new Error(JSON.stringify(standings));
      },
      KUBELET,
    );
  /** Waits until the status says that all sidecars run what they are told, of another revision than this one. */
  const loaded = (otherThan?: string) =>
    until(
      'all sidecars to run the newest revision',
      async () => {
        const status = await world.policyStatus(NAMESPACE);
        const { revision, loaded: run, reporting } = status.configuration ?? {};
        if (run !== PODS || reporting !== PODS || revision === otherThan) throw new Error(JSON.stringify(status));
        return status;
      },
      KUBELET,
    );
  /** How many records with this word were written by the pods after that moment. */
  const since = (at: Date, word: string) =>
    countOf(elasticsearch, NAMESPACE, {
      bool: { filter: [{ match: { message: word } }, { range: { '@timestamp': { gt: at.toISOString() } } }] },
    });

  beforeAll(async () => {
    await world.namespace(NAMESPACE);
    await world.policy(NAMESPACE);
    const deployment = world.deployment(NAMESPACE, 'talker', TALKER) as { spec: object };
    await world.apply({ ...deployment, spec: { ...deployment.spec, replicas: PODS } });
    await world.available(NAMESPACE, 'talker');
  });
  afterAll(() => world.close());

  it('report: the status counts those that run its revision, and each pod says how its own stands', async () => {
    first = await loaded();
    const delivering = first.conditions!.find(({ type }) => type === 'Delivering');
    expect(delivering).toMatchObject({ status: 'True', reason: 'Delivering' });
    const { revision } = first.configuration!;
    expect(delivering!.message).toContain(`All ${PODS} that report run revision ${revision}`);
    for (const standing of await all('Delivering'))
      expect(standing).toEqual({ state: 'Delivering', revision, since: expect.any(String) });
  });

  it('go over to a changed policy without a restart, and the status says when all have', async () => {
    const before = await talkers();
    await world.apply(policy(QUIET));
    const { configuration } = await loaded(first.configuration!.revision);
    const at = new Date();
    await until('lines of after that', async () => (await since(at, 'line')) > 20);
    expect(await since(at, 'chatter')).toBe(0);
    const after = await talkers();
    expect(after.map(({ metadata }) => metadata.uid).sort()).toEqual(before.map(({ metadata }) => metadata.uid).sort());
    for (const pod of after) expect(pod.status.initContainerStatuses![0]!.restartCount).toBe(0);
    for (const { revision } of await all('Delivering')) expect(revision).toBe(configuration!.revision);
  });

  it('idle when their policy is deleted, and read on when it is there again: nothing is missing', async () => {
    await world.kubectl('delete', 'tracingpolicy', 'all', '-n', NAMESPACE);
    await all('Idle');
    const at = new Date();
    for (const { metadata } of await talkers())
      await until('lines that nobody reads', async () => {
        const log = ['logs', metadata.name, '-n', NAMESPACE, '-c', 'app', `--since-time=${at.toISOString()}`];
        return (await world.kubectl(...log)).split('\n').length > 100;
      });
    expect(await since(at, 'line')).toBe(0);
    await world.apply(policy(QUIET));
    await loaded();
    await until('lines of after that', async () => (await since(at, 'line')) > 50);
    for (const { metadata } of await talkers()) {
      const records = await recordsOf(elasticsearch, NAMESPACE, { term: { 'kubernetes.pod.name': metadata.name } });
      const lines = records.flatMap((record) => lineOf(record) ?? []).toSorted((a, b) => a - b);
      expect(lines).toEqual(Array.from({ length: lines.length }, (_, index) => index + 1));
    }
  });

  it('go over to the policy of the platform that governs them now, and back when it goes', async () => {
    const name = 'live-platform';
    await world.apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'ClusterTracingPolicy',
      metadata: { name },
      spec: { enforced: true, namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': NAMESPACE } } },
    });
    try {
      const status = await until(
        'the sidecars to run the policy of the platform',
        async () => {
          const found = await world.get<{ status?: PolicyStatusView }>('clustertracingpolicy', name);
          if (found.status?.configuration?.loaded !== PODS) throw new Error(JSON.stringify(found.status));
          return found.status;
        },
        KUBELET,
      );
      expect(status.configuration).toMatchObject({ loaded: PODS, reporting: PODS });
      const at = new Date();
      await until('chatter, which only the other policy left out', async () => (await since(at, 'chatter')) > 5);
      for (const { metadata } of await talkers())
        expect(metadata.annotations![ANNOTATION.policy]).toBe(`ClusterTracingPolicy.${name}`);
      expect((await world.policyStatus(NAMESPACE)).configuration).toMatchObject({ loaded: 0, reporting: 0 });
    } finally {
      await world.kubectl('delete', 'clustertracingpolicy', name);
    }
    await loaded();
  });

  it('report to the next leader, before which the status counts what it counted', async () => {
    const holder = async () => {
      const { spec } = await world.get<{ spec: { holderIdentity?: string } }>('lease', 'tracewell', '-n', RELEASE);
      return spec.holderIdentity;
    };
    const [before, { configuration }] = await Promise.all([holder(), loaded()]);
    await world.kubectl('delete', 'pod', before!.split('_')[0]!, '-n', RELEASE, '--wait=false');
    let fewest = PODS;
    await until('another leader', async () => {
      fewest = Math.min(fewest, (await world.policyStatus(NAMESPACE)).configuration!.loaded);
      const now = await holder();
      return now && now !== before;
    });
    await world.apply(policy({}));
    await loaded(configuration!.revision);
    expect(fewest).toBe(PODS);
  });
});
