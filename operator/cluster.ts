import { Agent, request, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { KubeConfig } from '@kubernetes/client-node';
import { Permanent } from '../runtime/errors.ts';

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
    const cure = status === 403 ? ' (the operator lacks this privilege: see docs/rbac.md)' : '';
    super(`${what}: ${message}${cure}`);
    this.status = status;
  }
}

const FIELD_MANAGER = 'tracewell-operator';
const PAGE = 500;
const SILENCE_MS = 30_000;
/** A watch is ended by the server after this long; bookmarks come about once a minute. */
const WATCH_SECONDS = 290;

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
  readonly #agents = new Map<string, Agent>();

  /** From the pod's service account, or from KUBECONFIG outside of a cluster. */
  static fromDefault(): Cluster {
    const config = new KubeConfig();
    config.loadFromDefault();
    return new Cluster(config);
  }

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Undefined when it does not exist. */
  async get<T>(path: string): Promise<T | undefined> {
    try {
      return await this.#call<T>('GET', path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Every object under `path`, page after page, and the version at which a watch goes on. */
  async list<T>(path: string, signal?: AbortSignal): Promise<{ items: T[]; resourceVersion: string }> {
    const items: T[] = [];
    let next = '';
    for (;;) {
      const query = { limit: String(PAGE), ...(next ? { continue: next } : {}) };
      const page = await this.#call<List<T>>('GET', path, { query, signal });
      items.push(...page.items);
      next = page.metadata.continue ?? '';
      if (!next) return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
    }
  }

  create(path: string, object: unknown): Promise<unknown> {
    return this.#call('POST', path, { body: object });
  }

  /** Server-side apply: the object's fields become ours, everything else stays as it is. */
  apply(path: string, object: unknown): Promise<unknown> {
    const query = { fieldManager: FIELD_MANAGER, force: 'true' };
    return this.#call('PATCH', path, { query, body: object, contentType: 'application/apply-patch+yaml' });
  }

  async delete(path: string): Promise<void> {
    try {
      await this.#call('DELETE', path);
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
    { onEvent, signal }: { onEvent: (event: WatchEvent<T>) => void; signal: AbortSignal },
  ): Promise<void> {
    const query = {
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS),
      resourceVersion,
    };
    const response = await this.#open('GET', path, { query, signal }, WATCH_SECONDS * 1000);
    for await (const line of createInterface({ input: response })) {
      const event = JSON.parse(line) as WatchEvent<T>;
      if (event.type === 'ERROR')
        throw new ApiError(event.object.code ?? 500, `watch ${path}`, event.object.message ?? 'the watch failed');
      onEvent(event);
    }
  }

  async #call<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const response = await this.#open(method, path, call, SILENCE_MS);
    return JSON.parse(await textOf(response)) as T;
  }

  /** Sends a request and returns the answer once its status is known to be good. */
  async #open(
    method: string,
    path: string,
    { query = {}, body, contentType, signal }: Call,
    silenceMs: number,
  ): Promise<IncomingMessage> {
    const what = `${method} ${path}`;
    const server = this.#config.getCurrentCluster()?.server;
    if (!server) throw new Permanent('no API server: run in a pod with a service account, or set KUBECONFIG');
    const url = new URL(`${server.replace(/\/$/, '')}${path}`);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const { ca, cert, key, headers } = options;
    const sent = request(url, {
      method,
      headers: {
        ...(headers as Record<string, string>),
        accept: 'application/json',
        ...(text
          ? { 'content-type': contentType ?? 'application/json', 'content-length': Buffer.byteLength(text) }
          : {}),
      },
      agent: this.#agent({ ca, cert, key, rejectUnauthorized: options.rejectUnauthorized }),
      timeout: silenceMs,
      ...(signal ? { signal } : {}),
    });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.once('response', resolve);
      sent.once('error', (error) => reject(new Error(`${what}: ${error.message}`, { cause: error })));
      sent.once('timeout', () => sent.destroy(new Error(`no answer for ${silenceMs / 1000} s`)));
      sent.end(text);
    });
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    throw new ApiError(status, what, messageOf(await textOf(response)));
  }

  /** Connections are kept; a new one is made when the credentials change. */
  #agent(credentials: Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'>): Agent {
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

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk as string;
  return text;
}

function messageOf(body: string): string {
  try {
    return (JSON.parse(body) as { message?: string }).message ?? body;
  } catch {
    return body.slice(0, 500);
  }
}
