import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entryOf } from '../../test/operator/breaker-bench.ts';
import { ApiServer } from '../../test/operator/api-server.ts';
import { ElasticServer } from '../../test/operator/elastic-server.ts';
import { parsePath } from '../../test/operator/object-store.ts';
import { keepingLog } from '../../test/operator/log.ts';
import {
  podOf,
  policyOf,
  rawClusterPolicy,
  rawPolicy,
  SETTINGS,
  SURROUNDINGS,
  withinOf,
} from '../../test/operator/objects.ts';
import { Standings } from '../audit/standings.ts';
import type { State } from '../breaker/state.ts';
import { Cluster } from '../cluster.ts';
import { Elastic } from '../elastic/client.ts';
import type { Credentials } from '../elastic/connection.ts';
import { Metrics } from '../health/metrics.ts';
import { inject } from '../inject/patch.ts';
import type { Pod } from '../inject/pod.ts';
import { type RawPolicy } from '../policy/accept.ts';
import { Policies } from '../policy/policies.ts';
import { clusterPolicyKey, namespaceKey } from './key.ts';
import type { Figures } from '../ledger/figures.ts';
import type { Sidecars } from '../reports/configuration.ts';
import { Provision } from './provision.ts';
import { Reconciler } from './reconciler.ts';
import { secretPath, type Secret } from './secret.ts';
import { Selection } from './selection.ts';
import { webhookPath } from './webhook-config.ts';

const POLICY = '/apis/tracewell.dev/v1alpha1/namespaces/shop/tracingpolicies/all';
const POLICIES = '/apis/tracewell.dev/v1alpha1';
const SECRET = '/api/v1/namespaces/shop/secrets/tracewell';
const DAY_MS = 24 * 3_600_000;
const USER = { username: 'operator', password: 'secret' };

let kube: ApiServer;
let search: ElasticServer;
let time: number;
let labels: Record<string, string> | undefined;
let elastics: Elastic[];
let redactionKeys: number;
let again: string[];
let sidecars: Sidecars | undefined;
let figures: Figures;
let authority: string;
let breakers: State;
let heard: string[];
const { log, lines } = keepingLog();

beforeEach(async () => {
  [kube, search] = await Promise.all([ApiServer.start(), ElasticServer.start()]);
  kube.objects.put('/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell', { metadata: { name: 'tracewell' } });
  kube.objects.put(POLICY, rawPolicy() as never);
  time = Date.parse('2026-01-02T00:00:00Z');
  search.expiration = time + 90 * DAY_MS;
  labels = {};
  elastics = [];
  redactionKeys = 0;
  again = [];
  sidecars = undefined;
  figures = {};
  authority = 'first';
  breakers = {};
  heard = [];
  lines.length = 0;
});
afterEach(async () => {
  await Promise.all(elastics.map((elastic) => elastic.close()));
  await Promise.all([kube.stop(), search.stop()]);
});

interface Given {
  credentials?: Credentials;
  unsupported?: string;
}

async function operator({ credentials = USER, unsupported }: Given = {}) {
  const cluster = new Cluster(kube.config());
  const settings = { urls: [search.url], credentials, ca: undefined, replicas: undefined, cluster: 'production' };
  const elastic = new Elastic({ ...settings, version: '1.2.3', clusterUid: () => 'uid-1' });
  elastics.push(elastic);
  const now = () => new Date(time);
  const about = { cluster, name: 'tracewell', namespace: 'ops', owner: 'tracewell', now, log };
  const selection = new Selection({ ...about, caBundle: () => 'authority', restMs: 0 });
  await selection.start(() => undefined);
  const objects = <T>(path: string) => kube.objects.list(parsePath(path)) as unknown as T[];
  const platform = { ownNamespace: 'ops', bounds: { retention: {}, resources: {} } };
  const all = () =>
    ['tracingpolicies', 'clustertracingpolicies'].flatMap((kind) => objects<RawPolicy>(`${POLICIES}/${kind}`));
  const policies = new Policies({ all, within: withinOf(all), platform });
  const metrics = new Metrics('0', 'v26');
  const provision = new Provision({
    cluster,
    elastic,
    settings,
    // The watch tells of everything at once.
    secrets: { get: (namespace) => kube.objects.get<Secret>(secretPath(namespace)), took: () => undefined },
    redactRequired: [],
    newRedactionKey: () => `${++redactionKeys}`.padStart(64, '0'),
    reports: () => ({ url: 'https://tracewell-reports.ops.svc/report', ca: authority }),
    metrics,
    now,
  });
  const podsOf = (namespace: string) => objects<Pod>(`/api/v1/namespaces/${namespace}/pods`);
  let changes = 0;
  const standings = new Standings({
    podsOf,
    policiesOf: (namespace) => policies.reaching(namespace, labels ?? {}),
    surroundingsOf: () => labels && { ...SURROUNDINGS, namespaceLabels: labels },
    isOutdated: () => false,
    changesOf: () => ++changes,
  });
  const reconciler = new Reconciler({
    cluster,
    policies,
    provision,
    selection,
    namespaces: () => (labels ? ['shop'] : []),
    labelsOf: (namespace) => (namespace === 'shop' ? labels : undefined),
    podsOf,
    standingsOf: (namespace) => standings.of(namespace),
    breakers: () => breakers,
    sidecarsOf: (policy, namespaces) => {
      heard.push(`${policy.metadata.name} in ${namespaces.join(', ')}`);
      return sidecars;
    },
    verifiedOf: (policy, namespaces) => ({
      type: 'Verified',
      status: 'True',
      reason: 'Proved',
      message: `${policy.metadata.name} in ${namespaces.join(', ')}`,
    }),
    figuresOf: () => figures,
    unsupported: () => unsupported,
    again: (key) => again.push(key),
    metrics,
    now,
    log,
  });
  return {
    reconcile: (namespace: string) => reconciler.reconcile(namespaceKey(namespace)),
    reconcileClusterPolicy: (name: string) => reconciler.reconcile(clusterPolicyKey(name)),
  };
}

const conditions = () =>
  (kube.objects.get<RawPolicy>(POLICY)!.status?.conditions ?? [])
    .filter(({ type }) => type !== 'Verified')
    .map(({ type, reason }) => `${type}: ${reason}`);
const secret = () => kube.objects.get<{ metadata: object; data: Record<string, string> }>(SECRET);
const keyInSecret = () => {
  const encoded = Buffer.from(secret()!.data['api-key']!, 'base64').toString();
  return Buffer.from(encoded, 'base64').toString().split(':')[0];
};
const selected = () => kube.objects.get<{ webhooks: unknown[] }>(webhookPath('tracewell'))!.webhooks.length > 0;

describe('a namespace with a policy', () => {
  it('gets its streams, its key and its Secret before the webhook is asked about it', async () => {
    await (await operator()).reconcile('shop');
    expect([...search.streams]).toEqual([
      'logs-tracewell-shop',
      'logs-tracewell.deadletter-shop',
      'logs-tracewell.files-shop',
    ]);
    expect(keyInSecret()).toBe('key-1');
    const writes = kube.requests.filter(({ method }) => method === 'PATCH').map(({ path }) => path.split('/').at(-1));
    expect(writes).toEqual(['tracewell', 'tracewell', 'tracewell', 'status']); // an empty webhook configuration first
    expect(kube.seen('PATCH')[1]!.path).toBe(SECRET);
    expect(conditions()).toEqual(['Accepted: Valid', 'ElasticsearchReady: Ready', 'Injected: AllInjected']);
  });

  it('is left as it is at the next look', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    const { version } = kube.objects;
    const asked = kube.requests.length;
    await reconciler.reconcile('shop');
    expect([kube.requests.length, kube.objects.version]).toEqual([asked, version]);
    expect([...search.keys]).toEqual(['key-1']);
  });

  it('is told of the operator’s new authority', async () => {
    const reconciler = await operator();
    const told = () => Buffer.from(secret()!.data['operator-ca.crt']!, 'base64').toString();
    await reconciler.reconcile('shop');
    expect(told()).toBe('first');
    authority = 'second and first';
    await reconciler.reconcile('shop');
    expect(told()).toBe('second and first');
  });

  it('has what is ours put back when somebody changed it', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    const before = secret()!;
    kube.objects.put(SECRET, {
      ...before,
      metadata: { ...before.metadata, name: 'tracewell' },
      data: { ...before.data, 'TracingPolicy.all.json': 'e30=' },
    });
    await reconciler.reconcile('shop');
    expect(secret()!.data).toEqual(before.data);
  });

  it('says in the status which pods have no sidecar', async () => {
    kube.objects.put('/api/v1/namespaces/shop/pods/cart-0', podOf() as never);
    await (await operator()).reconcile('shop');
    expect(conditions().at(-1)).toBe('Injected: PodsWithoutSidecar');
    expect(kube.objects.get<RawPolicy>(POLICY)!.status!.pods).toEqual({
      matched: 1,
      injected: 0,
      outdated: 0,
      skipped: [{ reason: 'Missed', count: 1, example: 'cart-0' }],
      shadowed: [],
    });
  });

  it('says in the status how its sidecars stand, and writes nothing when that is as it was', async () => {
    const reconciler = await operator();
    sidecars = { configuration: { revision: '0f3a', loaded: 1, reporting: 2 }, waiting: 0, held: [] };
    await reconciler.reconcile('shop');
    const configuration = () => kube.objects.get<RawPolicy>(POLICY)!.status!.configuration;
    expect([configuration(), conditions().at(-1)]).toEqual([sidecars.configuration, 'Delivering: Delivering']);
    const { version } = kube.objects;
    await reconciler.reconcile('shop');
    expect(kube.objects.version).toBe(version);
    sidecars = { configuration: { revision: '0f3a', loaded: 2, reporting: 2 }, waiting: 0, held: [] };
    await reconciler.reconcile('shop');
    expect(configuration()!.loaded).toBe(2);
    expect(heard).toEqual(['all in shop', 'all in shop', 'all in shop']);
  });

  it('has in its status what its records add up to', async () => {
    figures = { ratios: { capture: 1 }, lastAcknowledged: '2026-01-02T03:04:05.000Z' };
    await (await operator()).reconcile('shop');
    expect(kube.objects.get<RawPolicy>(POLICY)!.status).toMatchObject({ ...figures, pods: { matched: 0 } });
  });

  it('is not selected while Elasticsearch is away, says so, and is tried again', async () => {
    const reconciler = await operator();
    search.faults.push({ begins: 'PUT', status: 500 });
    for (let n = 0; n < 2; n++) await expect(reconciler.reconcile('shop')).rejects.toThrow('answers 500');
    expect(selected()).toBe(false);
    expect(conditions().slice(1)).toEqual(['ElasticsearchReady: Unreachable', 'Injected: NotInForce']);
    expect(lines.filter((line) => line.includes('is not ready'))).toHaveLength(1);
    search.faults.length = 0;
    await reconciler.reconcile('shop');
    expect([selected(), conditions()[1]]).toEqual([true, 'ElasticsearchReady: Ready']);
  });

  it('stays selected when Elasticsearch goes away later: its key is there', async () => {
    await (await operator()).reconcile('shop');
    const reconciler = await operator();
    search.faults.push({ begins: 'PUT', status: 500 });
    await expect(reconciler.reconcile('shop')).rejects.toThrow('answers 500');
    expect([selected(), keyInSecret()]).toEqual([true, 'key-1']);
  });

  it('in a cluster without native sidecars is never selected', async () => {
    await (await operator({ unsupported: 'Kubernetes v1.28.0 has no native sidecars.' })).reconcile('shop');
    expect([selected(), conditions().at(-1)]).toEqual([false, 'Injected: NativeSidecarsUnsupported']);
  });

  it('that has a Secret of this name of its own keeps it', async () => {
    kube.objects.put(SECRET, { metadata: { name: 'tracewell' }, data: { theirs: 'eA==' } });
    await expect((await operator()).reconcile('shop')).rejects.toThrow('Rename or delete it');
    expect([secret()!.data, selected(), conditions()[1]]).toEqual([
      { theirs: 'eA==' },
      false,
      'ElasticsearchReady: SecretTaken',
    ]);
  });

  it('with a bad policy only is left, and the policy says why', async () => {
    kube.objects.put(POLICY, rawPolicy('all', { retention: 'long' }) as never);
    await (await operator()).reconcile('shop');
    expect([secret(), selected(), conditions()]).toEqual([undefined, false, ['Accepted: Invalid']]);
  });
});

describe('the key of a namespace', () => {
  it('is renewed at half its life, and the one before lives on for sidecars that have not heard of it', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    time += 46 * DAY_MS;
    search.expiration = time + 90 * DAY_MS;
    await reconciler.reconcile('shop');
    expect(keyInSecret()).toBe('key-2');
    expect([...search.keys]).toEqual(['key-1', 'key-2']);
  });

  it('is minted once, though its Secret is refused again and again', async () => {
    const reconciler = await operator();
    const healed = kube.fail('PATCH', SECRET, { status: 403, message: 'exceeded quota' });
    for (let n = 0; n < 3; n++) await expect(reconciler.reconcile('shop')).rejects.toThrow('exceeded quota');
    healed();
    await reconciler.reconcile('shop');
    expect([[...search.keys], keyInSecret()]).toEqual([['key-1'], 'key-1']);
  });

  it('is another one after somebody deleted the Secret, and the one before is worth nothing', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    kube.objects.remove(SECRET);
    await reconciler.reconcile('shop');
    expect([[...search.keys], keyInSecret()]).toEqual([['key-2'], 'key-2']);
  });

  it('has beside it one for redacted values, which stays when that is renewed, and is another only where it was lost', async () => {
    const reconciler = await operator();
    const redactionKey = () => Number(Buffer.from(secret()!.data['redaction-key']!, 'base64').toString());
    await reconciler.reconcile('shop');
    time += 46 * DAY_MS;
    search.expiration = time + 90 * DAY_MS;
    await reconciler.reconcile('shop');
    await (await operator()).reconcile('shop');
    expect([keyInSecret(), redactionKey()]).toEqual(['key-2', 1]);
    kube.objects.remove(SECRET);
    await reconciler.reconcile('shop');
    expect(redactionKey()).toBe(2);
  });

  it('gives way to the operator’s own when that cannot mint any more, and to a minted one when it can again', async () => {
    await (await operator()).reconcile('shop');
    const own = Buffer.from('own:secret').toString('base64');
    await (await operator({ credentials: { apiKey: own } })).reconcile('shop');
    expect(keyInSecret()).toBe('own');
    await (await operator()).reconcile('shop');
    expect(keyInSecret()).toBe('key-2');
  });

  it('goes with the last policy, and so do the Secret and the entry', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    kube.objects.remove(POLICY);
    await reconciler.reconcile('shop');
    expect([secret(), selected(), search.keys.size]).toEqual([undefined, false, 0]);
  });

  it('stays good while pods with a sidecar are there: they deliver what they have read', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    const pod = inject(podOf(), { policy: policyOf(), settings: SETTINGS, now: new Date(0) });
    kube.objects.put('/api/v1/namespaces/shop/pods/cart-0', pod as never);
    kube.objects.remove(POLICY);
    await reconciler.reconcile('shop');
    expect(Object.keys(secret()!.data).filter((file) => file.endsWith('.json'))).toEqual([]);
    expect(keyInSecret()).toBe('key-1');
    expect([selected(), search.keys.size]).toEqual([false, 1]);
    kube.objects.remove('/api/v1/namespaces/shop/pods/cart-0');
    await reconciler.reconcile('shop');
    expect([secret(), search.keys.size]).toEqual([undefined, 0]);
  });

  it('goes with the namespace, which has taken the Secret along', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    for (const path of [POLICY, SECRET]) kube.objects.remove(path);
    labels = undefined;
    await reconciler.reconcile('shop');
    expect([selected(), search.keys.size]).toEqual([false, 0]);
  });
});

describe('a policy that is refused', () => {
  it('leaves its sidecars with what it said last', async () => {
    const reconciler = await operator();
    kube.objects.put(`${POLICIES}/namespaces/shop/tracingpolicies/rest`, rawPolicy('rest') as never);
    await reconciler.reconcile('shop');
    const before = secret()!.data['TracingPolicy.all.json'];
    kube.objects.put(POLICY, rawPolicy('all', { logs: { drop: [{ when: '(' }] } }) as never);
    await reconciler.reconcile('shop');
    expect(secret()!.data['TracingPolicy.all.json']).toBe(before);
    expect(conditions()).toEqual(['Accepted: Invalid']);
  });
});

describe('a cluster policy', () => {
  const PATH = `${POLICIES}/clustertracingpolicies/base`;
  const status = () => kube.objects.get<RawPolicy>(PATH)!.status!;
  const reasons = () => status().conditions!.map(({ type, reason }) => `${type}: ${reason}`);
  const entries = () =>
    kube.objects.get<{ webhooks: { name: string }[] }>(webhookPath('tracewell'))!.webhooks.map(({ name }) => name);
  beforeEach(() => {
    kube.objects.remove(POLICY);
    kube.objects.put(PATH, rawClusterPolicy('base') as never);
  });

  it('is asked about pods once its namespaces have their keys, and says what they say together', async () => {
    kube.objects.put('/api/v1/namespaces/shop/pods/cart-0', podOf() as never);
    const reconciler = await operator();
    await reconciler.reconcileClusterPolicy('base');
    expect([entries(), reasons()[1]]).toEqual([[], 'ElasticsearchReady: Preparing']);
    await reconciler.reconcile('shop');
    expect(again).toEqual(['policy/base']);
    expect(Object.keys(secret()!.data)).toContain('ClusterTracingPolicy.base.json');
    await reconciler.reconcileClusterPolicy('base');
    expect(entries()).toEqual(['base.clusterpolicy.tracewell.dev']);
    expect(reasons()).toEqual([
      'Accepted: Valid',
      'ElasticsearchReady: Ready',
      'Injected: PodsWithoutSidecar',
      'Verified: Proved',
    ]);
    expect(status().conditions!.at(-1)!.message).toBe('base in shop');
    expect(status()).toMatchObject({ pods: { matched: 1 }, inForceSince: '2026-01-02T00:00:00.000Z' });
  });

  it('goes by behind a policy of the namespace, and says so', async () => {
    kube.objects.put(POLICY, rawPolicy() as never);
    kube.objects.put('/api/v1/namespaces/shop/pods/cart-0', podOf() as never);
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    await reconciler.reconcileClusterPolicy('base');
    expect(reasons()[0]).toBe('Accepted: Shadowed');
    expect(status().pods!.shadowed).toEqual([{ by: 'TracingPolicy shop/all', count: 1, example: 'cart-0' }]);
    expect(entries()).toEqual(['pods.tracewell.dev', 'base.clusterpolicy.tracewell.dev']);
  });

  it('does not reach a namespace whose Secret is somebody’s, and names it', async () => {
    kube.objects.put(SECRET, { metadata: { name: 'tracewell' }, data: {} });
    const reconciler = await operator();
    await expect(reconciler.reconcile('shop')).rejects.toThrow('Rename or delete it');
    await reconciler.reconcileClusterPolicy('base');
    const [entry] = kube.objects.get<{ webhooks: { namespaceSelector: object }[] }>(webhookPath('tracewell'))!.webhooks;
    expect(JSON.stringify(entry!.namespaceSelector)).toContain('"shop"');
    expect(status().conditions![1]).toMatchObject({
      reason: 'SecretTaken',
      message: expect.stringContaining('such as shop: '),
    });
  });

  it('says that a breaker is open in one of its namespaces', async () => {
    kube.objects.put('/api/v1/namespaces/shop/pods/cart-0', podOf() as never);
    breakers = { shop: entryOf() };
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    await reconciler.reconcileClusterPolicy('base');
    expect(reasons()[2]).toBe('Injected: BreakerOpen');
    breakers = { bank: entryOf() };
    await reconciler.reconcileClusterPolicy('base');
    expect(reasons()[2]).toBe('Injected: PodsWithoutSidecar');
  });

  it('that is refused or gone has no entry', async () => {
    const reconciler = await operator();
    await reconciler.reconcile('shop');
    await reconciler.reconcileClusterPolicy('base');
    kube.objects.put(PATH, rawClusterPolicy('base', { retention: 'long' }) as never);
    await reconciler.reconcileClusterPolicy('base');
    expect([entries(), reasons()]).toEqual([[], ['Accepted: Invalid']]);
    kube.objects.remove(PATH);
    await reconciler.reconcileClusterPolicy('base');
    expect(entries()).toEqual([]);
  });
});
