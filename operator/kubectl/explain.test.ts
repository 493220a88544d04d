import { describe, expect, it } from 'vitest';
import { rawClusterPolicy, rawPolicy } from '../../test/operator/objects.ts';
import { golden, injectedPod, ofDeployment, plainPod, PluginWorld } from '../../test/operator/plugin.ts';

const event = (reason: string, more: { involvedObject?: object; [name: string]: unknown }) => ({
  reason,
  count: 1,
  lastTimestamp: '2026-01-02T02:00:00Z',
  ...more,
  involvedObject: { uid: 'uid-of-/api/v1/namespaces/shop/pods/cart-0', ...more.involvedObject },
});

/** How the cluster stands, by what the case is named. */
const CASES: Record<string, (world: PluginWorld) => void> = {
  'a healthy pod': (world) => {
    world.policy(undefined, { configuration: { revision: 'c0ffee000001', loaded: 1, reporting: 1 } });
    world.pod(injectedPod());
  },
  'an outdated pod': (world) => {
    world.policy();
    world.pod(injectedPod({}, { image: 'registry.example.com/tracewell/sidecar:0.0.9' }));
  },
  'a pod that is skipped': (world) => {
    world.policy();
    world.namespace('shop', { 'pod-security.kubernetes.io/enforce': 'baseline' });
    world.pod(plainPod());
    const component = { source: { component: 'tracewell' } };
    const message = 'the pod has no sidecar: HostPathForbidden';
    world.object('/api/v1/namespaces/shop/events/one', { ...event('HostPathForbidden', { message }), ...component });
    world.object('/api/v1/namespaces/shop/events/two', event('Scheduled', { message: 'is none of ours' }));
  },
  'a pod older than the policy': (world) => {
    world.policy();
    world.pod(plainPod({ creationTimestamp: '2026-01-01T23:00:00Z' }));
  },
  'a pod that was missed': (world) => {
    world.policy();
    world.pod(plainPod());
  },
  'a policy that is not in force': (world) => {
    const message = 'Elasticsearch at https://elasticsearch.elastic.svc:9200 does not answer.';
    const ready = {
      type: 'ElasticsearchReady',
      status: 'False',
      reason: 'Unreachable',
      message,
      lastTransitionTime: '2026-01-02T00:00:00Z',
    };
    world.policy(undefined, { inForceSince: undefined, conditions: [ready] });
    world.pod(plainPod());
  },
  'no policy that selects it': (world) => {
    world.policy(rawPolicy('web', { selector: { matchLabels: { app: 'web' } } }));
    const tiers = [{ key: 'tier', operator: 'In', values: ['front', 'back'] }];
    world.policy(rawPolicy('tiers', { selector: { matchExpressions: tiers } }));
    world.policy(rawPolicy('broken', { logs: { multiline: '(' } }));
    world.policy(rawClusterPolicy('elsewhere', { namespaceSelector: { matchLabels: { team: 'other' } } }));
    world.pod(plainPod());
  },
  'several policies of all tiers': (world) => {
    world.policy(rawClusterPolicy('audit', { enforced: true }));
    world.policy(rawClusterPolicy('base'));
    world.policy(rawPolicy('shop'));
    world.policy(rawPolicy('cart', { priority: 5 }));
    world.pod(injectedPod());
  },
  'a sidecar that cannot start and reports no more': (world) => {
    world.policy(undefined, { configuration: { revision: 'c0ffee000002', loaded: 0, reporting: 0 } });
    const state = { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image' } };
    const pod = injectedPod();
    const status = { name: 'tracewell', ready: false, restartCount: 3, state };
    world.pod({ ...pod, status: { phase: 'Pending', initContainerStatuses: [status] } });
    const place = { involvedObject: { fieldPath: 'spec.initContainers{tracewell}' } };
    const message = 'Error: ImagePullBackOff';
    world.object(
      '/api/v1/namespaces/shop/events/one',
      event('Failed', { type: 'Warning', count: 7, message, ...place }),
    );
  },
  'a sidecar with a trouble': (world) => {
    world.policy();
    const noted = {
      state: 'Holding',
      since: '2026-01-02T03:00:00Z',
      error: '401 from https://elasticsearch.elastic.svc:9200',
    };
    world.pod(injectedPod({}, { annotations: { 'tracewell.dev/sidecar': JSON.stringify(noted) } }));
  },
  'a network policy that lets nothing out': (world) => {
    world.policy();
    world.pod(injectedPod());
    world.object('/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/deny', {
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
  },
  'a caller who may read the pod only': (world) => {
    world.policy();
    world.pod(injectedPod());
    const kinds = ['resourcequotas', 'limitranges', 'events'].map((kind) => `/api/v1/namespaces/shop/${kind}`);
    const paths = [
      '/apis/tracewell.dev/v1alpha1/',
      '/apis/apps',
      '/apis/networking',
      '/api/v1/nodes',
      '/api/v1/namespaces/shop$',
      '/api/v1/namespaces/tracewell',
      ...kinds,
    ];
    for (const path of paths) world.server.fail('GET', path, { status: 403, message: 'forbidden' });
  },
};

describe('explain says how a pod stands and why', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const world = await PluginWorld.start();
    CASES[name]!(world);
    await world.succeed('explain', 'cart-0');
    await expect(world.out).toMatchFileSnapshot(golden(`explain/${name.replaceAll(' ', '-')}`));
  });
});

describe('explain of a workload', () => {
  const deployment = (labels: object) => ({
    metadata: { name: 'cart', namespace: 'shop', uid: 'uid-of-cart' },
    spec: {
      selector: { matchLabels: { app: 'cart' } },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'cart:1' }] } },
    },
  });
  const path = '/apis/apps/v1/namespaces/shop/deployments/cart';

  it('tells of pods that stand alike once', async () => {
    const world = await PluginWorld.start();
    world.policy();
    world.object(path, deployment({ app: 'cart' }));
    for (const pod of ['a', 'b']) world.pod(injectedPod(ofDeployment('cart', pod)));
    world.pod(plainPod(ofDeployment('cart', 'c')));
    world.pod(plainPod({ name: 'other', labels: { app: 'cart' } }));
    await world.succeed('explain', 'deploy/cart');
    await expect(world.out).toMatchFileSnapshot(golden('explain/a-workload'));
  });

  it('that has no pods tells what a new one would get', async () => {
    const world = await PluginWorld.start();
    world.policy();
    world.object(path, deployment({ app: 'cart', 'tracewell.dev/inject': 'false' }));
    await world.succeed('explain', 'deployment.apps/cart');
    await expect(world.out).toMatchFileSnapshot(golden('explain/a-workload-without-pods'));
  });
});

it('explain of a pod in the namespace of the operator says that none there is injected', async () => {
  const world = await PluginWorld.start();
  world.namespace('tracewell');
  world.policy(rawClusterPolicy('base'));
  world.pod(plainPod({ name: 'tracewell-0', namespace: 'tracewell' }));
  await world.succeed('explain', 'tracewell-0', '-n', 'tracewell');
  expect(world.out).toContain('Policy   Pods of this namespace are never injected');
});

it('explain -o json gives the same to programs', async () => {
  const world = await PluginWorld.start();
  world.policy();
  world.pod(injectedPod());
  world.server.fail('GET', '/api/v1/nodes', { status: 403, message: 'forbidden' });
  expect(await world.run('explain', 'cart-0', '-o', 'json')).toBe(0);
  expect(JSON.parse(world.out)).toMatchObject({
    explained: [{ pod: 'cart-0', governing: { policy: 'TracingPolicy shop/shop' }, sidecar: { outdated: false } }],
    unknown: [expect.stringContaining('Nodes')],
  });
});

it.each([
  ['with the operator', false, 'QuotaExceeded'],
  ['without it', true, 'Missed'],
])(
  'explain %s: whether a quota has room is said only where the size of a sidecar is known',
  async (_, isHidden, reason) => {
    const world = await PluginWorld.start();
    world.policy();
    const resources = { limits: { memory: '64Mi' } };
    world.pod(plainPod({}, { containers: [{ name: 'app', image: 'cart:1', resources }] }));
    const amounts = { hard: { 'limits.memory': '64Mi' }, used: { 'limits.memory': '64Mi' } };
    world.object('/api/v1/namespaces/shop/resourcequotas/small', {
      metadata: { name: 'small', namespace: 'shop' },
      status: amounts,
    });
    if (isHidden) world.server.fail('GET', '/apis/apps', { status: 403, message: 'forbidden' });
    await world.succeed('explain', 'cart-0');
    expect(world.out).toContain(`none. ${reason}: `);
  },
);

it.each([
  ['a pod that is not there', [], 'there is no pod cart-1 in the namespace shop', 404],
  ['a pod that may not be read', [], 'you may not read pod cart-1 in the namespace shop: GET', 403],
])('explain of %s says so', async (_, _args, sentence, status) => {
  const world = await PluginWorld.start();
  if (status === 403) world.server.fail('GET', '/api/v1/namespaces/shop/pods', { status, message: 'forbidden' });
  expect(await world.run('explain', 'cart-1')).toBe(1);
  expect(world.err).toContain(`kubectl tracewell: ${sentence}`);
});
