import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Policy } from '../../api/policy.ts';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { parsePath, type StoredObject } from '../../test/operator/object-store.ts';
import { policyOf, SETTINGS, SURROUNDINGS } from '../../test/operator/objects.ts';
import { ownedPod, type Of } from '../../test/operator/workload.ts';
import { until } from '../../test/wait.ts';
import { Cluster } from '../cluster.ts';
import { Events } from '../events.ts';
import { Metrics } from '../health/metrics.ts';
import { inject } from '../inject/patch.ts';
import type { Pod } from '../inject/pod.ts';
import { Standings } from './standings.ts';
import { Audit, type AuditView, type Pace } from './audit.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/shop/events';

let server: ApiServer;
let audit: Audit;
let metrics: Metrics;
let time: number;
let policies: Policy[];
let namespaceLabels: Record<string, string>;
const { log, lines } = keepingLog();

const put = (pod: Pod) => server.objects.put(`${PODS}/${pod.metadata.name}`, pod as unknown as StoredObject);
const pods = () => server.objects.list(parsePath(PODS)) as unknown as Pod[];
const events = () => server.objects.list(parsePath(EVENTS)) as unknown as Record<string, unknown>[];
const evictions = () => server.seen('POST', PODS);
const replicas = (names: string, of: Of = {}) => names.split(' ').map((name) => put(ownedPod(name, of)));
const sidecar = (pod: Pod, policy = policyOf()) => inject(pod, { policy, settings: SETTINGS, now: new Date(0) });
const soon = <T>(what: string, probe: () => T) => until(what, probe, { everyMs: 5 });

/** Looks again and again, without a pause, until it has looked `looks` times more. */
let looks: number;
async function looked(more = 5): Promise<void> {
  const from = looks;
  await soon('some more looks', () => {
    audit.touch('shop');
    return looks >= from + more;
  });
}

function start(more: Partial<AuditView> = {}, pace: Partial<Pace> = {}): void {
  const cluster = new Cluster(server.config());
  const now = () => new Date(Date.parse('2026-01-02T00:01:00Z') + time);
  const clock = () => time;
  const ground = {
    podsOf: pods,
    policiesOf: () => policies,
    surroundingsOf: () => ({ ...SURROUNDINGS, namespaceLabels }),
    isOutdated: ({ metadata }: Pod) => metadata.name!.startsWith('old'),
    changesOf: () => ++looks,
    ...more,
  };
  const standings = new Standings(ground);
  audit = new Audit({
    cluster,
    view: {
      ...ground,
      namespaces: () => ['shop'],
      refusedIn: () => [],
      isConfigured: () => true,
      since: () => '2026-01-01T00:00:00Z',
      standingsOf: (of) => standings.of(of),
      isReady: () => true,
      took: () => {},
      ...more,
    },
    events: new Events({ cluster, instance: 'tracewell-0', now, clock, log }),
    metrics,
    now,
    clock,
    log,
    pace: { lookMs: 1, restMs: 0, ...pace },
  });
  audit.start();
}

beforeEach(async () => {
  server = await ApiServer.start();
  metrics = new Metrics('1.2.3', 'v26');
  time = 0;
  looks = 0;
  policies = [policyOf()];
  namespaceLabels = {};
  lines.length = 0;
});
afterEach(async () => {
  await audit.stop();
  await server.stop();
});

describe('a pod that went in without us', () => {
  it('is evicted once, and said to be', async () => {
    replicas('cart-0 cart-1');
    put(sidecar(ownedPod('cart-1')));
    start();
    await soon('the eviction', () => events().length === 1);
    await looked();
    expect(evictions()).toMatchObject([
      {
        path: `${PODS}/cart-0/eviction`,
        body: { apiVersion: 'policy/v1', kind: 'Eviction', deleteOptions: { preconditions: { uid: 'uid-of-cart-0' } } },
      },
    ]);
    expect(events()).toMatchObject([
      {
        type: 'Normal',
        reason: 'Evicted',
        action: 'Evict',
        regarding: { name: 'cart-0' },
        related: { name: 'cart-5d4' },
      },
    ]);
    expect(await metrics.registry.metrics()).toContain('tracewell_evictions_total{result="evicted"} 1');
    // All of it: nothing is listed, nothing is asked twice.
    expect(server.requests).toHaveLength(2);
  });

  it('is not evicted before the webhook has been there for a while', async () => {
    replicas('cart-0 cart-1');
    start({}, { restMs: 15_000 });
    await looked();
    time = 14_999;
    await looked();
    expect(evictions()).toHaveLength(0);
    time = 15_000;
    await soon('the eviction', () => evictions().length === 1);
  });

  it('waits for a disruption budget', async () => {
    replicas('cart-0 cart-1');
    const budget = server.fail('POST', PODS, { status: 429, message: 'it would violate the disruption budget' });
    start();
    await soon('a try', () => evictions().length === 1);
    await looked();
    expect(evictions()).toHaveLength(1);
    time = 10_000;
    await soon('a second try', () => evictions().length === 2);
    await looked();
    budget();
    time = 20_000;
    await soon('the eviction', () => pods().length === 1);
    expect(await metrics.registry.metrics()).toContain('tracewell_evictions_total{result="blocked"} 2');
    expect(lines.filter((line) => line.includes('"warn"'))).toEqual([]);
  });

  it('is left alone when another one has its name by now', async () => {
    replicas('cart-0', { isReady: false });
    const stale = pods();
    put({ ...stale[0]!, metadata: { ...stale[0]!.metadata, uid: 'another' } });
    start({ podsOf: () => stale });
    await soon('the try', () => evictions().length === 1);
    expect(pods()).toHaveLength(1);
    expect(lines.filter((line) => line.includes('"warn"'))).toEqual([]);
  });

  it('is named and stays where the mode is Never', async () => {
    policies = [policyOf('all', { rollout: { mode: 'Never' } })];
    replicas('cart-0 cart-1');
    start();
    await soon('the Event', () => events().length === 1);
    await looked();
    expect(evictions()).toHaveLength(0);
    expect(events()).toMatchObject([{ type: 'Warning', reason: 'Missed', series: { count: 2 } }]);
    expect(events()[0]!['note']).toMatch(/not evicted for it: spec.rollout.mode of TracingPolicy shop\/all is Never/);
  });

  it('is evicted no more when what comes in its place is no better, and people are told', async () => {
    replicas('cart-0 cart-1');
    start();
    await soon('the eviction', () => evictions().length === 1);
    replicas('cart-2');
    await soon('the Event', () => events().some(({ reason }) => reason === 'RepairFailed'));
    time = 9 * 60_000;
    await looked();
    expect(evictions()).toHaveLength(1);
    expect(await metrics.registry.metrics()).toContain('tracewell_failed_repairs_total 1');
  });
});

it('ten pods of a workload that are skipped are one Event, with reason, cause and cure', async () => {
  namespaceLabels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  replicas('cart-0 cart-1 cart-2 cart-3 cart-4 cart-5 cart-6 cart-7 cart-8 cart-9');
  start();
  await soon('the Event', () => events().length === 1);
  await looked();
  expect(events()).toMatchObject([
    {
      reason: 'HostPathForbidden',
      regarding: { kind: 'Pod', name: 'cart-0', uid: 'uid-of-cart-0' },
      series: { count: 10 },
      note: 'TracingPolicy shop/all selects it, and it has no sidecar: the namespace enforces Pod Security "restricted", which refuses the hostPath volume of the log files. Label the namespace pod-security.kubernetes.io/enforce: privileged if it should have one.',
    },
  ]);
  expect(server.requests).toHaveLength(1);
});

it('of a policy that is not in force nothing is said', async () => {
  replicas('cart-0 cart-1');
  start({ since: () => undefined });
  await looked();
  expect(server.requests).toEqual([]);
});

it('outdated pods are rolled where the mode is Evict, one workload after the other', async () => {
  policies = [policyOf('all', { rollout: { mode: 'Evict' } })];
  for (const name of ['old-a0', 'old-a1']) put(sidecar(ownedPod(name, { name: 'a', kind: 'DaemonSet' })));
  for (const name of ['old-b0', 'old-b1']) put(sidecar(ownedPod(name, { name: 'b', kind: 'DaemonSet' })));
  start();
  for (const name of ['a0', 'a1', 'b0', 'b1']) {
    await soon(`the eviction of ${name}`, () => evictions().at(-1)?.path === `${PODS}/old-${name}/eviction`);
    await looked();
    put(sidecar(ownedPod(`new-${name}`, { name: name[0]!, kind: 'DaemonSet' })));
    // The API server takes an eviction a second of ours.
    time += 1_000;
  }
  await looked();
  expect(evictions()).toHaveLength(4);
});

describe('the annotation of running pods', () => {
  const count = 30;
  const named = (stem: string) =>
    pods().filter(({ metadata }) => metadata.annotations!['tracewell.dev/policy'] === stem).length;
  beforeEach(() => {
    for (let n = 0; n < count; n++) put(sidecar(ownedPod(`cart-${n}`)));
    policies = [policyOf('all'), policyOf('cart', { priority: 1 })];
  });

  it('names the policy that governs them now, with one request each, and at a bounded rate', async () => {
    start();
    await soon('the first twenty', () => named('TracingPolicy.cart') === 20);
    await looked();
    expect(server.requests).toHaveLength(20);
    time = 1_000;
    await soon('the others', () => named('TracingPolicy.cart') === count);
    await looked();
    expect(server.requests).toHaveLength(count);
    expect(server.requests.every(({ method }) => method === 'PATCH')).toBe(true);
  });

  it('is left alone on a pod that is gone or is another one by now', async () => {
    const stale = pods();
    put({ ...stale[0]!, metadata: { ...stale[0]!.metadata, uid: 'another' } });
    server.objects.remove(`${PODS}/cart-1`);
    start({ podsOf: () => stale.slice(0, 3) });
    await soon('the third one', () => named('TracingPolicy.cart') === 1);
    expect(lines.filter((line) => line.includes('"warn"'))).toEqual([]);
  });

  it('is tried again when the API server cannot take it, and that is said once', async () => {
    const heal = server.fail('PATCH', PODS, { status: 500, message: 'etcd is away' });
    start();
    await soon('three tries', () => server.seen('PATCH').length === 3);
    expect(lines.filter((line) => line.includes('etcd is away'))).toHaveLength(1);
    heal();
    time = 2_000;
    await soon('the change', () => named('TracingPolicy.cart') > 0);
  });
});
