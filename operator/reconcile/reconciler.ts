import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, CONDITION } from '../../api/names.ts';
import type { Policy, PolicyStatus } from '../../api/policy.ts';
import type { Log } from '../../runtime/log.ts';
import { Turns } from '../../runtime/turns.ts';
import type { Standing } from '../audit/standing.ts';
import { stopOf, type State } from '../breaker/state.ts';
import type { Cluster } from '../cluster.ts';
import type { Figures } from '../ledger/figures.ts';
import type { Metrics } from '../health/metrics.ts';
import { isInjected, type Pod } from '../inject/pod.ts';
import { stemOf, statusPath, type Judged, type RawPolicy } from '../policy/accept.ts';
import type { Policies } from '../policy/policies.ts';
import type { Sidecars } from '../reports/configuration.ts';
import { coverageOf, sum, type Coverage } from './coverage.ts';
import { clusterPolicyKey, parseKey } from './key.ts';
import { hasEnded } from './pods.ts';
import type { Provision } from './provision.ts';
import type { Selection } from './selection.ts';
import { acceptedFinding, deliveringFinding, injectedFinding, statusOf, together, type Finding } from './status.ts';

export interface ReconcilerOptions {
  cluster: Cluster;
  policies: Policies;
  provision: Provision;
  selection: Selection;
  /** Of the namespaces that are there and not going. */
  namespaces: () => string[];
  /** Undefined when the namespace is gone or going. */
  labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined;
  podsOf: (namespace: string) => readonly Pod[];
  /** How the pods of a namespace stand to the policies that reach it. */
  standingsOf: (namespace: string) => readonly Standing[];
  breakers: () => State;
  /** How a policy's sidecars in these namespaces stand; undefined where none can report. `before`: what its status says. */
  sidecarsOf: (policy: Policy, namespaces: readonly string[], before: PolicyStatus | undefined) => Sidecars | undefined;
  /** The condition Verified of a policy in these namespaces. */
  verifiedOf: (policy: Policy, namespaces: readonly string[]) => Finding;
  /** What its status says of a policy's records in these namespaces. `before`: what it says now. */
  figuresOf: (policy: Policy, namespaces: readonly string[], before: PolicyStatus | undefined) => Figures;
  /** Why this cluster's pods cannot have native sidecars. */
  unsupported: () => string | undefined;
  /** Has a key reconciled soon. */
  again: (key: string) => void;
  metrics: Metrics;
  now: () => Date;
  log: Log;
}

/** What is known of a namespace after it was brought in order. */
interface Found {
  finding: Finding;
  /** By the policy's stem. */
  pods: Map<string, Coverage>;
}

/** Brings one key's world in order, and says in each policy's status how it stands. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #troubles = new Map<string, string>();
  readonly #found = new Map<string, Found>();
  /** A namespace with many pods takes a while, and the webhook must answer. */
  readonly #turns = new Turns();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Throws what should be tried again; the statuses are written all the same. */
  reconcile(key: string): Promise<void> {
    const { namespace, clusterPolicy } = parseKey(key);
    return namespace === undefined ? this.#clusterPolicy(clusterPolicy) : this.#namespace(namespace);
  }

  /** Key and Secret, then the webhook's entry, then the status of its policies. */
  async #namespace(namespace: string): Promise<void> {
    const { policies, provision, selection, labelsOf, unsupported } = this.#options;
    const labels = labelsOf(namespace);
    const reaching = labels ? policies.reaching(namespace, labels) : [];
    const refused = await this.#refuse(namespace);
    if (reaching.length === 0) return this.#leave(namespace);
    const { finding, trouble, hasSecret } = await provision.provide(namespace, reaching, refused);
    // While it has no key, a cluster policy's pods go in as they are, too.
    await selection.exclude(namespace, !hasSecret);
    const hasOwn = reaching.some(({ kind }) => kind === 'TracingPolicy');
    if (hasOwn && hasSecret && !unsupported()) await selection.add(namespace);
    else if (!hasOwn) await selection.remove(namespace);
    await this.#turns.next();
    const pods = coverageOf(reaching, this.#options.standingsOf(namespace));
    this.#found.set(namespace, { finding, pods });
    for (const policy of reaching) {
      const counts = pods.get(stemOf(policy))!;
      this.#count(namespace, policy, counts);
      if (policy.kind === 'TracingPolicy') await this.#report(policy, finding, counts, [namespace]);
      else this.#options.again(clusterPolicyKey(policy.metadata.name));
    }
    this.#say(namespace, trouble);
    if (trouble) throw trouble;
  }

  /** The webhook's entry once every namespace that it reaches is in order or known not to be; then the sum of what they say. */
  async #clusterPolicy(name: string): Promise<void> {
    const { policies, selection, unsupported } = this.#options;
    const raw = policies.ofCluster().find(({ metadata }) => metadata.name === name);
    const judged = raw && policies.judge(raw);
    if (raw && judged && !judged.ok) await this.#write(raw, this.#refusal(raw, judged));
    const policy = judged?.ok && judged.policy.kind === 'ClusterTracingPolicy' ? judged.policy : undefined;
    if (!policy || policy.metadata.deletionTimestamp) return selection.removeClusterPolicy(name);
    const stem = stemOf(policy);
    const reached = this.#reachedBy(policy);
    const found = reached.flatMap((namespace) => this.#found.get(namespace) ?? []);
    const isKnown = found.length === reached.length;
    if (isKnown && !unsupported()) await selection.addClusterPolicy(name, policy.spec.namespaceSelector);
    const counts = sum(found.flatMap(({ pods }) => pods.get(stem) ?? []));
    const finding = together(new Map(reached.map((namespace) => [namespace, this.#found.get(namespace)?.finding])));
    await this.#report(policy, finding, counts, reached);
  }

  #reachedBy(policy: Policy): string[] {
    const { namespaces, labelsOf, policies } = this.#options;
    return namespaces().filter((namespace) => policies.isReached(policy, namespace, labelsOf(namespace) ?? {}));
  }

  /** Says of each policy of the namespace that is not accepted why, and returns the stems of all that are not. */
  async #refuse(namespace: string): Promise<string[]> {
    const { policies } = this.#options;
    const refused: string[] = [];
    for (const raw of policies.about(namespace)) {
      const judged = policies.judge(raw);
      if (judged.ok) continue;
      refused.push(stemOf(raw));
      if (raw.kind === 'TracingPolicy') await this.#write(raw, this.#refusal(raw, judged));
    }
    return refused;
  }

  #refusal(raw: RawPolicy, { reason, message }: Extract<Judged, { ok: false }>): PolicyStatus {
    const finding: Finding = { type: CONDITION.Accepted, status: 'False', reason, message };
    const { generation = 0 } = raw.metadata;
    return statusOf(raw.status, { generation, conditions: [finding] }, this.#options.now());
  }

  async #leave(namespace: string): Promise<void> {
    const { selection, provision, podsOf, metrics } = this.#options;
    await selection.remove(namespace);
    await selection.exclude(namespace, false);
    this.#troubles.delete(namespace);
    for (const stem of this.#found.get(namespace)?.pods.keys() ?? []) metrics.forgetPolicy({ namespace, policy: stem });
    this.#found.delete(namespace);
    const hasSidecars = podsOf(namespace).some((pod) => isInjected(pod) && !hasEnded(pod));
    await provision.leave(namespace, hasSidecars);
  }

  #count(namespace: string, policy: Policy, { matched, injected }: Coverage): void {
    this.#options.metrics.pods({ namespace, policy: stemOf(policy) }, { injected, missing: matched - injected });
  }

  async #report(policy: Policy, finding: Finding, pods: Coverage, reached: readonly string[]): Promise<void> {
    const { policies, selection, breakers, figuresOf, sidecarsOf, verifiedOf, unsupported, now } = this.#options;
    const { raw, notes } = policies.sourceOf(policy);
    const since = selection.since(policy, policy.kind === 'TracingPolicy' ? policy.metadata.namespace : '');
    const [stop] = reached.flatMap((namespace) => stopOf(breakers(), namespace) ?? []);
    const injected = injectedFinding(pods, since !== undefined, unsupported(), stop);
    const sidecars = sidecarsOf(policy, reached, raw.status);
    const delivering = sidecars ? [deliveringFinding(sidecars)] : [];
    const conditions = [acceptedFinding(notes, pods), finding, injected, ...delivering, verifiedOf(policy, reached)];
    const { generation } = policy.metadata;
    const figures = figuresOf(policy, reached, raw.status);
    const found = {
      generation,
      conditions,
      pods,
      configuration: sidecars?.configuration,
      inForceSince: since,
      figures,
    };
    const status = statusOf(raw.status, found, now());
    await this.#write(raw, status);
  }

  async #write(raw: RawPolicy, status: PolicyStatus): Promise<void> {
    if (isDeepStrictEqual(raw.status, status)) return;
    const { name, namespace } = raw.metadata;
    const metadata = { name, ...(namespace ? { namespace } : {}) };
    await this.#options.cluster.apply(statusPath(raw), { apiVersion: API_VERSION, kind: raw.kind, metadata, status });
  }

  /** Once per change, not once per try. */
  #say(namespace: string, trouble: Error | undefined): void {
    const { log } = this.#options;
    const before = this.#troubles.get(namespace);
    if (trouble && trouble.message !== before) {
      this.#troubles.set(namespace, trouble.message);
      log.warn('a namespace is not ready', { namespace, trouble: trouble.message });
    } else if (!trouble && before !== undefined) {
      this.#troubles.delete(namespace);
      log.info('a namespace is ready again', { namespace });
    }
  }
}
