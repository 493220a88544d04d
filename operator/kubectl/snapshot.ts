import { API_VERSION, PLURAL, type PolicyKind } from '../../api/names.ts';
import type { Policy } from '../../api/policy.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import { breakerName, breakersPath, projectState, type ConfigMap } from '../breaker/config-map.ts';
import type { State } from '../breaker/state.ts';
import { stopped } from '../breaker/words.ts';
import type { LimitRange } from '../inject/limit-range.ts';
import type { Node } from '../inject/node.ts';
import type { Pod } from '../inject/pod.ts';
import type { Quota } from '../inject/quota.ts';
import { isOutdated } from '../inject/revision.ts';
import type { Surroundings } from '../inject/skip.ts';
import { surroundingsOf, type View } from '../inject/webhook.ts';
import type { Platform, RawPolicy } from '../policy/accept.ts';
import { Policies } from '../policy/policies.ts';
import { Failure } from './exit.ts';
import { findOperator, type OperatorSite } from './operator-site.ts';
import { isStatus, type Reader } from './reader.ts';

/** What the caller may read of what the operator decides by. */
export interface Facts {
  policies: readonly RawPolicy[];
  /** Policies of both kinds, and the labels by which they reach the namespace, could be read. */
  hasAllPolicies: boolean;
  /** Labels by namespace. */
  namespaces: ReadonlyMap<string, Readonly<Record<string, string>>>;
  quotas: readonly Quota[];
  limitRanges: readonly LimitRange[];
  nodes: readonly Node[];
  operator: OperatorSite | undefined;
  breakers: State;
  /** Where it is taken to be when it is not seen. */
  operatorNamespace: string;
}

/** How things stand at one moment, as the webhook would see them. */
export class Snapshot implements View {
  readonly policies: Policies;
  readonly operator: OperatorSite | undefined;
  readonly platform: Platform;
  readonly hasAllPolicies: boolean;
  readonly #facts: Facts;

  constructor(facts: Facts) {
    const { operator, operatorNamespace } = facts;
    this.#facts = facts;
    this.operator = operator;
    this.hasAllPolicies = facts.hasAllPolicies;
    this.platform = {
      ownNamespace: operator?.namespace ?? operatorNamespace,
      bounds: operator?.bounds ?? { retention: {}, resources: {} },
    };
    this.policies = new Policies({
      all: () => facts.policies,
      within: (namespace) => facts.policies.filter(({ metadata }) => (metadata.namespace ?? '') === namespace),
      platform: this.platform,
    });
  }

  /** The same with other policies. */
  with(policies: readonly RawPolicy[]): Snapshot {
    return new Snapshot({ ...this.#facts, policies });
  }

  get namespaces(): string[] {
    return [...this.#facts.namespaces.keys()].toSorted();
  }

  policiesOf(namespace: string): readonly Policy[] {
    return this.policies.reaching(namespace, this.namespaceLabels(namespace));
  }

  namespaceLabels(namespace: string): Readonly<Record<string, string>> {
    return this.#facts.namespaces.get(namespace) ?? { 'kubernetes.io/metadata.name': namespace };
  }

  /** Nobody can say whether there is room for a sidecar whose size is not known. */
  quotasOf(namespace: string): readonly Quota[] {
    return this.operator ? this.#facts.quotas.filter(({ metadata }) => metadata.namespace === namespace) : [];
  }

  limitRangesOf(namespace: string): readonly LimitRange[] {
    return this.operator ? this.#facts.limitRanges.filter(({ metadata }) => metadata.namespace === namespace) : [];
  }

  nodes(): readonly Node[] {
    return this.#facts.nodes;
  }

  breakerOf(namespace: string): string | undefined {
    return stopped(this.#facts.breakers, namespace);
  }

  surroundings(namespace: string): Surroundings {
    const settings = this.operator?.sidecar ?? UNKNOWN_SETTINGS;
    return surroundingsOf(this, namespace, { settings, ownNamespace: this.platform.ownNamespace })!;
  }

  /** Undefined when the image of new sidecars is not known. */
  isOutdated(pod: Pod): boolean | undefined {
    return this.operator && isOutdated(pod, this.operator.sidecar);
  }
}

/** Of no size, so that no check of sizes finds anything. */
const UNKNOWN_SETTINGS = {
  image: '',
  pullPolicy: '',
  pullSecrets: [],
  resources: { requests: {}, limits: {} },
  proxy: { http: '', https: '', none: '' },
};

/** Reads what the webhook decides by, for one namespace or for all. */
export async function takeSnapshot(
  reader: Reader,
  { namespace, operatorNamespace }: { namespace: string | undefined; operatorNamespace: string },
): Promise<Snapshot> {
  const of = namespace === undefined ? '' : `namespaces/${namespace}/`;
  const where = namespace === undefined ? 'any namespace' : `the namespace ${namespace}`;
  const [own, cluster, namespaces, quotas, limitRanges, nodes, operator] = await Promise.all([
    policiesAt(reader, `${of}${PLURAL.TracingPolicy}`, 'TracingPolicy', where),
    policiesAt(reader, PLURAL.ClusterTracingPolicy, 'ClusterTracingPolicy', 'the cluster'),
    readNamespaces(reader, namespace),
    reader.list<Quota>(`/api/v1/${of}resourcequotas`, room('Quotas')),
    reader.list<LimitRange>(`/api/v1/${of}limitranges`, room('Limit ranges')),
    reader.list<Node>('/api/v1/nodes', {
      what: 'Nodes',
      whether: 'whether the kubelets know native sidecars.',
    }),
    findOperator(reader, operatorNamespace),
  ]);
  return new Snapshot({
    policies: [...(own ?? []), ...(cluster ?? [])],
    hasAllPolicies: own !== undefined && cluster !== undefined && namespaces.size > 0,
    namespaces,
    quotas: quotas ?? [],
    limitRanges: limitRanges ?? [],
    nodes: nodes ?? [],
    operator,
    breakers: await readBreakers(reader, operator ?? { namespace: operatorNamespace, name: 'tracewell' }),
    operatorNamespace,
  });
}

async function readBreakers(reader: Reader, { namespace, name }: { namespace: string; name: string }): Promise<State> {
  const whether = 'whether injection is stopped at the moment; the condition Injected of a policy says so, too.';
  const path = `${breakersPath(namespace)}/${breakerName(name)}`;
  const found = await reader.get<ConfigMap>(path, { what: "The breaker's ConfigMap", whether });
  return found ? projectState(found).state : {};
}

const room = (what: string) => ({ what, whether: 'whether there is room for the sidecar.' });

/** Undefined when the caller may not read them. Items of a list have no kind. */
async function policiesAt(reader: Reader, path: string, kind: PolicyKind, where: string) {
  const purpose = {
    what: `${kind === 'TracingPolicy' ? 'Policies' : 'Cluster policies'} of ${where}`,
    whether: 'whether one of them governs a pod.',
  };
  const found = await reader.list<RawPolicy>(`/apis/${API_VERSION}/${path}`, purpose);
  return found?.map((policy): RawPolicy => ({ ...policy, kind }));
}

type Labels = Readonly<Record<string, string>>;

async function readNamespaces(reader: Reader, namespace: string | undefined): Promise<Map<string, Labels>> {
  const purpose = {
    what: 'Labels of the namespace',
    whether: 'whether they leave it out, forbid the volume of the log files, or make it one of a cluster policy.',
  };
  const found =
    namespace === undefined
      ? await reader.needList<KubeObject>('/api/v1/namespaces', 'namespaces; name one of yours with -n')
      : [await reader.find<KubeObject>(`/api/v1/namespaces/${namespace}`, `namespace ${namespace}`, purpose)];
  return new Map(found.flatMap((one) => (one ? [[one.metadata.name, one.metadata.labels ?? {}]] : [])));
}

/** Throws when the cluster does not have Tracewell's kinds; who may not even ask that goes on. */
export async function requireInstalled(cluster: Cluster): Promise<void> {
  const kinds = await cluster.get(`/apis/${API_VERSION}`).catch((error: unknown) => {
    if (isStatus(error, 403)) return {};
    throw error;
  });
  if (!kinds)
    throw new Failure(`this cluster has no ${API_VERSION}: Tracewell is not installed in it (docs/install.md)`);
}
