import type { Agent, RequestOptions } from 'node:http';
import { getBuiltinModule } from 'node:process';
import { codeOf, describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import { Addresses } from './addresses.ts';
import { FILTER, mostBytes, readAnswer, retryAfterMs, type Answer } from './answer.ts';
import { exchange, StaleConnection, type Reply } from './exchange.ts';
import { proxyFor, type ProxySettings } from './proxy.ts';
import type { Sink } from './sender.ts';
import type { Parcel } from './slice.ts';

// An ESM import of node:http reads each of its exports, lazy ones too, and costs 6.7 MB of private memory.
const http = getBuiltinModule('node:http');
/** Loaded when it is needed: it costs 3 MB. */
const https = () => getBuiltinModule('node:https');

/** Where to send, and as whom. */
export interface Connection {
  urls: readonly string[];
  apiKey: string | undefined;
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
}

/** Milliseconds that things may take. */
export interface Patiences {
  /** An address that does not even connect is given up for the next one. */
  connectMs: number;
  /** Without a byte in either direction. */
  silenceMs: number;
  /**
   * For all of a request: a byte now and then breaks any silence. Elasticsearch gives up by itself after one minute
   * (`timeout` of a bulk request), and the transfer takes its time too.
   */
  totalMs: number;
}

export interface BulkClientOptions {
  /** Asked for each request, so that a new key or authority is used at once. */
  connection: () => Connection;
  proxy: ProxySettings;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  date: () => Date;
  patience?: Patiences;
}

const PATIENCE: Patiences = { connectMs: 10_000, silenceMs: 60_000, totalMs: 120_000 };
/** `limits.inFlight` is 8 at most; one more is for seals, and one to see whether the first address is there again. */
const SOCKETS = 10;

/** What is asked for: a bulk request, or (without a body) whether somebody is there. */
type Ask = { method: 'HEAD' } | { method: 'POST'; stream: string; parcel: Parcel; silenceMs: number | undefined };

/** Sends bulk requests over kept-alive connections; when an address fails, the next one of the list is asked. */
export class BulkClient implements Sink, Part {
  readonly name = 'Elasticsearch client';
  readonly #options: BulkClientOptions;
  readonly #patience: Patiences;
  readonly #addresses: Addresses;
  readonly #agents = new Map<string, Agent>();
  #ca: string | undefined;

  constructor(options: BulkClientOptions) {
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
    this.#addresses = new Addresses(options.now);
  }

  /** Never throws: what goes wrong is an answer too. */
  async post(stream: string, parcel: Parcel, silenceMs?: number): Promise<{ url: string; answer: Answer }> {
    const connection = this.#options.connection();
    const { urls } = connection;
    if (this.#addresses.isRevisitDue(urls)) void this.#revisit(connection);
    const failed: { url: string; error: string }[] = [];
    for (const address of this.#addresses.order(urls)) {
      const target = new URL(address);
      const url = `${target.origin}${target.pathname}`.replace(/\/$/, '');
      const answer = await this.#bulk(target, connection, { method: 'POST', stream, parcel, silenceMs });
      if (answer.kind !== 'retry' || !answer.elsewhere) {
        this.#addresses.answered(address, urls);
        return { url, answer };
      }
      failed.push({ url, error: answer.error });
      if (failed.length < urls.length) continue;
      this.#addresses.noneAnswered();
      if (failed.length === 1) return { url, answer };
      const error = failed.map((one) => `${one.url}: ${one.error}`).join('; ');
      return { url: failed.map((one) => one.url).join(', '), answer: { ...answer, error } };
    }
    throw new Error('BUG: a configuration without an address');
  }

  /** Connects when there is something to send. */
  start(): void {}

  stop(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #bulk(target: URL, connection: Connection, ask: Extract<Ask, { method: 'POST' }>): Promise<Answer> {
    try {
      const { status, headers, isAllStored, text } = await this.#exchange(target, connection, ask);
      if (isAllStored) return { kind: 'stored' };
      if (status === 407) throw new Error('the proxy refuses its user or password (407)');
      return readAnswer(status, text, retryAfterMs(headers, this.#options.date()), ask.parcel.count);
    } catch (error) {
      return { kind: 'retry', elsewhere: true, reason: codeOf(error) ?? 'no answer', error: explain(error) };
    }
  }

  /** Beside the records, none of which waits for it. */
  async #revisit(connection: Connection): Promise<void> {
    const { urls } = connection;
    try {
      const { status } = await this.#exchange(new URL(urls[0]!), connection, { method: 'HEAD' });
      if (status < 500 && status !== 407) this.#addresses.answered(urls[0]!, urls);
    } catch {
      // It is still away; who sends next asks another one, as before.
    }
  }

  async #exchange(target: URL, { apiKey, ca }: Connection, ask: Ask): Promise<Reply> {
    const { connectMs, totalMs } = this.#patience;
    const silenceMs = (ask.method === 'POST' ? ask.silenceMs : undefined) ?? this.#patience.silenceMs;
    const { gzip, path, type, bytes, count } = partsOf(ask);
    const isSecure = target.protocol === 'https:';
    const options: RequestOptions = {
      method: ask.method,
      path: `${target.pathname.replace(/\/$/, '')}${path}`,
      headers: { ...type, 'content-length': gzip.length, ...(apiKey ? { authorization: `ApiKey ${apiKey}` } : {}) },
      agent: this.#agent(target, ca),
      timeout: silenceMs,
    };
    const once = () => {
      const request = isSecure ? https().request(target, options) : http.request(target, options);
      return exchange(request, gzip, { connectMs, silenceMs, totalMs, bytes, count });
    };
    return once().catch((error: unknown) => {
      if (error instanceof StaleConnection) return once();
      throw error;
    });
  }

  #agent(target: URL, ca: string | undefined): Agent {
    // What is on its way by the old authority comes to its end; its connections close when they are quiet.
    if (ca !== this.#ca) this.#agents.clear();
    this.#ca = ca;
    let agent = this.#agents.get(target.origin);
    if (!agent) {
      const proxyEnv = proxyFor(target, this.#options.proxy);
      // Without a timeout of its own: Node would lower that to the server's Keep-Alive hint, for requests on their way, too.
      const options = { keepAlive: true, maxSockets: SOCKETS, ...(proxyEnv ? { proxyEnv } : {}) };
      const isSecure = target.protocol === 'https:';
      agent = isSecure ? new (https().Agent)({ ...options, ...(ca ? { ca } : {}) }) : new http.Agent(options);
      this.#agents.set(target.origin, agent);
    }
    return agent;
  }
}

function partsOf(ask: Ask) {
  if (ask.method === 'HEAD') return { gzip: Buffer.alloc(0), path: '/', type: {}, bytes: mostBytes(0, 0), count: 0 };
  return {
    gzip: ask.parcel.gzip,
    path: `/${encodeURIComponent(ask.stream)}/_bulk?filter_path=${FILTER}`,
    type: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    bytes: mostBytes(ask.parcel.count, ask.parcel.bytes),
    count: ask.parcel.count,
  };
}

/** OpenSSL's, the parser's and the proxy's words for common mistakes do not name the cure. */
const CURES: readonly [RegExp, string][] = [
  [/proxy/i, 'check HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and that the proxy lets this address through'],
  [/self-signed|unable to (get|verify)|PEM/i, "is the authority of Elasticsearch's certificate in es-ca.crt?"],
  [/altnames/, 'the URL must use a name that is in the certificate'],
  [/wrong version number|packet length too long/, 'does it speak http, not https?'],
];

function explain(error: unknown): string {
  // A URL in an error's words may be one with a password.
  const text = describe(error).replaceAll(/\/\/[^\s/@]+@/g, '//');
  const cure = CURES.find(([pattern]) => pattern.test(text))?.[1];
  return cure ? `${text} (${cure})` : text;
}
