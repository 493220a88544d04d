import { isDeepStrictEqual } from 'node:util';
import type { LabelSelector, Policy } from '../../api/policy.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import { untouched } from '../policy/accept.ts';
import { clusterPolicyOf, webhookConfig, webhookPath, type WebhookTarget } from './webhook-config.ts';

export interface SelectionOptions {
  cluster: Cluster;
  /** Release name and namespace, and the name of the chart's ClusterRole. */
  name: string;
  namespace: string;
  owner: string;
  caBundle: () => string;
  now: () => Date;
  log: Log;
  /** From one write to the next, milliseconds. */
  restMs?: number;
}

interface Configuration extends KubeObject {
  webhooks?: { name: string; namespaceSelector?: LabelSelector }[];
}

/** What an earlier operator selected. */
export interface Selected {
  namespaces: string[];
  clusterPolicies: string[];
}

/** A new installation's namespaces come one after the other, and each write is of all of them: some go together. */
const REST_MS = 500;

/** Whose pods the API server asks us about, and the webhook configuration that says so. */
export class Selection {
  readonly #options: SelectionOptions;
  /** Since when, RFC 3339. */
  readonly #namespaces = new Map<string, string>();
  readonly #clusterPolicies = new Map<string, { since: string; namespaceSelector: LabelSelector }>();
  readonly #excluded = new Set<string>();
  #target: WebhookTarget | undefined;
  /** What was asked for last, and what the API server made of it. */
  #written: unknown;
  #stands: unknown;
  #writing: Promise<unknown> = Promise.resolve();
  #rest: Promise<void> = Promise.resolve();

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  /** Has the webhook configuration been written with today's authority? */
  get published(): boolean {
    return this.#written !== undefined;
  }

  /** Since when a policy's pods are injected, in this namespace. */
  since(policy: Policy, namespace: string): string | undefined {
    if (this.#excluded.has(namespace)) return undefined;
    return policy.kind === 'TracingPolicy'
      ? this.#namespaces.get(namespace)
      : this.#clusterPolicies.get(policy.metadata.name)?.since;
  }

  /** Takes over what an earlier operator selected, and writes the configuration with today's authority. `since`: from a status. */
  async start(since: (of: { namespace: string } | { clusterPolicy: string }) => string | undefined): Promise<Selected> {
    const { cluster, name, now } = this.#options;
    const existing = await cluster.get<Configuration>(webhookPath(name));
    for (const { name: entry, namespaceSelector = {} } of existing?.webhooks ?? []) {
      const clusterPolicy = clusterPolicyOf(entry);
      if (clusterPolicy !== undefined) {
        const time = since({ clusterPolicy }) ?? now().toISOString();
        this.#clusterPolicies.set(clusterPolicy, { since: time, namespaceSelector });
        continue;
      }
      for (const namespace of namespaceSelector.matchExpressions?.[0]?.values ?? [])
        this.#namespaces.set(namespace, since({ namespace }) ?? now().toISOString());
    }
    await this.publish();
    return { namespaces: [...this.#namespaces.keys()], clusterPolicies: [...this.#clusterPolicies.keys()] };
  }

  async add(namespace: string): Promise<void> {
    if (this.#namespaces.has(namespace)) return;
    this.#namespaces.set(namespace, this.#options.now().toISOString());
    try {
      await this.publish();
    } catch (error) {
      this.#namespaces.delete(namespace);
      throw error;
    }
    this.#options.log.info('pods of a namespace are injected from now on', { namespace });
  }

  async remove(namespace: string): Promise<void> {
    const was = this.#namespaces.delete(namespace);
    // Also when it was removed before: that write may have failed.
    await this.publish();
    if (was) this.#options.log.info('pods of a namespace are no longer injected', { namespace });
  }

  async addClusterPolicy(name: string, namespaceSelector: LabelSelector): Promise<void> {
    const before = this.#clusterPolicies.get(name);
    if (before && isDeepStrictEqual(before.namespaceSelector, namespaceSelector)) return;
    this.#clusterPolicies.set(name, { since: this.#options.now().toISOString(), namespaceSelector });
    try {
      await this.publish();
    } catch (error) {
      if (before) this.#clusterPolicies.set(name, before);
      else this.#clusterPolicies.delete(name);
      throw error;
    }
    this.#options.log.info('pods of a cluster policy are injected from now on', { policy: name });
  }

  async removeClusterPolicy(name: string): Promise<void> {
    const was = this.#clusterPolicies.delete(name);
    await this.publish();
    if (was) this.#options.log.info('pods of a cluster policy are no longer injected', { policy: name });
  }

  /** Keeps the API server from asking about a namespace's pods, whatever selects them; or lets it ask again. */
  async exclude(namespace: string, isExcluded: boolean): Promise<void> {
    if (this.#excluded.has(namespace) === isExcluded) return;
    const set = (to: boolean) => (to ? this.#excluded.add(namespace) : this.#excluded.delete(namespace));
    set(isExcluded);
    try {
      await this.publish();
    } catch (error) {
      set(!isExcluded);
      throw error;
    }
  }

  /** Writes the configuration as it should be now; one write at a time, the last one with everything. */
  publish(): Promise<void> {
    return this.#inTurn(() => this.#write());
  }

  /** Puts the configuration back if somebody changed or deleted it. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#heal());
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#writing.then(work);
    this.#writing = turn.catch(() => undefined);
    return turn;
  }

  async #heal(): Promise<void> {
    if (!this.published) return;
    const { cluster, name, log } = this.#options;
    const found = await cluster.get<Configuration>(webhookPath(name));
    if (isDeepStrictEqual(found?.webhooks, this.#stands)) return;
    log.warn('the webhook configuration was changed or deleted, and is put back', { name });
    await this.#write({ again: true });
  }

  async #write({ again = false } = {}): Promise<void> {
    const { cluster, name, restMs = REST_MS } = this.#options;
    if (!again && isDeepStrictEqual(await this.#wanted(), this.#written)) return;
    await this.#rest;
    const wanted = await this.#wanted();
    this.#stands = (await cluster.apply<Configuration>(webhookPath(name), wanted)).webhooks;
    this.#written = wanted;
    this.#rest = wait(restMs);
  }

  async #wanted(): Promise<unknown> {
    const target = { ...(await this.#identify()), caBundle: this.#options.caBundle() };
    return webhookConfig(target, {
      namespaces: [...this.#namespaces.keys()],
      clusterPolicies: [...this.#clusterPolicies].map(([policy, { namespaceSelector }]) => ({
        name: policy,
        namespaceSelector,
      })),
      excluded: [...untouched(this.#options.namespace), ...this.#excluded],
    });
  }

  async #identify(): Promise<WebhookTarget> {
    if (this.#target) return this.#target;
    const { cluster, name, namespace, owner } = this.#options;
    const role = await cluster.get<KubeObject>(`/apis/rbac.authorization.k8s.io/v1/clusterroles/${owner}`);
    if (!role?.metadata.uid)
      throw new Error(`the ClusterRole ${owner} does not exist: install the operator by its chart`);
    this.#target = { name, namespace, caBundle: '', owner: { name: owner, uid: role.metadata.uid } };
    return this.#target;
  }
}
