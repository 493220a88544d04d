import { codeOf, describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import { Addresses } from './addresses.ts';
import { FILTER, mostBytes, readAnswer, retryAfterMs, type Answer } from './answer.ts';
import { exchange, StaleConnection, type Bounds, type Reply, type Request } from './exchange.ts';
import type { Connection as Wire } from './connection.ts';
import type { ProxySettings } from './proxy.ts';
import { authorizationOf, type Route } from './route.ts';
import { Routes } from './routes.ts';
import type { Sink } from './sender.ts';
import type { Parcel } from './slice.ts';

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
  /** Milliseconds since 1970. */
  wall: () => number;
  patience?: Patiences;
}

const PATIENCE: Patiences = { connectMs: 10_000, silenceMs: 60_000, totalMs: 120_000 };

/** What is asked for: a bulk request, or (without a body) whether somebody is there. */
type Ask = { method: 'HEAD' } | { method: 'POST'; stream: string; parcel: Parcel; silenceMs: number | undefined };

/** An address, and what is said of it: without a user and a password. */
interface Target {
  target: URL;
  url: string;
}

/** Addresses that are kept parsed. */
const TARGETS = 16;

/** Sends bulk requests over kept-alive connections; when an address fails, the next one of the list is asked. */
export class BulkClient implements Sink, Part {
  readonly name = 'Elasticsearch client';
  readonly #options: BulkClientOptions;
  readonly #patience: Patiences;
  readonly #addresses: Addresses;
  readonly #routes: Routes;
  readonly #targets = new Map<string, Target>();

  constructor(options: BulkClientOptions) {
    this.#options = options;
    this.#patience = options.patience ?? PATIENCE;
    this.#addresses = new Addresses(options.now);
    this.#routes = new Routes(options.proxy);
  }

  /** Never throws: what goes wrong is an answer too. */
  async post(stream: string, parcel: Parcel, silenceMs?: number): Promise<{ url: string; answer: Answer }> {
    const connection = this.#options.connection();
    const { urls } = connection;
    if (this.#addresses.isRevisitDue(urls)) void this.#revisit(connection);
    const failed: { url: string; error: string }[] = [];
    for (const address of this.#addresses.order(urls)) {
      const { target, url } = this.#targetOf(address);
      const answer = await this.#bulk(target, connection, { method: 'POST', stream, parcel, silenceMs });
      if (answer.kind !== 'retry' || !answer.elsewhere) {
        // Who was asked first says nothing of the others: meanwhile one of them may have been found to be there again.
        if (failed.length > 0) this.#addresses.answered(address, urls);
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
    this.#routes.close();
  }

  #targetOf(address: string): Target {
    let known = this.#targets.get(address);
    if (!known) {
      const target = new URL(address);
      known = { target, url: `${target.origin}${target.pathname}`.replace(/\/$/, '') };
      if (this.#targets.size >= TARGETS) this.#targets.clear();
      this.#targets.set(address, known);
    }
    return known;
  }

  async #bulk(target: URL, connection: Connection, ask: Extract<Ask, { method: 'POST' }>): Promise<Answer> {
    try {
      const { status, headers, isAllStored, tookMs, text } = await this.#exchange(target, connection, ask);
      if (isAllStored) return { kind: 'stored', tookMs };
      if (status === 407) throw new Error('the proxy refuses its user or password (407)');
      return readAnswer(status, text, retryAfterMs(headers, this.#options.wall()), ask.parcel.count);
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
    const parcel = ask.method === 'POST' ? ask.parcel : NOTHING;
    const bounds = { silenceMs, totalMs, bytes: mostBytes(parcel.count, parcel.bytes), count: parcel.count };
    const route = this.#routes.to(target, ca);
    const head = headOf(route, ask, apiKey);
    const request: Request = { head, body: parcel.gzip, hasAnswer: ask.method === 'POST' };
    try {
      return await this.#over(await this.#routes.take(route, connectMs), request, bounds);
    } catch (error) {
      if (error instanceof StaleConnection)
        return this.#over(await this.#routes.open(route, connectMs), request, bounds);
      throw error;
    }
  }

  async #over(connection: Wire, request: Request, bounds: Bounds): Promise<Reply> {
    const reply = await exchange(connection, request, bounds);
    if (reply.keepsAlive && (await connection.isReady())) this.#routes.give(connection);
    else connection.close();
    return reply;
  }
}

const NOTHING: Parcel = { gzip: Buffer.alloc(0), bytes: 0, count: 0 };

/** All of a request up to its body: RFC 9112, section 3. */
function headOf({ target, proxy }: Route, ask: Ask, apiKey: string | undefined): string {
  const isAbsolute = proxy !== undefined && target.protocol === 'http:';
  const root = `${isAbsolute ? target.origin : ''}${target.pathname.replace(/\/$/, '')}`;
  const authorization = apiKey ? `ApiKey ${apiKey}` : authorizationOf(target);
  const fields: [string, string | undefined][] = [
    ['Host', target.host],
    ['Authorization', authorization],
    ['Proxy-Authorization', isAbsolute ? authorizationOf(proxy) : undefined],
  ];
  let line = `HEAD ${root}/`;
  if (ask.method === 'POST') {
    line = `POST ${root}/${encodeURIComponent(ask.stream)}/_bulk?filter_path=${FILTER}`;
    fields.push(['Content-Type', 'application/x-ndjson'], ['Content-Encoding', 'gzip']);
    fields.push(['Content-Length', String(ask.parcel.gzip.length)]);
  }
  const given = fields.filter(([, value]) => value !== undefined);
  const head = given.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  if (/[^\x20-\x7e\r\n]/.test(head) || given.some(([, value]) => /[\r\n]/.test(value!)))
    throw new Error('the API key has characters that no header can have');
  return `${line} HTTP/1.1\r\n${head}\r\n`;
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
