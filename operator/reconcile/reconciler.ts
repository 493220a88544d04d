import { isDeepStrictEqual } from 'node:util';
import { API_VERSION, CONDITION, GROUP, type Redaction } from '../../api/names.ts';
import type { PolicyStatus, TracingPolicy } from '../../api/policy.ts';
import type { Log } from '../../runtime/log.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import { ElasticTrouble, type Elastic, type ElasticSettings } from '../elastic/client.ts';
import { needsKey, type StoredKey } from '../elastic/keys.ts';
import { longestRetention } from '../elastic/streams.ts';
import type { Metrics } from '../health/metrics.ts';
import type { Pod } from '../inject/pod.ts';
import type { Surroundings } from '../inject/skip.ts';
import { accept, type Judged } from '../policy/accept.ts';
import { coverage, type Coverage } from './coverage.ts';
import {
  isManaged,
  secretOf,
  secretPath,
  storedKey,
  storedRedactionKey,
  type ReportTarget,
  type Secret,
} from './secret.ts';
import type { Selection } from './selection.ts';
import { accepted, injectedFinding, statusOf, type Finding, type Findings } from './status.ts';

export interface RawPolicy extends KubeObject {
  metadata: KubeObject['metadata'] & { generation?: number };
  status?: PolicyStatus;
}

export interface ReconcilerOptions {
  cluster: Cluster;
  elastic: Elastic;
  settings: Pick<ElasticSettings, 'urls' | 'ca' | 'cluster'>;
  selection: Selection;
  /** Built-in rules of redaction that no policy can switch off. */
  redactRequired: readonly Redaction[];
  /** Where sidecars report at the moment; undefined: nowhere. */
  reports: () => ReportTarget | undefined;
  /** A new key of redacted values, 64 hex digits; each namespace gets one, once. */
  newRedactionKey: () => string;
  ownNamespace: string;
  policiesOf: (namespace: string) => RawPolicy[];
  /** Undefined when the namespace is gone or going. */
  labelsOf: (namespace: string) => Readonly<Record<string, string>> | undefined;
  surroundingsOf: (namespace: string) => Surroundings | undefined;
  /** Why this cluster's pods cannot have native sidecars. */
  unsupported: string | undefined;
  metrics: Metrics;
  now: () => Date;
  log: Log;
}

/** Brings one namespace in order: key, Secret, webhook entry, in this order; then says how it stands in each policy's status. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #troubles = new Map<string, string>();
  /** By namespace: a key that was minted and is not in its Secret yet, and the id of the one that was put there last. */
  readonly #unwritten = new Map<string, StoredKey>();
  readonly #written = new Map<string, string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Throws what should be tried again; the statuses are written all the same. */
  async reconcile(namespace: string): Promise<void> {
    const { policiesOf, surroundingsOf, ownNamespace, selection, unsupported } = this.#options;
    const raw = policiesOf(namespace);
    const surroundings = surroundingsOf(namespace);
    if (raw.length === 0 || !surroundings) return this.#leave(namespace);
    const judged = raw.map((policy) => accept(policy, ownNamespace));
    const policies = judged.flatMap((one) => (one.ok ? [one.policy] : []));
    for (const [index, one] of judged.entries()) if (!one.ok) await this.#refuse(raw[index]!, one);
    if (policies.length === 0) return this.#leave(namespace);

    const { finding, trouble } = await this.#provide(namespace, policies);
    const pods = coverage(await this.#pods(namespace), policies, surroundings);
    const since = selection.since(namespace);
    for (const policy of policies) {
      const counts = pods.get(policy.metadata.name)!;
      const injected = injectedFinding(counts, since !== undefined, unsupported);
      await this.#report(policy, { conditions: [accepted, finding, injected], pods: counts, inForceSince: since });
    }
    this.#say(namespace, trouble);
    if (trouble) throw trouble;
  }

  /** Streams, key and Secret; then the webhook may ask about the namespace's pods. */
  async #provide(
    namespace: string,
    policies: readonly TracingPolicy[],
  ): Promise<{ finding: Finding; trouble?: Error }> {
    const { cluster, elastic, settings, selection, now, unsupported } = this.#options;
    const type = CONDITION.ElasticsearchReady;
    const before = await cluster.get<Secret>(secretPath(namespace));
    if (before && !isManaged(before)) {
      const message = `The Secret ${namespace}/${before.metadata.name} is not Tracewell's. Rename or delete it; Tracewell needs this name.`;
      return { finding: { type, status: 'False', reason: 'SecretTaken', message }, trouble: new Error(message) };
    }
    const old = storedKey(before);
    let key: StoredKey | undefined = old;
    let finding: Finding;
    let trouble: ElasticTrouble | undefined;
    try {
      const notes = await this.#prepareStreams(namespace, policies);
      if (needsKey(old, elastic.handedOn, now())) {
        key = this.#unwritten.get(namespace) ?? (await elastic.mintKey(namespace));
        this.#unwritten.set(namespace, key);
      }
      finding = {
        type,
        status: 'True',
        reason: 'Ready',
        message: ['Streams and key are in place.', ...notes].join(' '),
      };
    } catch (error) {
      if (!(error instanceof ElasticTrouble)) throw error;
      trouble = error;
      finding = { type, status: 'False', reason: error.reason, message: error.message };
    }
    this.#options.metrics.elasticReady(!trouble);
    if (key) {
      const { redactRequired, newRedactionKey, reports } = this.#options;
      const redactionKey = storedRedactionKey(before) ?? newRedactionKey();
      const contents = { namespace, policies, key, redactionKey, redactRequired, reports: reports(), ...settings };
      await cluster.apply(secretPath(namespace), secretOf(contents));
      this.#unwritten.delete(namespace);
      if (!unsupported) await selection.add(namespace);
      // A key that was renewed lives on to its own end: the kubelet takes a minute to bring the new one to running sidecars.
      // Not so the key of a Secret that somebody deleted.
      const lost = old ? undefined : this.#written.get(namespace);
      this.#written.set(namespace, key.id);
      if (lost && lost !== key.id) await elastic.invalidateKey(lost);
    }
    return { finding, ...(trouble ? { trouble } : {}) };
  }

  /** Returns what a person should know though all is well. */
  async #prepareStreams(namespace: string, policies: readonly TracingPolicy[]): Promise<string[]> {
    const { elastic } = this.#options;
    await elastic.install();
    await elastic.createStreams(namespace);
    const retention = longestRetention(policies.map(({ spec }) => spec.retention))!;
    const notes: string[] = [];
    if (!(await elastic.setRetention(namespace, retention))) {
      notes.push(`Retention ${retention} is not applied: this Elasticsearch has no data stream lifecycle.`);
    }
    if (!elastic.canMint)
      notes.push(
        'LeastPrivilege=False: the operator has an API key, which cannot mint others, so sidecars use it too.',
      );
    return notes;
  }

  /** A namespace that no policy selects any more: the webhook is not asked about it, and its key is worth nothing. */
  async #leave(namespace: string): Promise<void> {
    const { cluster, selection, elastic, labelsOf } = this.#options;
    await selection.remove(namespace);
    this.#troubles.delete(namespace);
    const ids = new Set([this.#written.get(namespace), this.#unwritten.get(namespace)?.id]);
    const secret = labelsOf(namespace) && (await cluster.get<Secret>(secretPath(namespace)));
    if (secret && isManaged(secret)) {
      ids.add(storedKey(secret)?.id);
      await cluster.delete(secretPath(namespace));
    }
    // A namespace that is deleted takes its Secret along, but not the key.
    for (const id of ids) if (id) await elastic.invalidateKey(id);
    this.#written.delete(namespace);
    this.#unwritten.delete(namespace);
  }

  async #pods(namespace: string): Promise<Pod[]> {
    return (await this.#options.cluster.list<Pod>(`/api/v1/namespaces/${namespace}/pods`)).items;
  }

  async #refuse(policy: RawPolicy, judged: Extract<Judged, { ok: false }>): Promise<void> {
    const finding: Finding = {
      type: CONDITION.Accepted,
      status: 'False',
      reason: judged.reason,
      message: judged.message,
    };
    await this.#write(
      policy,
      statusOf(policy.status, { generation: judged.generation, conditions: [finding] }, this.#options.now()),
    );
  }

  async #report(policy: TracingPolicy, findings: Omit<Findings, 'generation'> & { pods: Coverage }): Promise<void> {
    const { namespace, name, generation } = policy.metadata;
    const { injected, matched } = findings.pods;
    this.#options.metrics.pods({ namespace, policy: name }, { injected, missing: matched - injected });
    await this.#write(policy, statusOf(policy.status, { generation, ...findings }, this.#options.now()));
  }

  async #write(
    policy: { metadata: KubeObject['metadata']; status?: PolicyStatus | undefined },
    status: PolicyStatus,
  ): Promise<void> {
    if (isDeepStrictEqual(policy.status, status)) return;
    const { namespace, name } = policy.metadata;
    const path = `/apis/${API_VERSION}/namespaces/${namespace}/tracingpolicies/${name}/status`;
    await this.#options.cluster.apply(path, {
      apiVersion: API_VERSION,
      kind: 'TracingPolicy',
      metadata: { name, namespace },
      status,
    });
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

export const POLICIES_PATH = `/apis/${GROUP}/v1alpha1/tracingpolicies`;
