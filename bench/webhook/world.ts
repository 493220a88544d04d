import { API_VERSION, PLURAL } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import { inject, type InjectOptions } from '../../operator/inject/patch.ts';
import type { Pod } from '../../operator/inject/pod.ts';
import type { SidecarSettings } from '../../operator/inject/sidecar.ts';
import { clusterPolicyOf, policyOf } from '../../test/operator/objects.ts';
import type { ObjectStore, StoredObject } from '../../test/operator/object-store.ts';
import { applicationPod } from './application-pod.ts';

/** How much there is in the cluster. */
export interface Size {
  namespaces: number;
  /** One for each namespace first; then one in two for an application of a namespace, one in two for a team of namespaces. */
  policies: number;
  pods: number;
}

const NODES = 100;
const TEAMS = 20;
const CREATED = '2026-01-01T00:00:00Z';

export const namespaceOf = (i: number): string => `team-${String(i).padStart(3, '0')}`;
export const podPath = ({ metadata: { namespace, name } }: Pod): string =>
  `/api/v1/namespaces/${namespace}/pods/${name}`;
const stored = (object: unknown) => object as StoredObject;

/** A policy of each namespace, which governs the pods that no other one selects. */
const general = (namespace: number): Policy => policyOf('all', {}, { namespace: namespaceOf(namespace) });

/** A cluster in which something is going on: pods of applications, four in five of them with a sidecar, quotas and limits. */
export function fill(objects: ObjectStore, { namespaces, policies, pods }: Size, settings: SidecarSettings): void {
  const put = (path: string, object: unknown) => objects.put(path, stored(object));
  for (let i = 0; i < NODES; i++) put(`/api/v1/nodes/node-${i}`, nodeObject(i));
  for (let i = 0; i < namespaces; i++) {
    const namespace = namespaceOf(i);
    const labels = { 'kubernetes.io/metadata.name': namespace, team: `t-${i % TEAMS}` };
    put(`/api/v1/namespaces/${namespace}`, { metadata: { name: namespace, labels } });
    const metadata = { name: 'team', namespace };
    if (i % 4 === 0) put(`/api/v1/namespaces/${namespace}/resourcequotas/team`, { metadata, ...QUOTA });
    if (i % 5 === 0) put(`/api/v1/namespaces/${namespace}/limitranges/team`, { metadata, ...LIMIT_RANGE });
  }
  for (let i = 0; i < policies; i++) {
    const policy = policyObject(i, namespaces);
    const { namespace, name } = policy.metadata as { namespace?: string; name: string };
    const scope = namespace ? `namespaces/${namespace}/` : '';
    put(`/apis/${API_VERSION}/${scope}${PLURAL[policy.kind]}/${name}`, policy);
  }
  for (let i = 0; i < pods; i++) {
    const pod = applicationPod(i, namespaceOf(i % namespaces));
    const options: InjectOptions = { policy: general(i % namespaces), settings, now: new Date(CREATED) };
    put(podPath(pod), running(i % 5 === 0 ? pod : inject(pod, options), i));
  }
}

function policyObject(i: number, namespaces: number): Policy {
  if (i < namespaces) return general(i);
  const selector = { matchLabels: { 'app.kubernetes.io/name': i % 3 === 0 ? 'cart' : 'search' } };
  if (i % 2 === 0) return policyOf(`app-${i}`, { selector, priority: 10 }, { namespace: namespaceOf(i % namespaces) });
  return clusterPolicyOf(`team-${i}`, { selector, namespaceSelector: { matchLabels: { team: `t-${i % TEAMS}` } } });
}

/** The pod on its node, as its status then says. */
export function running({ metadata, spec }: Pod, i: number): Pod {
  const state = { running: { startedAt: new Date(CREATED) } };
  const status = (name: string) => ({ name, ready: true, started: true, restartCount: 0, state });
  return {
    metadata: { ...metadata, uid: `uid-${i}`, creationTimestamp: CREATED },
    spec: { ...spec, nodeName: `node-${i % NODES}` },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: spec.containers.map(({ name }) => status(name)),
      initContainerStatuses: (spec.initContainers ?? []).map(({ name }) => status(name)),
    },
  };
}

const nodeObject = (i: number) => ({
  metadata: { name: `node-${i}`, labels: { 'kubernetes.io/os': 'linux', 'topology.kubernetes.io/zone': `z-${i % 3}` } },
  status: { nodeInfo: { kubeletVersion: 'v1.36.1', operatingSystem: 'linux' } },
});
const HARD = { pods: '1000', 'requests.cpu': '200', 'requests.memory': '400Gi', 'limits.memory': '800Gi' };
const QUOTA = { spec: { hard: HARD }, status: { hard: HARD, used: { pods: '25', 'requests.cpu': '12500m' } } };
const LIMIT_RANGE = { spec: { limits: [{ type: 'Container', max: { cpu: '8', memory: '16Gi' } }] } };
