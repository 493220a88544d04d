import { Client, errors } from '@elastic/elasticsearch';
import { describe } from '../../runtime/errors.ts';
import { keyRequest, type StoredKey } from './keys.ts';
import { streamsOf } from './streams.ts';
import { STREAM_KINDS, template, templateName } from './templates.ts';

export type Credentials = { username: string; password: string } | { apiKey: string };

export interface ElasticSettings {
  urls: readonly string[];
  credentials: Credentials;
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
  replicas: number | undefined;
  cluster: string;
}

/** Why Elasticsearch cannot be used, with the cure: reason and message of the condition ElasticsearchReady. */
export class ElasticTrouble extends Error {
  override readonly name = 'ElasticTrouble';
  readonly reason: 'Unreachable' | 'Unauthorized' | 'Refused';

  constructor(reason: ElasticTrouble['reason'], message: string, cause: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

const CHECK_MS = 10_000;
/**
 * So long an answer may take: a new installation's master has the streams of all namespaces to make at once. It is said to the
 * client as a whole, for the library's connections (undici's headersTimeout) hold no single request to a longer time than that.
 */
const ANSWER_MS = 60_000;

/** Elasticsearch as the operator needs it: templates, a namespace's streams and their retention, its API key. */
export class Elastic {
  readonly #client: Client;
  readonly #settings: ElasticSettings;
  #installing: Promise<void> | undefined;
  #checking: Promise<void> | undefined;
  #checkedAt = 0;
  /** By namespace, what was set last: setting it again would be a task for the cluster's master each time. */
  readonly #retention = new Map<string, string>();

  constructor(settings: ElasticSettings) {
    const { credentials, ca, urls } = settings;
    this.#settings = settings;
    this.#client = new Client({
      nodes: [...urls],
      auth: credentials,
      maxRetries: urls.length,
      requestTimeout: ANSWER_MS,
      // A connection costs a handshake: a few of them, kept from one look to the next.
      agent: { connections: 16, keepAliveTimeout: 60_000 },
      ...(ca ? { tls: { ca } } : {}),
    });
  }

  /** An API key may not mint keys with privileges of their own (Elasticsearch, "Create API key"); it is handed on instead. */
  get canMint(): boolean {
    return this.handedOn === undefined;
  }

  /** The operator's own key, where it has one. */
  get handedOn(): string | undefined {
    const { credentials } = this.#settings;
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

  /** Index templates; once per process, and again after a fault. */
  install(): Promise<void> {
    return this.#try('install index templates', () => (this.#installing ??= this.#install()));
  }

  async #install(): Promise<void> {
    for (const kind of STREAM_KINDS) {
      await this.#client.transport.request({
        method: 'PUT',
        path: `/_index_template/${templateName(kind)}`,
        body: template(kind, this.#settings.replicas),
      });
    }
  }

  /**
   * Sees that the namespace's streams are there. A write creates a stream on every version and product; a document without a
   * time is refused by every data stream, so nothing is stored. One request for all of them: the master then makes them together.
   */
  createStreams(namespace: string): Promise<void> {
    return this.#try('create data streams', async () => {
      const missing = await this.#missing(Object.values(streamsOf(namespace)));
      if (missing.length === 0) return;
      this.#retention.delete(namespace);
      const operations = missing.flatMap((stream) => [{ create: { _index: stream } }, {}]);
      const { items } = await this.#client.bulk({ operations });
      for (const stream of await this.#missing(missing)) {
        const { status, error } = items[missing.indexOf(stream)]?.create ?? {};
        throw new ItemRefused(status, `${stream} was not created: ${error?.reason ?? 'no reason given'}`);
      }
    });
  }

  async #missing(streams: readonly string[]): Promise<string[]> {
    // Nearly always all of them are there, which is one question.
    if (await this.#client.indices.exists({ index: [...streams] })) return [];
    const there = await Promise.all(streams.map((stream) => this.#client.indices.exists({ index: stream })));
    return streams.filter((_, i) => !there[i]);
  }

  /**
   * Sets how long the streams keep their documents, once, and again after a fault or when a stream was created; false when this
   * server has no data stream lifecycle.
   */
  setRetention(namespace: string, retention: string): Promise<boolean> {
    return this.#try('set the retention of data streams', async () => {
      if (this.#retention.get(namespace) === retention) return true;
      try {
        const name = Object.values(streamsOf(namespace));
        await this.#client.indices.putDataLifecycle({ name, data_retention: retention });
      } catch (error) {
        if (isMissingEndpoint(error)) return false;
        throw error;
      }
      this.#retention.set(namespace, retention);
      return true;
    });
  }

  /** A new key for the namespace's sidecars; or, where keys cannot be minted, the operator's own. */
  mintKey(namespace: string): Promise<StoredKey> {
    const { cluster } = this.#settings;
    if (this.handedOn !== undefined) return Promise.resolve({ id: '', expires: '', encoded: this.handedOn });
    return this.#try('mint an API key', async () => {
      // Whoever invalidates it finds it by a search; waiting for the next refresh would take up to a second.
      const key = await this.#client.security.createApiKey({
        ...keyRequest(cluster, namespace, streamsOf(namespace)),
        refresh: true,
      });
      return { id: key.id, expires: new Date(key.expiration ?? 0).toISOString(), encoded: key.encoded };
    });
  }

  invalidateKey(id: string): Promise<void> {
    return this.#try('invalidate an API key', async () => {
      await this.#client.security.invalidateApiKey({ ids: [id] });
    });
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
      throw trouble(what, this.#settings.urls, error);
    }
  }
}

const CURE = {
  user: 'Check the user in the Secret that elasticsearch.existingSecret names, and its privileges (docs/install.md).',
  version: 'Check elasticsearch.urls, and that the version behind them is supported (docs/install.md).',
  authority: 'Put the authority of its certificate as ca.crt into the Secret that elasticsearch.existingSecret names.',
  name: 'Name it in elasticsearch.urls as its certificate does.',
  network: 'Check elasticsearch.urls (http or https, host, port) and the network; it is tried again.',
};

/** The condition's reason and message for a failure of the client. */
export function trouble(what: string, urls: readonly string[], error: unknown): ElasticTrouble {
  const text = wordsOf(error);
  const make = (reason: ElasticTrouble['reason'], answer: string, cure: string) =>
    new ElasticTrouble(reason, `Cannot ${what}: ${urls.join(', ')}${answer}: ${text}. ${cure}`, error);
  const status = statusOf(error);
  if (status !== undefined) {
    const answer = ` answers ${status}`;
    if (status === 401 || status === 403) return make('Unauthorized', answer, CURE.user);
    const passes = status >= 500 || status === 429;
    return passes ? make('Unreachable', answer, 'It is tried again.') : make('Refused', answer, CURE.version);
  }
  if (/altnames/.test(text)) return make('Unreachable', '', CURE.name);
  const untrusted = /certificate|self-signed|unable to verify/i.test(text);
  return make('Unreachable', '', untrusted ? CURE.authority : CURE.network);
}

/** What the server gave as its reason, and not only its kind of error; or else the error's own first line. */
function wordsOf(error: unknown): string {
  if (!(error instanceof errors.ResponseError)) return describe(error).split('\n')[0] ?? '';
  const said = (error.body as ErrorBody)?.error;
  return (typeof said === 'string' ? said : said?.reason) ?? 'no reason given';
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof ItemRefused) return error.status;
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** The body of an error answer; a request without a handler has but a text, and the answer to HEAD has none. */
type ErrorBody = { error?: string | { reason?: string } } | undefined;

/** One item of a bulk request was refused. */
class ItemRefused extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string) {
    super(message);
    this.status = status;
  }
}

/** A server without the module that has this endpoint: 405, or 400 "no handler found". */
function isMissingEndpoint(error: unknown): boolean {
  if (!(error instanceof errors.ResponseError)) return false;
  return error.statusCode === 405 || (error.statusCode === 400 && /no handler found/.test(JSON.stringify(error.body)));
}
