import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { KubeConfig } from '@kubernetes/client-node';
import { Permanent } from '../runtime/errors.ts';
import { wait } from '../runtime/wait.ts';
import { faultOf, linesOf, messageOf, pauseOf, textOf } from './answer.ts';

/** The fields that every object here is read by. */
export interface Meta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: Meta;
}
export interface List<T> {
  metadata: { resourceVersion?: string; continue?: string };
  items: T[];
}
export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T & { code?: number; message?: string };
}

/** An answer of the API server that is not 2xx, in people's words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, what: string, message: string) {
    super(`${what}: ${message}`);
    this.status = status;
  }
}

/** Who asks: whose fields an apply makes ours, and what is said to who lacks a privilege. */
export interface Asker {
  fieldManager: string;
  cure: string;
}
interface ClusterOptions {
  /** Nothing is asked any more after it. */
  end?: AbortSignal | undefined;
  asker?: Asker;
}
const OPERATOR: Asker = {
  fieldManager: 'tracewell-operator',
  cure: ' (the operator lacks this privilege: see docs/rbac.md)',
};
const PAGE = 500;
/** A watch is ended by the server after this long. */
const WATCH_SECONDS = 290;

/** So often a request is sent that the server turns away for now. */
const TRIES = 5;

/** How long the server may be silent before its connection is given up, milliseconds. */
export interface Patience {
  answerMs: number;
  /** Bookmarks come about once a minute. */
  watchMs: number;
}
const PATIENCE: Patience = { answerMs: 30_000, watchMs: 150_000 };

export interface WatchOptions<T> {
  onEvent: (event: WatchEvent<T>) => void;
  signal: AbortSignal;
  /** After so long the server ends it. */
  seconds?: number | undefined;
}

interface Call {
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  signal?: AbortSignal | undefined;
}

/**
 * The API server: the one place that knows the Kubernetes client. The library finds the server and signs requests; paths,
 * server-side apply and watches are plain HTTP, because its `Watch` hides what a callback throws and cannot resume.
 */
export class Cluster {
  readonly #config: KubeConfig;
  readonly #patience: Patience;
  readonly #end: AbortSignal | undefined;
  readonly #asker: Asker;
  #agents = new Map<string, Agent>();

  /** From the pod's service account, or from KUBECONFIG outside of a cluster. */
  static fromDefault(): Cluster {
    const config = new KubeConfig();
    config.loadFromDefault();
    return new Cluster(config);
  }

  constructor(config: KubeConfig, patience: Partial<Patience> = {}, { end, asker = OPERATOR }: ClusterOptions = {}) {
    this.#config = config;
    this.#patience = { ...PATIENCE, ...patience };
    this.#end = end;
    this.#asker = asker;
  }

  /** The same server, of which nothing is asked any more once `end` is aborted: what is under way then, and all that comes later, throws. */
  until(end: AbortSignal): Cluster {
    const bound = new Cluster(this.#config, this.#patience, { end, asker: this.#asker });
    bound.#agents = this.#agents;
    return bound;
  }

  /** Undefined when it does not exist. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#call<T>('GET', path, { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Every object under `path`, and the version at which a watch goes on. */
  async list<T>(path: string, signal?: AbortSignal): Promise<{ items: T[]; resourceVersion: string }> {
    const pages = await Array.fromAsync(this.pages<T>(path, signal));
    return { items: pages.flatMap(({ items }) => items), resourceVersion: pages.at(-1)!.resourceVersion };
  }

  /**
   * The same page by page, so that who keeps little of each object never holds all of them whole. An `ApiError` of 410 in the
   * middle: the server has forgotten the version of the list, which is to be begun anew.
   */
  async *pages<T>(path: string, signal?: AbortSignal): AsyncGenerator<{ items: T[]; resourceVersion: string }> {
    for (let next: string | undefined = ''; next !== undefined;) {
      const query: Record<string, string> = { limit: String(PAGE), ...(next ? { continue: next } : {}) };
      const { items, metadata }: List<T> = await this.#call<List<T>>('GET', path, { query, signal });
      yield { items, resourceVersion: metadata.resourceVersion ?? '' };
      next = metadata.continue || undefined;
    }
  }

  create(path: string, object: unknown, signal?: AbortSignal): Promise<unknown> {
    return this.#call('POST', path, { body: object, signal });
  }

  /** Replaces an object, if it is still of the version that `object` names; else throws an `ApiError` of 409. */
  update<T extends KubeObject>(path: string, object: T, signal?: AbortSignal): Promise<T> {
    return this.#call<T>('PUT', path, { body: object, signal });
  }

  /** Server-side apply: the object's fields become ours, everything else stays as it is. Returns what stands then. */
  apply<T>(path: string, object: unknown): Promise<T> {
    const query = { fieldManager: this.#asker.fieldManager, force: 'true' };
    return this.#call<T>('PATCH', path, { query, body: object, contentType: 'application/apply-patch+yaml' });
  }

  /**
   * Changes what `change` names and leaves the rest (RFC 7396); a `metadata.uid` in it must be the object's. Returns what stands
   * then; in a dry run, what would.
   */
  merge<T>(path: string, change: unknown, { dryRun = false } = {}): Promise<T> {
    const query = { fieldManager: this.#asker.fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) };
    return this.#call<T>('PATCH', path, { query, body: change, contentType: 'application/merge-patch+json' });
  }

  /**
   * Evicts the pod at `path` if it still is the one of this uid. Disruption budgets hold: an `ApiError` of 429 says that one of
   * them stands against it at the moment.
   */
  async evict(path: string, { name, namespace, uid }: Partial<Meta>): Promise<void> {
    const deleteOptions = { preconditions: { uid } };
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions };
    await this.#call('POST', `${path}/eviction`, { body });
  }

  /** `preconditions`: of what was seen; an object that is another one by now stays, and an `ApiError` of 409 is thrown. */
  async delete(path: string, preconditions?: { uid: string; resourceVersion: string }): Promise<void> {
    const body = preconditions && { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
    try {
      await this.#call('DELETE', path, { body });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }

  /**
   * Hands over events from `resourceVersion` on; resolves when the server ends the stream, as it does now and then. Throws
   * when the connection fails, is silent for too long, or tells of an error: 410 means that the version is too old.
   */
  async watch<T>(
    path: string,
    resourceVersion: string,
    { onEvent, signal, seconds = WATCH_SECONDS }: WatchOptions<T>,
  ): Promise<void> {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
      resourceVersion,
    };
    const response = await this.#open('GET', path, { query, signal }, this.#patience.watchMs);
    for await (const line of linesOf(response, `watch ${path}`)) {
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === 'ERROR')
        throw new ApiError(event.object.code ?? 500, `watch ${path}`, event.object.message ?? 'the watch failed');
      onEvent(event);
    }
  }

  async #call<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const response = await this.#open(method, path, call, this.#patience.answerMs);
    return JSON.parse(await textOf(response, `${method} ${path}`)) as T;
  }

  /** Returns the answer once its status is known to be good. A server that is asked too much says when to ask again, and is. */
  async #open(method: string, path: string, call: Call, silenceMs: number): Promise<IncomingMessage> {
    const what = `${method} ${path}`;
    for (let tries = 1; ; tries++) {
      const response = await this.#send(method, path, call, silenceMs);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const message = messageOf(await textOf(response, what));
      const pauseMs = pauseOf(response, path);
      if (pauseMs === undefined || tries === TRIES || call.signal?.aborted)
        throw new ApiError(status, what, `${message}${status === 403 ? this.#asker.cure : ''}`);
      await wait(pauseMs, call.signal);
    }
  }

  async #send(
    method: string,
    path: string,
    { query = {}, body, contentType, signal }: Call,
    silenceMs: number,
  ): Promise<IncomingMessage> {
    const what = `${method} ${path}`;
    const either = signal && this.#end ? AbortSignal.any([signal, this.#end]) : (signal ?? this.#end);
    const server = this.#config.getCurrentCluster()?.server;
    if (!server) throw new Permanent('no API server: run in a pod with a service account, or set KUBECONFIG');
    const url = new URL(`${server.replace(/\/$/, '')}${path}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, headers, servername } = options;
    const sent = request(url, {
      method,
      headers: {
        ...(headers as Record<string, string>),
        accept: 'application/json',
        ...(text
          ? { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }
          : {}),
      },
      agent: this.#config.getCurrentCluster()?.proxyUrl
        ? options.agent
        : this.#agent({ ca, cert, key, servername, rejectUnauthorized: options.rejectUnauthorized }),
      timeout: silenceMs,
      ...(either ? { signal: either } : {}),
    });
    return new Promise<IncomingMessage>((resolve, reject) => {
      let answer: IncomingMessage | undefined;
      sent.once('response', (given) => resolve((answer = given)));
      sent.on('error', (error) => reject(faultOf(what, error)));
      sent.once('timeout', () => (answer ?? sent).destroy(new Error(`silent for ${silenceMs / 1000} s`)));
      sent.end(text);
    });
  }

  /** Connections are kept; a new one is made when the credentials change. */
  #agent(credentials: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>): Agent {
    const name = JSON.stringify(credentials);
    let agent = this.#agents.get(name);
    if (!agent) {
      for (const old of this.#agents.values()) old.destroy();
      this.#agents.clear();
      agent = new Agent({ ...credentials, keepAlive: true });
      this.#agents.set(name, agent);
    }
    return agent;
  }
}
