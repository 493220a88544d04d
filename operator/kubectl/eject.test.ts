import { describe, expect, it } from 'vitest';
import type { Pod } from '../inject/pod.ts';
import { injectedPod, ofDeployment, plainPod, PluginWorld } from '../../test/operator/plugin.ts';

const FORBIDDEN = { status: 403, message: 'forbidden' };
const LABEL = { 'tracewell.dev/inject': 'false' };
const pathOf = (kind: string, name: string) => `/apis/apps/v1/namespaces/shop/${kind}/${name}`;

interface Stored {
  metadata: { generation: number };
  spec: { template: { metadata: { labels: object } } };
}

/** A workload with all its pods ready; `more` goes into its spec. */
function workload(world: PluginWorld, kind: string, more: object = {}): void {
  world.object(pathOf(kind, 'cart'), {
    metadata: { name: 'cart', namespace: 'shop', uid: 'uid-of-cart' },
    spec: {
      selector: { matchLabels: { app: 'cart' } },
      template: { metadata: { labels: { app: 'cart' } } },
      replicas: 2,
      ...more,
    },
    status: { observedGeneration: 9, readyReplicas: 2, numberReady: 2, desiredNumberScheduled: 2 },
  });
}

const labelsOf = (world: PluginWorld, kind: string) =>
  world.server.objects.get<Stored>(pathOf(kind, 'cart'))!.spec.template.metadata.labels;

/** What the workload's controller does: each pod is there again, without a sidecar. */
function controller(world: PluginWorld, fresh: (name: string) => Pod): () => void {
  const { objects } = world.server;
  const place = {
    path: '',
    group: '/api/v1',
    resource: 'pods',
    namespace: 'shop',
    name: undefined,
    status: false,
    eviction: false,
  };
  return objects.follow(place, ({ type, object }) => {
    if (type === 'DELETED') queueMicrotask(() => world.pod(fresh(`${object.metadata.name}b`)));
  });
}

const ofStatefulSet = (name: string) => ({
  name,
  labels: { app: 'cart' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'cart', uid: 'uid-of-cart', controller: true }],
});

describe('eject of a workload', () => {
  it('labels the template, and leaves the rest to its own strategy', async () => {
    const world = await PluginWorld.start();
    workload(world, 'deployments');
    world.pod(injectedPod(ofDeployment('cart', 'a')));
    const running = world.run('eject', 'deployment/cart');
    await expect.poll(() => world.err).toContain('it replaces its pods by its own strategy');
    expect(labelsOf(world, 'deployments')).toEqual({ app: 'cart', ...LABEL });
    // It waits for its pods.
    world.server.objects.remove('/api/v1/namespaces/shop/pods/cart-5d4f-a');
    world.pod(plainPod(ofDeployment('cart', 'b')));
    expect(await running).toBe(0);
    expect(world.out).toContain('Deployment/cart in shop: its pods have no sidecar.');
    expect(world.server.seen('POST')).toEqual([]);
  });

  it('is meant by one of its pods, too, and by a selector once', async () => {
    const world = await PluginWorld.start();
    workload(world, 'deployments');
    for (const pod of ['a', 'b']) world.pod(plainPod(ofDeployment('cart', pod)));
    await world.succeed('eject', 'cart-5d4f-a');
    await world.succeed('eject', '-l', 'app=cart');
    expect(world.out.match(/Deployment\/cart/g)).toHaveLength(1);
    expect(world.server.seen('PATCH')).toHaveLength(2);
  });

  it('that does not replace its pods by itself has them evicted one at a time', async () => {
    const world = await PluginWorld.start();
    workload(world, 'statefulsets', { updateStrategy: { type: 'OnDelete' } });
    for (const name of ['cart-0', 'cart-1']) world.pod(injectedPod(ofStatefulSet(name)));
    const stop = controller(world, (name) => plainPod(ofStatefulSet(name)));
    await world.succeed('eject', 'sts/cart');
    stop();
    expect(world.err.match(/\d of 2 pods evicted/g)).toEqual(['1 of 2 pods evicted', '2 of 2 pods evicted']);
    // The template before the first eviction: else the new pod would have a sidecar again.
    const writes = world.server.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);
    expect(writes).toEqual(['PATCH', 'POST', 'POST']);
  });

  it('evicts the next pod only when all that the workload wants are ready', async () => {
    const world = await PluginWorld.start();
    workload(world, 'statefulsets', { updateStrategy: { type: 'OnDelete' } });
    for (const name of ['cart-0', 'cart-1']) world.pod(injectedPod(ofStatefulSet(name)));
    const ready = (readyReplicas: number) => {
      const stored = world.server.objects.get(pathOf('statefulsets', 'cart'))!;
      world.server.objects.put(pathOf('statefulsets', 'cart'), {
        ...stored,
        status: { observedGeneration: 9, readyReplicas },
      });
    };
    ready(2);
    const stop = controller(world, (name) => {
      ready(1);
      return plainPod(ofStatefulSet(name));
    });
    const running = world.run('eject', 'sts/cart');
    await expect.poll(() => world.err).toContain('1 of 2 pods evicted');
    const looks = () => world.server.seen('GET', pathOf('statefulsets', 'cart')).length;
    const before = looks();
    await expect.poll(looks).toBeGreaterThan(before + 3);
    expect(world.server.seen('POST')).toHaveLength(1);
    ready(2);
    await expect.poll(() => world.err).toContain('2 of 2 pods evicted');
    await expect.poll(() => world.server.seen('POST').length).toBe(2);
    ready(2);
    expect(await running).toBe(0);
    stop();
  });

  it('waits while a disruption budget stands in the way', async () => {
    const world = await PluginWorld.start();
    workload(world, 'statefulsets', { updateStrategy: { type: 'OnDelete' } });
    world.pod(injectedPod(ofStatefulSet('cart-0')));
    const stop = controller(world, (name) => plainPod(ofStatefulSet(name)));
    world.server.fail('POST', '/api/v1/namespaces/shop/pods/cart-0/eviction', { status: 429, message: 'budget' }, 3);
    await world.succeed('eject', 'sts/cart');
    stop();
    expect(world.server.seen('POST')).toHaveLength(4);
  });

  it('gives up in time, and says what lacks', async () => {
    const world = await PluginWorld.start();
    workload(world, 'statefulsets', { updateStrategy: { type: 'OnDelete' } });
    world.pod(injectedPod(ofStatefulSet('cart-0')));
    world.server.fail('POST', '/api/v1/namespaces/shop/pods/cart-0/eviction', { status: 429, message: 'budget' });
    expect(await world.run('eject', 'sts/cart', '--timeout', '1s')).toBe(3);
    expect(world.out).toContain('after 1 s a PodDisruptionBudget lets nobody evict cart-0');
  });

  it.each([
    ['a Deployment whose rollout is paused', 'deployments', { paused: true }, 'resume it first'],
    [
      'a StatefulSet with a partition',
      'statefulsets',
      { updateStrategy: { rollingUpdate: { partition: 1 } } },
      'set that to 0',
    ],
  ])('leaves %s as it is', async (_, kind, spec, why) => {
    const world = await PluginWorld.start();
    workload(world, kind, spec);
    expect(await world.run('eject', `${kind}/cart`)).toBe(3);
    expect(world.out).toContain(why);
    expect(labelsOf(world, kind)).toEqual({ app: 'cart' });
  });

  it('changes nothing in a dry run, but has the API server check it', async () => {
    const world = await PluginWorld.start();
    workload(world, 'deployments');
    world.pod(injectedPod(ofDeployment('cart', 'a')));
    await world.succeed('eject', 'deployment/cart', '--dry-run');
    expect(world.out).toContain('its pod template would get the label');
    expect(world.server.seen('PATCH').map(({ query }) => query)).toEqual([
      { fieldManager: 'kubectl-tracewell', dryRun: 'All' },
    ]);
  });

  it('without the right to says so, and goes on with others', async () => {
    const world = await PluginWorld.start();
    workload(world, 'deployments');
    world.pod(injectedPod(ofDeployment('cart', 'a')));
    world.pod(plainPod({ name: 'alone' }));
    world.server.fail('PATCH', '/apis/apps', FORBIDDEN);
    expect(await world.run('eject', '-l', 'app=cart')).toBe(3);
    expect(world.out).toContain('Deployment/cart in shop: you may not patch deployment cart in the namespace shop');
    expect(world.out).toContain('Pod/alone in shop: left as it is: it has no sidecar.');
  });
});

describe('eject of a pod that nothing would create again', () => {
  it('leaves it, and says what to do', async () => {
    const world = await PluginWorld.start();
    world.pod(injectedPod());
    expect(await world.run('eject', 'cart-0')).toBe(3);
    expect(world.out).toContain('Pod/cart-0 in shop: left as it is: nothing would create it again.');
    expect(world.server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('with --force creates it again without the sidecar', async () => {
    const world = await PluginWorld.start();
    world.pod(injectedPod());
    // The trial is a dry run, of which the server here knows nothing.
    await world.succeed('eject', 'cart-0', '--force');
    const pod = world.server.objects.get<Pod>('/api/v1/namespaces/shop/pods/cart-0')!;
    expect(pod.metadata.labels).toEqual({ app: 'cart', ...LABEL });
    expect(pod.spec).toMatchObject({ initContainers: [], volumes: [], containers: [{ name: 'app' }] });
    expect(Object.keys(pod.metadata.annotations!)).toEqual([]);
    const [trial] = world.server.seen('POST');
    expect(trial).toMatchObject({ query: { dryRun: 'All' } });
  });

  it('with --force leaves it if the API server would not take it again', async () => {
    const world = await PluginWorld.start();
    world.pod(injectedPod());
    world.server.fail('POST', '/api/v1/namespaces/shop/pods$', { status: 422, message: 'is invalid' });
    expect(await world.run('eject', 'cart-0', '--force')).toBe(3);
    expect(world.out).toContain('is invalid');
    expect(world.server.objects.get('/api/v1/namespaces/shop/pods/cart-0')).toBeDefined();
  });

  it.each([
    ['Job', 'batch/v1', 'the template of a Job cannot be changed'],
    ['Rollout', 'argoproj.io/v1alpha1', 'into the pod template of that Rollout'],
  ])('leaves the pod of a %s', async (kind, apiVersion, why) => {
    const world = await PluginWorld.start();
    world.pod(injectedPod({ ownerReferences: [{ apiVersion, kind, name: 'x', uid: 'x', controller: true }] }));
    expect(await world.run('eject', 'cart-0', '--force')).toBe(3);
    expect(world.out).toContain(why);
  });
});
