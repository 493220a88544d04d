import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { podOf, policyOf, rawPolicy, SETTINGS } from '../../test/operator/objects.ts';
import { until } from '../../test/wait.ts';
import { Caches } from '../caches.ts';
import { Cluster } from '../cluster.ts';
import type { Notice } from '../events.ts';
import { Metrics } from '../health/metrics.ts';
import { inject } from '../inject/patch.ts';
import type { Pod } from '../inject/pod.ts';
import { Breaker } from './breaker.ts';
import { projectState } from './config-map.ts';
import { BreakerMetrics } from './metrics.ts';
import type { State } from './state.ts';

const S = 1000;
const CONFIG_MAP = '/api/v1/namespaces/ops/configmaps/tracewell-breaker';
const PODS = '/api/v1/namespaces/shop/pods';
const RELEASE = { name: 'tracewell', namespace: 'ops', owner: { name: 'tracewell', uid: 'u' } };
const REPLICA_SET = owner('ReplicaSet', 'apps/v1');
const { log, lines } = keepingLog();

let server: ApiServer;
let caches: Caches;
let breaker: Breaker | undefined;
let metrics: Metrics;
let told: BreakerMetrics;
let notices: Notice[];
let time: number;
/** How often somebody asked for the time: each look does. */
let asked: number;
let settings = SETTINGS;

beforeEach(async () => {
  server = await ApiServer.start();
  server.objects.put('/apis/rbac.authorization.k8s.io/v1/clusterroles/tracewell', { metadata: { name: 'tracewell' } });
  server.objects.put('/api/v1/namespaces/shop', { metadata: { name: 'shop' } });
  server.objects.put('/apis/tracewell.dev/v1alpha1/namespaces/shop/tracingpolicies/all', rawPolicy() as never);
  metrics = new Metrics('0', 'v26');
  told = new BreakerMetrics(metrics.registry);
  time = Date.parse('2026-01-02T00:00:00Z');
  settings = SETTINGS;
  notices = [];
  asked = 0;
  lines.length = 0;
});
afterEach(async () => {
  await breaker!.stop();
  breaker = undefined;
  await caches.stop();
  await server.stop();
});

/** An operator that leads. */
async function lead(): Promise<void> {
  const cluster = new Cluster(server.config());
  caches = new Caches({
    cluster,
    platform: { ownNamespace: 'ops', bounds: { retention: {}, resources: {} } },
    listener: {
      policyChanged: () => {},
      namespaceChanged: () => {},
      secretChanged: () => {},
      breakerChanged: () => {},
      podChanged: (is, was) => breaker?.podChanged(is, was),
    },
    name: 'tracewell',
    image: settings.image,
    log,
    random: () => 0,
  });
  caches.start();
  await soon('the copies', () => caches.synced);
  breaker = new Breaker({
    cluster,
    copies: caches,
    ...RELEASE,
    owner: 'tracewell',
    settings,
    version: '0.1.0',
    tell: async (notice) => notices.push(notice),
    metrics: told,
    now: () => {
      asked++;
      return new Date(time);
    },
    log,
    paceMs: 5,
  });
  breaker.start();
}
async function nextLeader(): Promise<void> {
  await breaker!.stop();
  breaker = undefined;
  await caches.stop();
  await lead();
}

const soon = <T>(what: string, probe: () => T | Promise<T>) => until(what, probe, { everyMs: 5, timeoutMs: 10_000 });
const state = (): State => projectState(server.objects.get(CONFIG_MAP) ?? { metadata: { name: '' } }).state;
const phaseIs = (phase: string | undefined) => soon(`${phase}`, () => state()['shop']?.phase === phase);
/** Several looks, after which something would have been done. */
async function looks(): Promise<void> {
  const until = asked + 12;
  await soon('some looks', () => asked >= until);
}

function owner(kind: string, apiVersion: string, name = 'cart') {
  return { apiVersion, kind, name, uid: `uid-of-${name}`, controller: true };
}
const waiting = (reason: string) => ({ waiting: { reason, message: 'not found' } });
const RUNNING = { running: { startedAt: new Date('2026-01-02T00:00:00Z') } };

interface Given {
  by?: object | undefined;
  ours?: object;
  app?: object;
}
/** A pod that was injected as pods are today, created now. */
function pod(name: string, { by, ours = waiting('ImagePullBackOff'), app = waiting('PodInitializing') }: Given): Pod {
  const metadata = {
    name,
    creationTimestamp: new Date(time).toISOString(),
    ...(by ? { ownerReferences: [by] } : {}),
  };
  const injected = inject(podOf({ nodeName: 'node-1' }, metadata), {
    policy: policyOf(),
    settings,
    now: new Date(time),
  });
  const status = (of: string, is: object) => ({
    name: of,
    ready: false,
    restartCount: 0,
    image: '',
    imageID: '',
    state: is,
  });
  return {
    ...injected,
    status: {
      phase: 'Pending',
      initContainerStatuses: [status('tracewell', ours)],
      containerStatuses: [status('app', app)],
    },
  };
}
const put = (name: string, given: Given = {}) => server.objects.put(`${PODS}/${name}`, pod(name, given) as never);
const isThere = (name: string) => server.objects.get(`${PODS}/${name}`) !== undefined;
const hasGone = (name: string) => soon(`the end of ${name}`, () => !isThere(name));
const known = (name: string) => soon(name, () => caches.pods.get('shop', name) !== undefined);
/** Blocked for longer than patience lasts. */
async function blocked(name: string, given: Given = {}): Promise<void> {
  put(name, given);
  await known(name);
  await looks();
  time += 21 * S;
}
async function stopped() {
  await blocked('cart-0', { by: REPLICA_SET });
  await phaseIs('open');
}
const metric = async (name: string) =>
  (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(name));

describe('a pod that waits for the sidecar', () => {
  it('stops injection in its namespace, and everybody is told', async () => {
    await lead();
    await stopped();
    expect(state()['shop']).toMatchObject({
      since: '2026-01-02T00:00:21.000Z',
      reason: 'ImagePullBackOff',
      message: 'not found',
      image: SETTINGS.image,
      example: 'shop/cart-0',
      nodes: ['node-1'],
    });
    await soon('the copy', () => caches.breakerOf('shop') !== undefined);
    await soon('the Event', () => notices.length > 0);
    expect(notices).toEqual([
      {
        regarding: {
          apiVersion: 'tracewell.dev/v1alpha1',
          kind: 'TracingPolicy',
          namespace: 'shop',
          name: 'all',
          uid: 'uid-of-all',
        },
        type: 'Warning',
        reason: 'BreakerOpen',
        action: 'Inject',
        note: expect.stringContaining(
          'the sidecar kept shop/cart-0 from starting on the node node-1 (ImagePullBackOff',
        ),
        series: `open/shop/ImagePullBackOff/${SETTINGS.image}`,
      },
    ]);
    expect(lines.filter((line) => line.includes('injection is stopped'))).toHaveLength(1);
    expect(await metric('tracewell_breaker_open')).toEqual([
      'tracewell_breaker_open{scope="cluster",namespace=""} 0',
      'tracewell_breaker_open{scope="namespace",namespace="shop"} 1',
      'tracewell_breaker_openings_total{reason="ImagePullBackOff"} 1',
    ]);
  });

  it('is deleted once that is known to all, of the version that was seen', async () => {
    await lead();
    await stopped();
    await hasGone('cart-0');
    expect(server.seen('DELETE', PODS)[0]!.body).toMatchObject({
      kind: 'DeleteOptions',
      preconditions: { uid: expect.stringContaining('cart-0'), resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    await soon('the count', async () => (await metric('tracewell_breaker_deleted')).length > 0);
    expect(await metric('tracewell_breaker_deleted')).toEqual([
      'tracewell_breaker_deleted_pods_total{namespace="shop"} 1',
    ]);
  });

  it('stays when it has changed meanwhile, and is looked at again', async () => {
    server.fail('DELETE', `${PODS}/cart-0`, { status: 409, message: 'the version is another one' }, 2);
    await lead();
    await stopped();
    await hasGone('cart-0');
    expect(server.seen('DELETE', `${PODS}/cart-0`).length).toBe(3);
    expect(lines.join()).not.toContain('cannot delete');
  });

  it('does nothing within twenty seconds', async () => {
    await lead();
    put('cart-0', { by: REPLICA_SET });
    await known('cart-0');
    await looks();
    time += 19 * S;
    await looks();
    expect([state(), isThere('cart-0')]).toEqual([{}, true]);
  });

  it('and starts after all has done nothing', async () => {
    await lead();
    put('cart-0', { by: REPLICA_SET });
    await known('cart-0');
    time += 10 * S;
    put('cart-0', { by: REPLICA_SET, ours: RUNNING, app: RUNNING });
    await looks();
    time += 60 * S;
    await looks();
    expect([state(), isThere('cart-0')]).toEqual([{}, true]);
  });

  it('that nothing would create again is left, and named', async () => {
    await lead();
    await blocked('cart-0');
    await soon('a word', () => notices.some(({ regarding }) => regarding.kind === 'Pod'));
    expect(isThere('cart-0')).toBe(true);
    expect(notices.find(({ regarding }) => regarding.kind === 'Pod')).toMatchObject({
      regarding: { namespace: 'shop', name: 'cart-0' },
      reason: 'BreakerOpen',
      note: expect.stringContaining('Delete it and create it again'),
    });
  });

  it.each<[string, object, object, boolean]>([
    ['has failures left', { backoffLimit: 1 }, { failed: 0 }, true],
    ['says nothing', {}, {}, true],
    ['has none left', { backoffLimit: 2 }, { failed: 2 }, false],
    ['may not fail at all', { backoffLimit: 0 }, {}, false],
    ['has rules for failures', { podFailurePolicy: {} }, {}, false],
    ['counts by index', { backoffLimitPerIndex: 3 }, {}, false],
  ])('of a Job that %s', async (_, spec, status, isDeleted) => {
    server.objects.put('/apis/batch/v1/namespaces/shop/jobs/report', { metadata: { name: 'report' }, spec, status });
    await lead();
    await blocked('report-x', { by: owner('Job', 'batch/v1', 'report') });
    await soon('a deed', () => !isThere('report-x') || notices.some(({ regarding }) => regarding.kind === 'Pod'));
    expect(isThere('report-x')).toBe(!isDeleted);
    expect(server.seen('GET', '/apis/batch')).toHaveLength(1);
  });

  it('is not deleted before the breaker is written: it would come back with a sidecar', async () => {
    const mend = server.fail('PATCH', CONFIG_MAP, { status: 500, message: 'etcd is away' });
    await lead();
    await blocked('cart-0', { by: REPLICA_SET });
    await soon('tries', () => server.seen('PATCH', CONFIG_MAP).length > 2);
    expect(isThere('cart-0')).toBe(true);
    expect(lines.filter((line) => line.includes('etcd is away'))).toHaveLength(1);
    mend();
    await hasGone('cart-0');
    expect(state()['shop']!.phase).toBe('open');
  });
});

it('open, there is no canary', async () => {
  await lead();
  await stopped();
  await soon('the copy', () => caches.breakerOf('shop') !== undefined);
  expect(breaker!.isCanary('shop', podOf({}, { ownerReferences: [REPLICA_SET] }))).toBe(false);
});

describe('half-open', () => {
  const candidate = (name: string, by?: object) =>
    podOf({}, { name, namespace: 'shop', ...(by ? { ownerReferences: [by] } : {}) });
  const isCanary = (name: string, by?: object) => breaker!.isCanary('shop', candidate(name, by));
  beforeEach(async () => {
    await lead();
    await stopped();
    await hasGone('cart-0');
    time += 61 * S;
    await phaseIs('half-open');
    await soon('the copy', () => caches.breakers['shop']?.phase === 'half-open');
  });

  it('one pod is the canary, of a controller that would create it again', () => {
    expect([isCanary('bare'), isCanary('job', owner('Job', 'batch/v1'))]).toEqual([false, false]);
    expect([isCanary('cart-1', REPLICA_SET), isCanary('cart-2', REPLICA_SET)]).toEqual([true, false]);
  });

  it('a pod of a Job is one when nothing better has come for five minutes', () => {
    time += 299 * S;
    expect(isCanary('job', owner('Job', 'batch/v1'))).toBe(false);
    time += 1 * S;
    expect(isCanary('job', owner('Job', 'batch/v1'))).toBe(true);
  });

  it('another one is tried when the first was never seen', () => {
    isCanary('cart-1', REPLICA_SET);
    time += 59 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(false);
    time += 1 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(true);
  });

  it('no other one while the canary is on its way, however long that takes', async () => {
    isCanary('cart-1', REPLICA_SET);
    put('cart-1', { by: REPLICA_SET, ours: waiting('PodInitializing') });
    await known('cart-1');
    await looks();
    time += 600 * S;
    expect(isCanary('cart-2', REPLICA_SET)).toBe(false);
  });

  it('closes when the canary starts, and says so', async () => {
    put('cart-1', { by: REPLICA_SET, ours: { running: { startedAt: new Date(time) } }, app: RUNNING });
    await phaseIs('closed');
    await soon('the Event', () => notices.length > 1);
    expect(notices.at(-1)).toMatchObject({ type: 'Normal', reason: 'BreakerClosed' });
    await soon('the metric', async () => (await metric('tracewell_breaker_open{')).length === 1);
    expect(caches.breakerOf('shop')).toBeUndefined();
    expect(lines.at(-1)).toContain('injection goes on');
  });

  it('opens again when the canary is blocked, deletes it, and tells no second Event', async () => {
    await blocked('cart-1', { by: REPLICA_SET });
    await phaseIs('open');
    await hasGone('cart-1');
    expect(state()['shop']!.openings).toBe(2);
    expect(new Set(notices.map(({ series }) => series))).toEqual(
      new Set([`open/shop/ImagePullBackOff/${SETTINGS.image}`]),
    );
  });

  it('goes on with the next leader', async () => {
    await nextLeader();
    expect(await metric('tracewell_breaker_open{')).toHaveLength(2);
    expect(isCanary('cart-1', REPLICA_SET)).toBe(true);
  });
});

it('a leader that comes finds what waits, without a change of it', async () => {
  put('cart-0', { by: REPLICA_SET });
  await lead();
  await looks();
  time += 21 * S;
  await phaseIs('open');
  expect(state()['shop']!.example).toBe('shop/cart-0');
});

it('a pod that was injected by other settings opens nothing, and is deleted', async () => {
  put('cart-0', { by: REPLICA_SET });
  settings = { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.1.1' };
  await lead();
  await looks();
  time += 21 * S;
  await hasGone('cart-0');
  await looks();
  expect(state()).toEqual({});
});

it('with other settings a canary is tried at once', async () => {
  await lead();
  await stopped();
  settings = { ...SETTINGS, image: 'registry.example.com/tracewell/sidecar:0.1.1' };
  time += 1 * S;
  await nextLeader();
  await phaseIs('half-open');
  expect(state()['shop']!.since).toBe('2026-01-02T00:00:22.000Z');
});

it('creations that are refused for our volume stop injection, and those for another reason do not', async () => {
  const event = (name: string, message: string) =>
    server.objects.put(`/api/v1/namespaces/shop/events/${name}`, {
      metadata: { name, namespace: 'shop' },
      involvedObject: { kind: 'ReplicaSet', name, uid: name },
      reason: 'FailedCreate',
      message,
      count: 5,
      lastTimestamp: new Date(time).toISOString(),
    });
  await lead();
  event('quota', 'exceeded quota: pods=1');
  await looks();
  expect(state()).toEqual({});
  event('cart-5d4', 'pods "cart-x" is forbidden: volume "tracewell-logs" is of a type that is not allowed');
  await phaseIs('open');
  expect(state()['shop']).toMatchObject({ reason: 'FailedCreate', example: 'shop/ReplicaSet/cart-5d4', nodes: [] });
});

it('a volume of ours that cannot be mounted is as good as a container that waits', async () => {
  await lead();
  const { metadata } = put('cart-0', { by: REPLICA_SET, ours: waiting('PodInitializing') });
  server.objects.put('/api/v1/namespaces/shop/events/e', {
    metadata: { name: 'e', namespace: 'shop' },
    involvedObject: { kind: 'Pod', name: 'cart-0', uid: metadata['uid'] as string },
    reason: 'FailedMount',
    message: 'MountVolume.SetUp failed for volume "tracewell-logs" : hostPath type check failed',
    count: 5,
    lastTimestamp: new Date(time).toISOString(),
  });
  await known('cart-0');
  await soon('the Event', () => [...caches.refusals()].length > 0);
  await looks();
  time += 21 * S;
  await phaseIs('open');
  await hasGone('cart-0');
  expect(state()['shop']!.reason).toBe('FailedMount');
});

it('a ConfigMap that somebody deleted closes all breakers', async () => {
  await lead();
  await stopped();
  await hasGone('cart-0');
  await soon('the copy', () => caches.breakerOf('shop') !== undefined);
  server.objects.remove(CONFIG_MAP);
  await soon('its end', () => caches.breakerOf('shop') === undefined);
  await looks();
  expect(server.objects.get(CONFIG_MAP)).toBeUndefined();
});

it('all of that takes one list of pods, and no request while all is well', async () => {
  await lead();
  for (const name of ['a', 'b', 'c']) put(name, { by: REPLICA_SET, ours: RUNNING, app: RUNNING });
  await known('c');
  const before = server.requests.length;
  time += 60 * S;
  await looks();
  expect(server.requests.slice(before)).toEqual([]);
  expect(server.seen('GET', '/api/v1/pods')).toHaveLength(1);
});
