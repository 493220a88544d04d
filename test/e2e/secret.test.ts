import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SECRET } from '../../api/names.ts';
import { certificateNames, renew } from '../../operator/certs.ts';
import { NAMESPACE } from '../installation.ts';
import { until } from '../wait.ts';
import { expectEveryLineOnce } from './records.ts';
import { counting, isInjected, World, type PodView } from './world.ts';

const world = new World();
const { elasticsearch } = world;

interface Secret {
  metadata: { uid: string; labels?: Record<string, string> };
  data: Record<string, string>;
}

describe.skipIf(world.missing)(`the Secret of a namespace ${world.missing}`, () => {
  const secretOf = (namespace: string) => world.get<Secret>('secret', SECRET, '-n', namespace);
  const conditionOf = async (namespace: string) => {
    const { conditions = [] } = await world.policyStatus(namespace);
    return conditions.find(({ type }) => type === 'ElasticsearchReady');
  };

  beforeAll(async () => {
    await world.namespace('whole');
    await world.policy('whole');
    await world.namespace('taken');
  });
  afterAll(async () => {
    await world.kubectl('delete', 'namespaces', 'whole', 'taken', '--ignore-not-found', '--wait=false');
  });

  it.each([
    ['a part of it is missing', 'keyless', { 'api-key': null }],
    ['somebody wrote over its configuration', 'rewritten', { 'TracingPolicy.all.json': 'e30=' }],
  ])('is whole again within seconds when %s, and works', async (_, pod, data) => {
    const before = await secretOf('whole');
    await world.kubectl('patch', 'secret', SECRET, '-n', 'whole', '--type=merge', '-p', JSON.stringify({ data }));
    const after = await until('all of its files as they were', async () => {
      const { metadata, data: now } = await secretOf('whole');
      const same = (file: string) => (file === 'api-key' ? now[file] : now[file] === before.data[file]);
      return Object.keys(before.data).every(same) ? metadata : undefined;
    });
    expect(after.uid).toBe(before.metadata.uid);
    await world.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: pod, namespace: 'whole' },
      spec: { terminationGracePeriodSeconds: 5, containers: [world.container(counting(3, 10))] },
    });
    await expectEveryLineOnce(elasticsearch, { namespace: 'whole', pod, lines: 3 });
  });

  it('that is somebody’s is left alone, and the status says what to do', async () => {
    await world.kubectl('create', 'secret', 'generic', SECRET, '-n', 'taken', '--from-literal=api-key=theirs');
    await world.apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'TracingPolicy',
      metadata: { name: 'all', namespace: 'taken' },
      spec: {},
    });
    const found = await until('the condition', () => conditionOf('taken'));
    expect(found).toMatchObject({ status: 'False', reason: 'SecretTaken' });
    expect(found.message).toContain(`The Secret taken/${SECRET} is not Tracewell's. Rename or delete it`);
    expect((await secretOf('taken')).data).toEqual({ 'api-key': Buffer.from('theirs').toString('base64') });
    await world.apply(world.deployment('taken', 'app', counting(1, 10)));
    await world.available('taken', 'app');
    expect((await world.pods('taken', 'app')).map(isInjected)).toEqual([false]);
  });

  it('and once that is gone, ours is made, and pods are injected', async () => {
    await world.kubectl('delete', 'secret', SECRET, '-n', 'taken');
    await until('the policy to be in force', async () => (await world.policyStatus('taken')).inForceSince);
    await world.kubectl('rollout', 'restart', 'deployment/app', '-n', 'taken');
    await world.kubectl('rollout', 'status', 'deployment/app', '-n', 'taken', '--timeout=120s');
    await until('only an injected pod', async () => {
      const pods = await world.pods('taken', 'app');
      return pods.length === 1 && isInjected(pods[0]!);
    });
    expect((await conditionOf('taken'))?.status).toBe('True');
  });
});

describe.skipIf(world.missing)(`the Secret of the certificates, of an operator that runs ${world.missing}`, () => {
  beforeAll(async () => {
    await world.namespace('spoiled');
    await world.policy('spoiled');
  });
  afterAll(async () => {
    await world.kubectl('delete', 'namespace', 'spoiled', '--ignore-not-found', '--wait=false');
    await world.close();
  });

  const certificates = async (): Promise<Record<string, string>> => {
    const { data } = await world.get<Secret>('secret', 'tracewell-certs', '-n', NAMESPACE);
    return Object.fromEntries(
      Object.entries(data).map(([file, text]) => [file, Buffer.from(text, 'base64').toString()]),
    );
  };
  const published = async () => {
    type Configuration = { webhooks: { clientConfig: { caBundle: string } }[] };
    const { webhooks } = await world.get<Configuration>('mutatingwebhookconfiguration', 'tracewell');
    return Buffer.from(webhooks[0]!.clientConfig.caBundle, 'base64').toString();
  };
  /** Nobody schedules it: only its admission is looked at. */
  const isNewInjected = async (name: string): Promise<boolean> => {
    await world.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'spoiled' },
      spec: { schedulerName: 'nobody', terminationGracePeriodSeconds: 0, containers: [world.container('')] },
    });
    return isInjected(await world.get<PodView>('pod', name, '-n', 'spoiled'));
  };

  it.each<[string, string, () => Promise<Record<string, string>>]>([
    ['has lost a half', 'half', async () => ({ 'ca.key': '' })],
    [
      'holds a certificate that has ended',
      'ended',
      async () => {
        const names = certificateNames('tracewell', NAMESPACE);
        const { ca, caKey, cert, key } = await renew('renew all', undefined, names, new Date('2024-01-01'));
        return { 'ca.crt': ca, 'ca.key': caKey, 'tls.crt': cert, 'tls.key': key };
      },
    ],
  ])(
    'that %s is good again by itself, its authority is published, and pods are injected all the time',
    async (_, pod, spoil) => {
      const stringData = await spoil();
      await world.kubectl('patch', 'secret', 'tracewell-certs', '-n', NAMESPACE, '-p', JSON.stringify({ stringData }));
      expect(await isNewInjected(`${pod}-before`)).toBe(true);
      const ca = await until('good certificates', async () => {
        const now = await certificates();
        const isGood = now['ca.key'] && now['tls.crt'] !== stringData['tls.crt'];
        return isGood ? now['ca.crt']!.trim() : undefined;
      });
      await until('its authority to be published', async () => (await published()).includes(ca));
      expect(await isNewInjected(`${pod}-after`)).toBe(true);
    },
  );
});
