import { API_VERSION, PLURAL, type PolicyKind } from '../../api/names.ts';
import { clusterTracingPolicy, tracingPolicy, type Policy, type TracingPolicy } from '../../api/policy.ts';
import type { Cluster } from '../../operator/cluster.ts';
import { ApiError } from '../../operator/cluster.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import { inject } from '../../operator/inject/patch.ts';
import type { SidecarSettings } from '../../operator/inject/sidecar.ts';
import { KWOK } from '../../test/cluster/kwok.ts';

/** How much there is in a cluster. */
export interface Size {
  namespaces: number;
  /** Five in six of them are of a namespace, the others of the cluster, for a team of some namespaces each. */
  policies: number;
  pods: number;
  nodes: number;
}

const APPS = ['cart', 'checkout', 'search', 'mail', 'report'] as const;
/** The API server takes no more at a time without making somebody wait. */
const TOGETHER = 32;

const nameOf = (namespace: number) => `bench-${String(namespace).padStart(3, '0')}`;

/** Creates it all through the API server, pods last; every second pod has a sidecar already. */
export async function createWorld(
  cluster: Cluster,
  { namespaces, policies, pods, nodes }: Size,
  settings: SidecarSettings,
): Promise<void> {
  const clusterPolicies = Math.floor(policies / 6);
  const teams = Math.max(1, clusterPolicies);
  await each(namespaces, async (i) => {
    const name = nameOf(i);
    await cluster.create('/api/v1/namespaces', {
      metadata: { name, labels: { 'bench.tracewell.dev/team': `team-${i % teams}` } },
    });
    // The controller that makes it takes its time, and a pod needs it.
    await unlessThere(() =>
      cluster.create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } }),
    );
  });
  await each(pods, async (i) => {
    const namespace = nameOf(i % namespaces);
    const app = APPS[Math.floor(i / namespaces) % APPS.length]!;
    const bare = podObject(i, { app, namespace, nodes });
    const pod =
      i % 2 === 0 ? bare : inject(bare, { policy: tracingPolicyOf(i % namespaces, 0), settings, now: new Date(0) });
    await cluster.create(`/api/v1/namespaces/${namespace}/pods`, pod);
  });
  await each(policies - clusterPolicies, (i) =>
    createPolicy(cluster, tracingPolicyOf(i % namespaces, Math.floor(i / namespaces))),
  );
  await each(clusterPolicies, (i) => createPolicy(cluster, clusterPolicyOf(i)));
}

const createPolicy = (cluster: Cluster, policy: Policy) => {
  const { namespace } = policy.metadata as { namespace?: string };
  const scope = namespace ? `namespaces/${namespace}/` : '';
  return cluster.create(`/apis/${API_VERSION}/${scope}${PLURAL[policy.kind]}`, { apiVersion: API_VERSION, ...policy });
};

/** The first one of a namespace is for all of its pods, further ones for an application. */
export function tracingPolicyOf(namespace: number, nth: number): TracingPolicy {
  const selector = nth === 0 ? {} : { matchLabels: { 'app.kubernetes.io/name': APPS[nth % APPS.length]! } };
  return tracingPolicy.parse({
    ...head('TracingPolicy'),
    metadata: { ...made, name: `policy-${nth}`, namespace: nameOf(namespace) },
    spec: { selector, priority: nth },
  });
}

const clusterPolicyOf = (team: number): Policy =>
  clusterTracingPolicy.parse({
    ...head('ClusterTracingPolicy'),
    metadata: { ...made, name: `team-${team}` },
    spec: { namespaceSelector: { matchLabels: { 'bench.tracewell.dev/team': `team-${team}` } } },
  });

/** What the API server will replace by its own. */
const made = { uid: 'none', generation: 1, creationTimestamp: new Date(0).toISOString() };
const head = (kind: PolicyKind) => ({ apiVersion: API_VERSION, kind });

function podObject(i: number, { app, namespace, nodes }: { app: string; namespace: string; nodes: number }): Pod {
  return {
    metadata: {
      name: `${app}-${i}`,
      namespace,
      labels: { 'app.kubernetes.io/name': app, 'app.kubernetes.io/part-of': 'bench' },
    },
    spec: {
      // The scheduler would take most of the time.
      nodeName: `kwok-${i % nodes}`,
      tolerations: [{ key: KWOK.key, operator: 'Exists' }],
      terminationGracePeriodSeconds: 0,
      containers: [{ name: app, image: `registry.example.com/${app}:1.0`, resources: { requests: { cpu: '10m' } } }],
    },
  };
}

async function each(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 409)) throw error;
  }
}
