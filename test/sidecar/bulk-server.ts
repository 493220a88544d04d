import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { DeadLetterDocument, LogDocument } from '../../api/document.ts';

/** A record of a request: the name it is to be stored under, and its document, parsed and as it came. */
export interface Item {
  readonly id: string;
  readonly document: LogDocument & DeadLetterDocument;
  readonly line: string;
}

export interface BulkRequest {
  readonly stream: string;
  readonly authorization: string | undefined;
  readonly items: readonly Item[];
  /** Of its body, unpacked. */
  readonly bytes: number;
}

/**
 * What is said to a whole request, and nothing of it is stored; or it is stored, and then the connection ends in the middle of
 * the answer (`cut`), a byte of the answer comes now and then and never the last (`trickle`), or none comes (`silence`).
 */
export type Reply =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | 'cut'
  | 'trickle'
  | 'silence';

/** What is said to one record instead of storing it. */
export interface ItemReply {
  readonly status: number;
  readonly error: { readonly type: string; readonly reason: string };
}

export interface BulkServerOptions {
  /** PEM; without it the server speaks plain http. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A free one when absent. */
  readonly port?: number;
}

/**
 * The part of Elasticsearch that a sidecar meets, over loopback: `_bulk` with `create` into streams. It stores what is well
 * formed, answers 409 for a name that it has, and says otherwise what a test tells it to say.
 */
export class BulkServer {
  readonly url: string;
  readonly port: number;
  /** Every request, in the order of arrival, those refused included. */
  readonly requests: BulkRequest[] = [];
  /** Connections that were opened to it. */
  connections = 0;
  /** How often it was asked whether it is there. */
  heads = 0;
  /** True: the connection ends when the first bytes of a body have come. */
  cutsRequests = false;
  /** True: the connections that have brought an answer are closed as soon as something is asked over them. */
  dropsKept = false;
  /** Undefined: as Elasticsearch does. A promise holds the answer up. */
  onRequest: (request: BulkRequest) => Reply | undefined | Promise<Reply | undefined> = () => undefined;
  onItem: (item: Item, request: BulkRequest) => ItemReply | undefined = () => undefined;
  readonly #answered = new WeakSet<object>();
  readonly #faults: string[] = [];
  readonly #streams = new Map<string, Map<string, Item>>();
  readonly #server: Server;

  constructor(server: Server, scheme: string) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.url = `${scheme}://localhost:${this.port}`;
    server.on('connection', () => this.connections++);
    server.on('request', (message: IncomingMessage, response: ServerResponse) => void this.#serve(message, response));
  }

  /** What a stream holds, by name. */
  stored(stream: string): ReadonlyMap<string, Item> {
    return this.#streams.get(stream) ?? new Map();
  }

  /** Throws when there were requests that are no `_bulk` of ours. */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    if (this.#faults.length > 0) throw new Error(this.#faults.join('; '));
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    if (message.method === 'HEAD') {
      this.heads++;
      response.end();
      return;
    }
    if (this.dropsKept && this.#answered.has(message.socket)) {
      message.socket.destroy();
      return;
    }
    this.#answered.add(message.socket);
    if (this.cutsRequests) {
      message.once('data', () => message.destroy());
      return;
    }
    try {
      const request = read(message, await buffer(message));
      this.requests.push(request);
      const said = await this.onRequest(request);
      const isOdd = said === undefined || typeof said === 'string';
      const { status, body = '', headers = {} } = isOdd ? this.#store(request) : said;
      if (said === 'silence') return;
      const isChunked = said === 'trickle' || 'transfer-encoding' in headers;
      const length = isChunked ? {} : { 'content-length': Buffer.byteLength(body) };
      response.writeHead(status, { 'content-type': 'application/json', ...length, ...headers });
      if (said === 'cut') response.write(body.slice(0, body.length / 2), () => response.destroy());
      else if (said === 'trickle') trickle(response);
      else response.end(body);
    } catch (error) {
      if (!message.complete) return; // whoever asked is gone
      this.#faults.push(String(error));
      response.writeHead(400).end(JSON.stringify({ error: String(error) }));
    }
  }

  #store(request: BulkRequest): Exclude<Reply, string> {
    const stream = this.#streams.get(request.stream) ?? new Map<string, Item>();
    this.#streams.set(request.stream, stream);
    const items = request.items.map((item) => {
      const reply = this.onItem(item, request);
      if (reply) return { create: reply };
      if (stream.has(item.id)) {
        return { create: { status: 409, error: { type: 'version_conflict_engine_exception', reason: item.id } } };
      }
      stream.set(item.id, item);
      return { create: { status: 201 } };
    });
    return {
      status: 200,
      body: JSON.stringify({ errors: items.some(({ create }) => 'error' in create), took: 1, items }),
    };
  }
}

/** A blank every 20 ms, which JSON allows, until whoever listens has enough. */
function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

/** Listens on a port of 127.0.0.1. */
export async function startBulkServer({ tls, port = 0 }: BulkServerOptions = {}): Promise<BulkServer> {
  const server = tls ? createSecureServer(tls) : createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return new BulkServer(server, tls ? 'https' : 'http');
}

/** Throws what is wrong with a request, as strictly as Elasticsearch is and a little more. */
function read(message: IncomingMessage, packed: Buffer): BulkRequest {
  const stream = /^\/([^/]+)\/_bulk(?:\?|$)/.exec(message.url ?? '')?.[1];
  if (message.method !== 'POST' || !stream) throw new Error(`${message.method} ${message.url} is no _bulk request`);
  const { authorization, 'content-encoding': encoding, 'content-type': type } = message.headers;
  if (encoding !== 'gzip' || type !== 'application/x-ndjson')
    throw new Error(`${encoding} ${type} is no gzip of NDJSON`);
  const bytes = gunzipSync(packed);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  if (!text.endsWith('\n')) throw new Error('the last line has no newline');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length % 2 !== 0) throw new Error(`${lines.length} lines are not pairs`);
  const items = Array.from({ length: lines.length / 2 }, (_, pair) => {
    const { create, ...others } = JSON.parse(lines[2 * pair]!) as { create?: { _id?: unknown } };
    if (typeof create?._id !== 'string' || Object.keys(others).length > 0)
      throw new Error(`no create: ${lines[2 * pair]}`);
    const line = lines[2 * pair + 1]!;
    return { id: create._id, document: JSON.parse(line) as Item['document'], line };
  });
  return { stream: decodeURIComponent(stream), authorization, items, bytes: bytes.length };
}
