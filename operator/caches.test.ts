import { afterEach, beforeEach, expect, it } from 'vitest';
import { ApiServer } from '../test/operator/api-server.ts';
import { entryOf } from '../test/operator/breaker-bench.ts';
import { keepingLog } from '../test/operator/log.ts';
import { podOf, rawClusterPolicy, rawPolicy } from '../test/operator/objects.ts';
import { until } from '../test/wait.ts';
import { configMapOf } from './breaker/config-map.ts';
import { Caches } from './caches.ts';
import { Cluster } from './cluster.ts';

const POLICIES = '/apis/tracewell.dev/v1alpha1';

let server: ApiServer;
let caches: Caches;
let heard: string[];
const { log, lines } = keepingLog();
const RELEASE = { name: 'tracewell', namespace: 'ops', owner: { name: 'tracewell', uid: 'u' } };

const put = (path: string, object: object) => server.objects.put(path, object as never);
const namespace = (name: string, metadata: object = {}) =>
  put(`/api/v1/namespaces/${name}`, { metadata: { name, ...metadata } });
const pod = (of: string) => put(`/api/v1/namespaces/${of}/pods/cart-0`, podOf({}, { namespace: of }));
const soon = (what: string, probe: () => boolean) => until(what, probe, { everyMs: 5 });
const podsOf = (of: string) => caches.pods.of(of).map(({ metadata }) => metadata.name);

beforeEach(async () => {
  server = await ApiServer.start();
  heard = [];
  lines.length = 0;
  for (const name of ['shop', 'bank']) {
    namespace(name);
    pod(name);
  }
});
afterEach(async () => {
  await caches.stop();
  await server.stop();
});

function create(): void {
  caches = new Caches({
    cluster: new Cluster(server.config()),
    platform: { ownNamespace: 'ops', bounds: { retention: {}, resources: {} } },
    listener: {
      policyChanged: (now) => heard.push(`policy ${now?.metadata.name}`),
      namespaceChanged: (now) => heard.push(`namespace ${now?.metadata.name}`),
      secretChanged: (of) => heard.push(`secret of ${of}`),
      breakerChanged: (scopes) => heard.push(`breaker ${scopes.join()}`),
      podChanged: (now) => heard.push(`pod ${now?.metadata.namespace}/${now?.metadata.name}`),
    },
    name: 'tracewell',
    image: 'sidecar:1',
    log,
    random: () => 0,
  });
}

async function start(): Promise<void> {
  create();
  caches.start();
  await soon('everything', () => caches.synced && server.watching === 11);
}

it('what is missing is named until it is there, the pods last', async () => {
  const mend = server.fail('GET', '/api/v1/nodes', { status: 403, message: 'forbidden' });
  create();
  expect(caches.missing).toContain('/api/v1/namespaces');
  caches.start();
  await soon('the others', () => caches.missing.length === 2);
  expect([caches.missing, caches.synced]).toEqual([['/api/v1/nodes', '/api/v1/pods'], false]);
  mend();
  await soon('all of it', () => caches.synced);
  expect(caches.missing).toEqual([]);
});

it('pods are kept where a policy reaches, and nowhere else', async () => {
  put(`${POLICIES}/namespaces/shop/tracingpolicies/all`, rawPolicy());
  await start();
  expect([podsOf('shop'), podsOf('bank')]).toEqual([['cart-0'], []]);
  expect(heard.filter((one) => one.startsWith('pod'))).toEqual(['pod shop/cart-0']);
});

it('a namespace that is reached later has its pods then, also those of before', async () => {
  await start();
  expect(podsOf('bank')).toEqual([]);
  put(`${POLICIES}/clustertracingpolicies/base`, rawClusterPolicy('base'));
  await soon('the pods', () => podsOf('bank').length === 1 && podsOf('shop').length === 1);
});

it('pods stay known where a Secret of ours tells that sidecars may be left', async () => {
  put('/api/v1/namespaces/bank/secrets/tracewell', { metadata: { name: 'tracewell', namespace: 'bank' } });
  put('/api/v1/namespaces/shop/secrets/other', { metadata: { name: 'other', namespace: 'shop' } });
  await start();
  expect([podsOf('bank'), podsOf('shop')]).toEqual([['cart-0'], []]);
  expect(heard.filter((one) => one.startsWith('secret'))).toEqual(['secret of bank']);
});

it('a namespace that is going has no labels, and is none of those that are there', async () => {
  namespace('bank', { labels: { team: 'bank' }, deletionTimestamp: '2026-01-01T00:00:00Z' });
  await start();
  expect([caches.namespaceLabels('bank'), caches.namespaceLabels('none'), caches.namespaceLabels('shop')]).toEqual([
    undefined,
    undefined,
    {},
  ]);
  expect(caches.namespaceNames()).toEqual(['shop']);
});

it('asks for the Secrets of its name only', async () => {
  await start();
  expect(server.seen('GET', '/api/v1/secrets')[0]!.query['fieldSelector']).toBe('metadata.name=tracewell');
});

it('knows how the breakers stand, from the ConfigMap that the leader writes', async () => {
  const path = '/api/v1/namespaces/ops/configmaps/tracewell-breaker';
  const written = (phase: string) =>
    put(path, { ...configMapOf({ shop: entryOf({ phase: phase as 'open' }) }, RELEASE) });
  await start();
  expect(server.seen('GET', '/api/v1/namespaces/ops/configmaps')[0]!.query['fieldSelector']).toBe(
    'metadata.name=tracewell-breaker',
  );
  expect(caches.breakerOf('shop')).toBeUndefined();
  written('open');
  await soon('the breaker', () => caches.breakerOf('shop') !== undefined);
  expect(caches.breakerOf('shop')).toBe(
    'injection is stopped in the namespace shop: the sidecar kept shop/cart-0 from starting on the node node-1 (ImagePullBackOff; image sidecar:1): not found',
  );
  expect(caches.breakerOf('bank')).toBeUndefined();
  written('closed');
  await soon('its end', () => caches.breakerOf('shop') === undefined);
  expect(heard.filter((one) => one.startsWith('breaker'))).toEqual(['breaker shop', 'breaker shop']);
});

it('takes a ConfigMap that somebody spoiled for one in which all is well, and says so', async () => {
  put('/api/v1/namespaces/ops/configmaps/tracewell-breaker', {
    metadata: { name: 'tracewell-breaker', namespace: 'ops' },
    data: { 'state.json': '{"shop": {"phase": "ajar"}}' },
  });
  await start();
  expect(caches.breakers).toEqual({});
  expect(lines.join()).toContain('the breakers are not readable');
});

it('keeps of Events those that name what is ours', async () => {
  const event = (name: string, message: string) =>
    put(`/api/v1/namespaces/shop/events/${name}`, {
      metadata: { name, namespace: 'shop' },
      involvedObject: { kind: 'ReplicaSet', name: 'cart', uid: name },
      reason: 'FailedCreate',
      message,
    });
  event('ours', 'volume "tracewell-logs" is forbidden');
  event('other', 'exceeded quota');
  await start();
  await soon('the Event', () => [...caches.refusals()].length > 0);
  expect(new Set([...caches.refusals()].map(({ uid }) => uid))).toEqual(new Set(['ours']));
});

it.each([
  ['a pod', () => pod('shop'), true, false],
  ['a policy of the namespace', () => put(`${POLICIES}/namespaces/shop/tracingpolicies/all`, rawPolicy()), true, false],
  ['a cluster policy', () => put(`${POLICIES}/clustertracingpolicies/base`, rawClusterPolicy('base')), true, true],
  ["the namespace's labels", () => namespace('shop', { labels: { tier: 'web' } }), true, false],
  [
    'a quota',
    () => put('/api/v1/namespaces/shop/resourcequotas/q', { metadata: { name: 'q', namespace: 'shop' } }),
    true,
    false,
  ],
  [
    'a breaker',
    () => put('/api/v1/namespaces/ops/configmaps/tracewell-breaker', configMapOf({ bank: entryOf({}) }, RELEASE)),
    true,
    true,
  ],
])('a change is counted where pods are judged by it: %s', async (_, change, inShop, inBank) => {
  for (const of of ['shop', 'bank'])
    put(`${POLICIES}/namespaces/${of}/tracingpolicies/first`, rawPolicy('first', {}, { namespace: of }));
  await start();
  const before = [caches.changesOf('shop'), caches.changesOf('bank')];
  change();
  await soon('the change', () => caches.changesOf('shop') !== before[0]);
  expect([caches.changesOf('shop') !== before[0], caches.changesOf('bank') !== before[1]]).toEqual([inShop, inBank]);
});

it("a policy's status that was written changes nothing for pods", async () => {
  const path = `${POLICIES}/namespaces/shop/tracingpolicies/all`;
  put(path, rawPolicy());
  await start();
  const before = caches.changesOf('shop');
  put(path, { ...rawPolicy(), status: { observedGeneration: 1 } });
  await soon('the change', () => heard.filter((what) => what === 'policy all').length === 2);
  expect(caches.changesOf('shop')).toBe(before);
});
