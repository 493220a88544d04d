import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificateNames, renew } from '../../operator/certs.ts';
import { up, type Cluster } from '../cluster/cluster.ts';
import { clusterConfig } from '../cluster/config.ts';
import { NAMESPACE } from '../installation.ts';
import { ApiProxy } from '../operator/api-proxy.ts';
import {
  installWithoutOperator,
  operatorEnvironment,
  startOperator,
  type LogLine,
  type OperatorProcess,
} from '../operator/process.ts';
import { plainProgress } from '../progress.ts';
import { until } from '../wait.ts';
import { World, type PolicyStatusView } from './world.ts';

// A cluster of its own: what is done to its API server must not befall others, and one operator is to be watched closely.
const world = new World();
const missing = world.missing || (clusterConfig().context ? '(a cluster of your own has an operator already)' : '');

describe.skipIf(missing)(`the operator, on bad days of the API server ${missing}`, () => {
  let folder: string;
  let cluster: Cluster;
  let proxy: ApiProxy;
  let operator: OperatorProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tracewell-faults-'));
    cluster = await up({ progress: plainProgress(), name: 'tracewell-faults' });
    const token = await installWithoutOperator(cluster, world.elasticsearch);
    await mkdir(join(folder, 'proxy'));
    proxy = await ApiProxy.start({ kubeconfig: cluster.kubeconfig, token, folder: join(folder, 'proxy') });
    const { elasticsearch } = world;
    operator = startOperator(
      await operatorEnvironment({ cluster, elasticsearch, kubeconfig: proxy.kubeconfig, folder }),
    );
  });
  afterEach(() => {
    proxy.fault = () => undefined;
  });
  afterAll(async () => {
    await operator?.stop();
    await proxy?.stop();
    await cluster?.down();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  const apply = (object: object) => cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  const namespace = (name: string) => apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const policy = (of: string, spec: object = {}) =>
    apply({
      apiVersion: 'tracewell.dev/v1alpha1',
      kind: 'TracingPolicy',
      metadata: { name: 'all', namespace: of },
      spec,
    });
  const get = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await cluster.kubectl(['get', ...args, '-o', 'json'])) as T;
  const statusOf = async (of: string): Promise<PolicyStatusView> =>
    (await get<{ status?: PolicyStatusView }>('tracingpolicy', 'all', '-n', of)).status ?? {};
  const expectInForce = (of: string, timeoutMs = 60_000) =>
    until(`the policy of ${of}`, async () => (await statusOf(of)).inForceSince, { timeoutMs });
  const dataOf = async (of: string, name: string): Promise<Record<string, string>> =>
    (await get<{ data?: Record<string, string> }>('secret', name, '-n', of)).data ?? {};
  const conditionOf = async (of: string, type: string) =>
    (await statusOf(of)).conditions?.find((condition) => condition.type === type);
  /** What it logs during some work, of these levels. */
  const linesDuring = async (work: () => Promise<unknown>, ...levels: string[]): Promise<LogLine[]> => {
    const before = operator.lines.length;
    await work();
    return operator.lines.slice(before).filter(({ level }) => levels.includes(level));
  };
  const seen = (what: string) => proxy.requests.get(what) ?? 0;

  it('begins with a good one', async () => {
    await namespace('good');
    await policy('good');
    await expectInForce('good');
  });

  it('a version that the API server has forgotten (410): it lists again, and says nothing of it', async () => {
    await namespace('expired');
    const lists = seen('list tracingpolicies');
    const said = await linesDuring(
      async () => {
        const gone = { code: 410, reason: 'Expired', message: 'too old resource version' };
        expect(proxy.endWatches('tracingpolicies', gone)).toBe(1);
        await policy('expired');
        await expectInForce('expired');
      },
      'warn',
      'error',
    );
    expect(said).toEqual([]);
    expect(seen('list tracingpolicies')).toBe(lists + 1);
  });

  it('a connection that breaks: the watch goes on where it was, without another list', async () => {
    await namespace('broken');
    const lists = seen('list tracingpolicies');
    const said = await linesDuring(
      async () => {
        expect(proxy.endWatches('tracingpolicies')).toBe(1);
        await policy('broken');
        await expectInForce('broken');
      },
      'warn',
      'error',
    );
    expect(said).toMatchObject([{ message: 'the watch failed and is taken up again' }]);
    expect(seen('list tracingpolicies')).toBe(lists);
  });

  it('no API server for a while: what happened meanwhile is done when it is back, by the same process', async () => {
    await namespace('outage');
    const said = await linesDuring(
      async () => {
        await proxy.down();
        await policy('outage');
        // Longer than it may lead without a word to the API server.
        await until('that it leads no longer', () =>
          operator.lines.some(({ message }) => message === 'this replica leads no longer'),
        );
        await proxy.up();
        await expectInForce('outage');
      },
      'warn',
      'error',
    );
    expect(operator.exitCode()).toBeUndefined();
    // Once for each thing that it could not do, not once for each try.
    const counts = Map.groupBy(said, ({ message, path = '', key = '' }) => JSON.stringify([message, path, key]));
    expect([...counts].filter(([, lines]) => lines.length > 2)).toEqual([]);
  });

  it('more requests than it takes (429): they come again when it says, and nobody needs to know', async () => {
    await namespace('busy');
    let refused = 0;
    proxy.fault = ({ verb, resource, namespace: of }) => {
      if (of !== 'busy' || verb !== 'patch' || refused === 3) return undefined;
      refused++;
      return { status: 429, message: `${resource}: try again later`, headers: { 'retry-after': '1' } };
    };
    const said = await linesDuring(
      async () => {
        await policy('busy');
        await expectInForce('busy');
      },
      'warn',
      'error',
    );
    expect(refused).toBe(3);
    expect(said).toEqual([]);
  });

  it('a write that fails: the error names object and cause, and it is tried again', async () => {
    await namespace('failing');
    let failures = 0;
    proxy.fault = ({ verb, resource, namespace: of }) => {
      if (of !== 'failing' || verb !== 'patch' || resource !== 'secrets' || failures === 2) return undefined;
      failures++;
      return { status: 500, message: 'etcd is away' };
    };
    const said = await linesDuring(
      async () => {
        await policy('failing');
        await expectInForce('failing');
      },
      'warn',
      'error',
    );
    expect(said).toHaveLength(2);
    for (const { error } of said) expect(error).toContain('namespaces/failing/secrets/tracewell: etcd is away');
  });

  it('a right that was taken from it: it says which, and where the list is', async () => {
    await namespace('forbidden');
    proxy.fault = ({ verb, resource, namespace: of }) =>
      of === 'forbidden' && verb === 'patch' && resource === 'secrets'
        ? { status: 403, message: 'User "tracewell" cannot patch resource "secrets"' }
        : undefined;
    await policy('forbidden');
    await until('the error', () =>
      operator.lines.some(({ error }) => /cannot patch resource "secrets".*docs\/rbac\.md/.test(String(error))),
    );
    proxy.fault = () => undefined;
    await expectInForce('forbidden', 120_000);
  });

  it('a Secret of our name that is not ours: it stays as it is, and the status says what to do', async () => {
    await namespace('taken');
    await cluster.kubectl(['create', 'secret', 'generic', 'tracewell', '-n', 'taken', '--from-literal=mine=1']);
    await policy('taken');
    const condition = await until('the condition', () => conditionOf('taken', 'ElasticsearchReady'));
    expect(condition).toMatchObject({ status: 'False', reason: 'SecretTaken' });
    expect(condition.message).toContain('Rename or delete it');
    expect(await dataOf('taken', 'tracewell')).toEqual({ mine: Buffer.from('1').toString('base64') });
    await cluster.kubectl(['delete', 'secret', 'tracewell', '-n', 'taken']);
    await expectInForce('taken');
    expect(await dataOf('taken', 'tracewell')).toHaveProperty('api-key');
  });

  it('half of a Secret of ours: it is made whole', async () => {
    const whole = Object.keys(await dataOf('good', 'tracewell')).sort();
    const half = JSON.stringify([
      { op: 'remove', path: '/data/api-key' },
      { op: 'remove', path: '/data/redaction-key' },
    ]);
    await cluster.kubectl(['patch', 'secret', 'tracewell', '-n', 'good', '--type=json', '-p', half]);
    const isWhole = async () => (await dataOf('good', 'tracewell'))['api-key'] !== undefined;
    await until('the whole Secret', isWhole);
    expect(Object.keys(await dataOf('good', 'tracewell')).sort()).toEqual(whole);
  });

  it.each([
    ['half of its certificates', async () => ({ 'ca.key': '' })],
    [
      'a certificate that has ended',
      async () => {
        const names = certificateNames('tracewell', NAMESPACE);
        const { ca, caKey, cert, key } = await renew('renew all', undefined, names, new Date('2020-01-01'));
        return { 'ca.crt': ca, 'ca.key': caKey, 'tls.crt': cert, 'tls.key': key };
      },
    ],
  ])('%s: it makes new ones, and the API server is told of the authority', async (_, spoil) => {
    const bundle = async () => {
      type Configuration = { webhooks: { clientConfig: { caBundle: string } }[] };
      const { webhooks } = await get<Configuration>('mutatingwebhookconfiguration', 'tracewell');
      return Buffer.from(webhooks[0]!.clientConfig.caBundle, 'base64').toString();
    };
    const spoiled = await spoil();
    const data = Object.fromEntries(
      Object.entries(spoiled).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
    );
    await cluster.kubectl(['patch', 'secret', 'tracewell-certs', '-n', NAMESPACE, '-p', JSON.stringify({ data })]);
    const ca = await until(
      'new certificates',
      async () => {
        const now = await dataOf(NAMESPACE, 'tracewell-certs');
        const isWhole = Object.entries(data).every(([name, text]) => now[name] && now[name] !== text);
        return isWhole ? Buffer.from(now['ca.crt']!, 'base64').toString() : undefined;
      },
      { timeoutMs: 120_000 },
    );
    const published = await until('the authority in the webhook configuration', async () => {
      const text = await bundle();
      return text.includes(ca.trim()) && text;
    });
    expect(published).toContain('BEGIN CERTIFICATE');
  });

  it('and it is still the same process, which ends when it is asked to', async () => {
    expect(operator.exitCode()).toBeUndefined();
    await operator.stop();
    expect(operator.exitCode()).toBe(0);
  });
});
