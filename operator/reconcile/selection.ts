import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../runtime/log.ts';
import type { Cluster, KubeObject } from '../cluster.ts';
import { webhookConfig, webhookPath, type WebhookTarget } from './webhook-config.ts';

export interface SelectionOptions {
  cluster: Cluster;
  /** Release name and namespace, and the name of the chart's ClusterRole. */
  name: string;
  namespace: string;
  owner: string;
  caBundle: () => string;
  now: () => Date;
  log: Log;
}

interface Configuration extends KubeObject {
  webhooks?: { name?: string; namespaceSelector?: { matchExpressions?: { values?: string[] }[] } }[];
}

/** The namespaces whose pods the API server asks us about, and the webhook configuration that says so. */
export class Selection {
  readonly #options: SelectionOptions;
  /** Since when, RFC 3339. */
  readonly #since = new Map<string, string>();
  #target: WebhookTarget | undefined;
  /** What was asked for last, and what the API server made of it. */
  #written: unknown;
  #stands: unknown;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  /** Has the webhook configuration been written with today's authority? */
  get published(): boolean {
    return this.#written !== undefined;
  }

  since(namespace: string): string | undefined {
    return this.#since.get(namespace);
  }

  /** Takes over what an earlier operator selected, and writes the configuration with today's authority. Returns the namespaces. */
  async start(since: (namespace: string) => string | undefined): Promise<string[]> {
    const { cluster, name, now } = this.#options;
    const existing = await cluster.get<Configuration>(webhookPath(name));
    const namespaces = existing?.webhooks?.[0]?.namespaceSelector?.matchExpressions?.[0]?.values ?? [];
    for (const namespace of namespaces) this.#since.set(namespace, since(namespace) ?? now().toISOString());
    await this.publish();
    return namespaces;
  }

  async add(namespace: string): Promise<void> {
    if (this.#since.has(namespace)) return;
    this.#since.set(namespace, this.#options.now().toISOString());
    try {
      await this.publish();
    } catch (error) {
      this.#since.delete(namespace);
      throw error;
    }
    this.#options.log.info('pods of a namespace are injected from now on', { namespace });
  }

  async remove(namespace: string): Promise<void> {
    const was = this.#since.delete(namespace);
    // Also when it was removed before: that write may have failed.
    await this.publish();
    if (was) this.#options.log.info('pods of a namespace are no longer injected', { namespace });
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
    const { cluster, name, caBundle } = this.#options;
    const target = { ...(await this.#identify()), caBundle: caBundle() };
    const wanted = webhookConfig(target, [...this.#since.keys()]);
    if (!again && isDeepStrictEqual(wanted, this.#written)) return;
    this.#stands = (await cluster.apply<Configuration>(webhookPath(name), wanted)).webhooks;
    this.#written = wanted;
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
