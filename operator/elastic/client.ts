import type { Client } from '@elastic/elasticsearch';
import { connect, type ConnectionSettings } from './connection.ts';
import { durabilityNotes } from './durability.ts';
import { mintKey, ownKeys, type OwnKey, type StoredKey } from './keys.ts';
import { retentionNote, setRetention, type Lifecycle } from './lifecycle.ts';
import { detect, unsupportedBy, type Server } from './server.ts';
import { createStreams, streamsOf } from './streams.ts';
import { TemplateStore, type Repair, type Templates } from './template-store.ts';
import { ElasticTrouble, trouble } from './trouble.ts';

export interface ElasticSettings extends ConnectionSettings {
  replicas: number | undefined;
  cluster: string;
}

export interface ElasticOptions extends ElasticSettings {
  /** Of the operator. */
  version: string;
  /** Of the Kubernetes cluster, see `KeyOwner`. */
  clusterUid: () => string | undefined;
}

export interface Ask {
  method: string;
  path: string;
  querystring?: Record<string, string | number | boolean>;
  body?: object;
  /** One object a line, instead of a body. */
  bulkBody?: object[];
  signal?: AbortSignal;
}

/** What is there, and how its templates stand. */
export interface Installed {
  server: Server;
  templates: Templates;
  /** Why an acknowledgement is worth less than it should be, see `durabilityNotes`. */
  durability: string[];
}

const CHECK_MS = 10_000;

/** Elasticsearch as the operator needs it: templates, a namespace's streams and their retention, its API key. */
export class Elastic {
  readonly #client: Client;
  readonly #options: ElasticOptions;
  readonly #templates: TemplateStore;
  #repairs: Repair[] = [];
  #installing: Promise<Installed> | undefined;
  #checking: Promise<void> | undefined;
  #checkedAt = 0;
  /** By namespace, what was set last: setting it again would be a task for the cluster's master each time. */
  readonly #retention = new Map<string, { retention: string; by: string; lifecycle: Lifecycle }>();

  constructor(options: ElasticOptions) {
    const { replicas, version } = options;
    this.#options = options;
    this.#client = connect(options);
    const onRepair = (repair: Repair) => this.#repairs.push(repair);
    this.#templates = new TemplateStore({ client: this.#client, replicas, version, onRepair });
  }

  /** An API key may not mint keys with privileges of their own (Elasticsearch, "Create API key"); it is handed on instead. */
  get canMint(): boolean {
    return this.handedOn === undefined;
  }

  /** The operator's own key, where it has one. */
  get handedOn(): string | undefined {
    const { credentials } = this.#options;
    return 'apiKey' in credentials ? credentials.apiKey : undefined;
  }

  /** Whether it answers at all; asked once for all namespaces that want to know within some seconds. */
  check(): Promise<void> {
    const now = performance.now();
    if (this.#checking && now - this.#checkedAt < CHECK_MS) return this.#checking;
    this.#checkedAt = now;
    this.#checking = this.#try('reach Elasticsearch', async () => {
      await this.#client.transport.request({ method: 'HEAD', path: '/' }, { requestTimeout: CHECK_MS });
    });
    return this.#checking;
  }

  /** What is there, and index templates as it takes them; once per process, and again after a fault. */
  install(): Promise<Installed> {
    return this.#try('install index templates', () => (this.#installing ??= this.#install()));
  }

  /** The same anew: what is there may be another version by now, and templates may have been changed. */
  tend(): Promise<Installed> {
    this.#installing = undefined;
    return this.install();
  }

  /** Templates that were put back since the last call. */
  takeRepairs(): Repair[] {
    const repairs = this.#repairs;
    this.#repairs = [];
    return repairs;
  }

  async #install(): Promise<Installed> {
    const server = await detect(this.#client);
    const unsupported = unsupportedBy(server);
    if (unsupported) throw new ElasticTrouble('Unsupported', unsupported);
    const templates = await this.#templates.ensure(server);
    return { server, templates, durability: await durabilityNotes(this.#client, server) };
  }

  /** Sees that the namespace's streams are there. */
  createStreams(namespace: string): Promise<void> {
    return this.#try('create data streams', async () => {
      const made = await createStreams(this.#client, Object.values(streamsOf(namespace)));
      if (made) this.#retention.delete(namespace);
    });
  }

  /**
   * Sets how long the streams keep their documents, once, and again after a fault, when a stream was created or when
   * Elasticsearch can do it in another way. Returns what a person should know of it, if anything.
   */
  setRetention(namespace: string, retention: string): Promise<string | undefined> {
    return this.#try('set the retention of data streams', async () => {
      const { server, templates } = await this.install();
      const { customPolicy } = templates;
      const before = this.#retention.get(namespace);
      const by = JSON.stringify([server.product, server.version, server.ilm, customPolicy]);
      if (before?.retention === retention && before.by === by)
        return retentionNote(before.lifecycle, retention, { server, customPolicy });
      const streams = Object.values(streamsOf(namespace));
      const lifecycle = await setRetention({ client: this.#client, server, customPolicy }, streams, retention);
      this.#retention.set(namespace, { retention, by, lifecycle });
      return retentionNote(lifecycle, retention, { server, customPolicy });
    });
  }

  /** A new key for the namespace's sidecars; or, where keys cannot be minted, the operator's own. */
  mintKey(namespace: string): Promise<StoredKey> {
    if (this.handedOn !== undefined) return Promise.resolve({ id: '', expires: '', encoded: this.handedOn });
    return this.#try('mint an API key', async () => {
      const { server } = await this.install();
      if (server.product === 'OpenSearch') throw new ElasticTrouble('Unsupported', NO_KEYS);
      return mintKey(this.#client, this.#owner, namespace, server);
    });
  }

  invalidateKey(id: string): Promise<void> {
    return this.invalidateKeys([id]);
  }

  invalidateKeys(ids: readonly string[]): Promise<void> {
    return this.#try('invalidate an API key', async () => {
      await this.#client.security.invalidateApiKey({ ids: [...ids] });
    });
  }

  /** The keys of this cluster that are good; none where keys cannot be minted. */
  ownKeys(): Promise<OwnKey[]> {
    if (!this.canMint) return Promise.resolve([]);
    return this.#try('list API keys', () => ownKeys(this.#client, this.#owner));
  }

  get #owner() {
    const { cluster, clusterUid } = this.#options;
    return { cluster, clusterUid: clusterUid() ?? '' };
  }

  /** Any other request, with its answer's body; integers past 2^53 are `bigint`. `what`: for people, to do what. */
  async ask<T>(what: string, request: Ask): Promise<T> {
    const { signal, ...params } = request;
    try {
      return await this.#client.transport.request<T>(params, signal ? { signal } : {});
    } catch (error) {
      throw trouble(what, this.#options.urls, error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #try<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#installing = undefined;
      this.#retention.clear();
      throw trouble(what, this.#options.urls, error);
    }
  }
}

const NO_KEYS =
  'OpenSearch has no API keys that Tracewell could mint. Put an api-key into the Secret that elasticsearch.existingSecret names: sidecars send it as "Authorization: ApiKey …".';
