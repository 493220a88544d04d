import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANNOTATION } from '../../api/names.ts';
import { ApiServer } from '../../test/operator/api-server.ts';
import { keepingLog } from '../../test/operator/log.ts';
import { reportOf } from '../../test/operator/report.ts';
import { until } from '../../test/wait.ts';
import { Cluster, type KubeObject } from '../cluster.ts';
import { SidecarAnnotations, standingOf } from './annotations.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const NOW = new Date('2026-01-02T03:04:05Z');
const SINCE = NOW.toISOString();
const identity = (name: string) => ({ namespace: 'shop', name, uid: `uid-of-${name}` });
let kube: ApiServer;
let annotations: SidecarAnnotations;
/** Called before each request. */
let onMerge: () => void;
const { log, lines } = keepingLog();

beforeEach(async () => {
  lines.length = 0;
  kube = await ApiServer.start();
  onMerge = () => undefined;
  const cluster = new Cluster(kube.config());
  const merge: Cluster['merge'] = (path, change) => {
    onMerge();
    return cluster.merge(path, change);
  };
  annotations = new SidecarAnnotations({
    cluster: { merge },
    podOf: (namespace, name) => kube.objects.get(`/api/v1/namespaces/${namespace}/pods/${name}`),
    now: () => NOW,
    log,
  });
  annotations.start();
});
afterEach(async () => {
  await annotations.stop();
  await kube.stop();
});

const put = (name: string, more: object = {}) =>
  kube.objects.put(`${PODS}/${name}`, {
    metadata: { name, namespace: 'shop', uid: `uid-of-${name}`, ...more },
  });
const said = (name: string) =>
  kube.objects.get<KubeObject>(`${PODS}/${name}`)?.metadata.annotations?.[ANNOTATION.sidecar];
const patched = () => kube.seen('PATCH').map(({ path }) => path.split('/').at(-1));
/** Whatever was to be done is done when this pod has its annotation. */
async function lastly(name = 'last'): Promise<void> {
  put(name);
  annotations.add(identity(name), reportOf());
  await until(`the annotation of ${name}`, () => said(name), { everyMs: 10 });
}

describe('what the annotation says', () => {
  it('is state, revision and since when; and what is wrong', () => {
    expect(JSON.parse(standingOf(reportOf(), NOW)!)).toEqual({ state: 'Delivering', revision: 'first', since: SINCE });
    const held = reportOf({ state: 'Holding', reason: '401', revision: undefined });
    expect(JSON.parse(standingOf(held, NOW)!)).toEqual({ state: 'Holding', error: '401', since: SINCE });
  });

  const before = standingOf(reportOf({ reason: '401' }), new Date(0))!;
  it.each<[string, Parameters<typeof reportOf>[0], string, boolean]>([
    ['the same', { reason: '401' }, before, true],
    ['another state', { reason: '401', state: 'Idle' }, before, false],
    ['another revision', { reason: '401', revision: 'second' }, before, false],
    ['no error any more', {}, before, false],
    ['something, where there was none', {}, '{}', false],
    ['something, where there was nonsense', {}, 'null', false],
    ['something, where there was no JSON', {}, '{"state"', false],
  ])('stands when it is %s: %j', (_, changes, annotation, stands) => {
    expect(standingOf(reportOf(changes), NOW, annotation) === undefined).toBe(stands);
  });
});

describe('a pod', () => {
  it('is patched, and nothing else of it changes', async () => {
    put('cart-0', { annotations: { theirs: 'x' }, labels: { app: 'cart' } });
    annotations.add(identity('cart-0'), reportOf());
    await until('the annotation', () => said('cart-0'));
    const { metadata } = kube.objects.get<KubeObject>(`${PODS}/cart-0`)!;
    expect(metadata).toMatchObject({ labels: { app: 'cart' }, annotations: { theirs: 'x' } });
    expect(kube.seen('PATCH')[0]!.body).toEqual({
      metadata: {
        uid: 'uid-of-cart-0',
        annotations: { [ANNOTATION.sidecar]: JSON.stringify({ state: 'Delivering', revision: 'first', since: SINCE }) },
      },
    });
  });

  it('is left as it is when it says so already, after another one led', async () => {
    put('cart-0', { annotations: { [ANNOTATION.sidecar]: standingOf(reportOf(), new Date(0)) } });
    annotations.add(identity('cart-0'), reportOf());
    await lastly();
    expect(patched()).toEqual(['last']);
  });

  it.each<[string, () => void]>([
    ['that is gone', () => {}],
    ['whose name another one has', () => put('cart-0', { uid: 'another' })],
  ])('%s is no error', async (_, there) => {
    there();
    annotations.add(identity('cart-0'), reportOf());
    await lastly();
    expect([patched(), lines, said('cart-0')]).toEqual([['cart-0', 'last'], [], undefined]);
  });

  it('that is going is left alone', async () => {
    put('cart-0', { deletionTimestamp: SINCE });
    annotations.add(identity('cart-0'), reportOf());
    await lastly();
    expect(patched()).toEqual(['last']);
  });
});

it('of many changes of a pod only the last is written, and no more than five pods in a second', async () => {
  const began = performance.now();
  for (const name of ['a', 'b', 'c']) {
    put(name);
    for (const revision of ['first', 'second', 'third']) annotations.add(identity(name), reportOf({ revision }));
  }
  annotations.add(identity('forgotten'), reportOf());
  annotations.add(identity('forgotten'), undefined);
  await lastly();
  expect(patched()).toEqual(['a', 'b', 'c', 'last']);
  expect(JSON.parse(said('a')!)).toMatchObject({ revision: 'third' });
  expect(performance.now() - began).toBeGreaterThan(550);
});

it('says once that the API server refuses it, and tries again with what is true then', async () => {
  kube.fail('PATCH', PODS, { status: 403, message: 'no patch of pods' }, 1);
  put('cart-0');
  onMerge = () => annotations.add(identity('cart-0'), reportOf({ revision: 'second' }));
  annotations.add(identity('cart-0'), reportOf({ revision: 'first' }));
  await until('two lines', () => lines.length >= 2);
  expect(JSON.parse(said('cart-0')!)).toMatchObject({ revision: 'second' });
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'cannot say on pods how their sidecars stand; it is tried again',
    'pods say again how their sidecars stand',
  ]);
});
