import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Agent, createServer as createSecureServer, request as open } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import { STREAM_PREFIX } from '../../api/names.ts';
import { CALM, drawFault, NONSENSE, type Fault, type Weather } from './faults.ts';
import { REFUSED } from './payload.ts';
import type { Random } from './random.ts';
import { isStored, readBulk, weave, writeBulk, type ItemAnswer, type WireItem } from './wire.ts';

/** Where Elasticsearch really is. */
export interface Upstream {
  readonly url: string;
  readonly ca: string;
}

export interface FaultProxyOptions {
  /** Asked for each request; undefined while there is none. */
  readonly upstream: () => Upstream | undefined;
  readonly random: Random;
  /** PEM; undefined: plain http on the sidecar's side. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
}

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** In the order of the request, where Elasticsearch said something about each record. */
  readonly items?: readonly ItemAnswer[];
}

const NO_ANSWER: Fault = { kind: 'silence', forward: true, ms: Infinity };
const NO_ROOM: ItemAnswer = {
  create: { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'rejected by the fault proxy' } },
};
const CURSED: ItemAnswer = {
  create: { status: 400, error: { type: 'document_parsing_exception', reason: 'refused by the fault proxy' } },
};

/** Stands between sidecar and Elasticsearch, lets things go wrong there, and counts what went over the wire. */
export class FaultProxy {
  /** Addresses for the sidecar, two of them; they fare alike. */
  readonly urls: readonly string[];
  weather: Weather = CALM;
  /** The places of more records of a request for which there is no room. */
  noRoom: (stream: string, items: readonly WireItem[]) => ReadonlySet<number> = () => new Set();
  /** So many of the next requests get no answer until the sidecar gives up, whatever the weather. */
  swallow = 0;
  requests = 0;
  /** How often Elasticsearch was sent a record that it had, and said so. */
  known = 0;
  /** How many requests each kind of fault met, and what was wrong with what the sidecar sent. */
  readonly met = new Map<string, number>();
  readonly malformed: string[] = [];
  /** By stream and id: how often it came in whole, how often Elasticsearch took it, how often the sidecar was told so. */
  readonly sent = new Map<string, number>();
  readonly taken = new Map<string, number>();
  readonly acknowledged = new Map<string, number>();
  readonly #options: FaultProxyOptions;
  readonly #servers: readonly Server[];
  readonly #agents = new Map<string, Agent>();

  constructor(servers: readonly Server[], options: FaultProxyOptions) {
    this.#servers = servers;
    this.#options = options;
    const scheme = options.tls ? 'https' : 'http';
    this.urls = servers.map((server) => `${scheme}://localhost:${(server.address() as AddressInfo).port}`);
    for (const server of servers) {
      server.on('request', (message: IncomingMessage, response: ServerResponse) => {
        response.on('error', () => {}); // whoever asked is gone
        this.#serve(message, response).catch((error: unknown) => {
          if (message.complete) this.malformed.push(String(error));
          response.destroy();
        });
      });
    }
  }

  /** How many records of each file were acknowledged to the sidecar, dead letters among them, each counted once. */
  acknowledgedByFile(): Map<string, number> {
    const byFile = new Map<string, number>();
    for (const key of this.acknowledged.keys()) {
      const [, file, offset] = /^\S+ (\w+)\.(\d+)\./.exec(key) ?? [];
      if (file && offset) count(byFile, file);
    }
    return byFile;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { random } = this.#options;
    // Only whether somebody is there.
    if (message.method === 'HEAD') return void response.end();
    this.requests++;
    const fault = this.swallow > 0 ? NO_ANSWER : drawFault(this.weather, random);
    if (fault === NO_ANSWER) this.swallow--;
    if (fault.kind !== 'none') count(this.met, fault.kind);
    if (fault.kind === 'cutRequest') return cutWithin(message, fault.share);
    const packed = await buffer(message);
    const stream = /^\/([^/]+)\/_bulk(?:\?|$)/.exec(message.url ?? '')?.[1];
    if (message.method !== 'POST' || !stream) throw new Error(`${message.method} ${message.url} is no _bulk request`);
    const items = readBulk(packed);
    for (const { id } of items) count(this.sent, `${stream} ${id}`);
    const refused = this.#refused({ items, stream }, fault, this.noRoom(stream, items));
    const forward = () => this.#forward(message, { packed, items, refused, stream });
    await this.#answer(fault, response, { items, stream, forward });
  }

  async #answer(fault: Fault, response: ServerResponse, { items, stream, forward }: Exchange): Promise<void> {
    const tell = (reply: Reply) => this.#tell(response, reply, { items, stream });
    switch (fault.kind) {
      case 'cutRequest':
      case 'none':
      case 'items429':
        return tell(await forward());
      case 'refused':
        // A record that is too large by itself would be a dead letter.
        return tell(fault.status === 413 && items.length === 1 ? await forward() : refusal(fault));
      case 'silence':
        if (fault.forward) await forward();
        if (fault.ms === Infinity) return;
        await delay(fault.ms);
        return void response.destroy();
      case 'cutAnswer': {
        const { status, body } = await forward();
        if (fault.share === 0) return void response.destroy();
        response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
        response.write(body.slice(0, Math.ceil(body.length * fault.share)), () => response.destroy());
        return;
      }
      case 'late':
        await delay(fault.ms);
        return tell(await forward());
      case 'trickle': {
        const reply = await forward();
        const size = Math.ceil(reply.body.length / fault.pieces);
        let rest = reply.body;
        response.writeHead(reply.status, { 'content-type': 'application/json' });
        for (; rest.length > size; rest = rest.slice(size)) {
          response.write(rest.slice(0, size));
          await delay(fault.ms);
        }
        return tell({ ...reply, body: rest });
      }
      case 'nonsense': {
        const reply = await forward();
        if (!reply.items) return tell(reply);
        const body = NONSENSE[fault.form](reply.body);
        response.writeHead(200, { 'content-length': Buffer.byteLength(body) }).end(body);
      }
    }
  }

  /** Ends an answer; what it says of records is known to the sidecar when it is out. */
  #tell(response: ServerResponse, { status, body, headers, items }: Reply, request: Asked): void {
    response.once('finish', () => {
      for (const [index, answer] of (items ?? []).entries()) {
        if (isStored(answer)) count(this.acknowledged, `${request.stream} ${request.items[index]!.id}`);
      }
    });
    if (!response.headersSent) {
      response.writeHead(status, {
        'content-length': Buffer.byteLength(body),
        'content-type': 'application/json',
        ...headers,
      });
    }
    response.end(body);
  }

  /** Sends on what is not refused here, and puts the answers together. */
  async #forward(message: IncomingMessage, { packed, items, refused, stream }: Forwarded): Promise<Reply> {
    const rest = items.filter((_, index) => !refused.has(index));
    let own: readonly ItemAnswer[] = [];
    if (rest.length > 0) {
      const reply = await this.#ask(message, refused.size > 0 ? writeBulk(rest) : packed);
      if (reply.status !== 200) return reply;
      own = (JSON.parse(reply.body) as { items: ItemAnswer[] }).items;
    }
    for (const [index, answer] of own.entries()) {
      if (answer.create.status === 201) count(this.taken, `${stream} ${rest[index]!.id}`);
      if (answer.create.status === 409) this.known++;
    }
    const all = weave(refused, own, items.length);
    return {
      status: 200,
      body: JSON.stringify({ errors: all.some(({ create }) => create.error), items: all }),
      items: all,
    };
  }

  /** One request to Elasticsearch; 502 where there is no answer. */
  #ask(message: IncomingMessage, packed: Buffer): Promise<Reply> {
    const upstream = this.#options.upstream();
    if (!upstream) return Promise.resolve({ status: 502, body: JSON.stringify({ error: 'no upstream' }) });
    const { url, ca } = upstream;
    let agent = this.#agents.get(url);
    if (!agent) this.#agents.set(url, (agent = new Agent({ ca, keepAlive: true })));
    const { authorization, 'content-type': type = '', 'content-encoding': encoding = '' } = message.headers;
    const headers = {
      'content-type': type,
      'content-encoding': encoding,
      'content-length': packed.length,
      ...(authorization ? { authorization } : {}),
    };
    return new Promise((resolve) => {
      const unreachable = (error: Error) => resolve({ status: 502, body: JSON.stringify({ error: error.message }) });
      const sent = open(new URL(message.url!, url), { method: 'POST', agent, headers }, (response) => {
        buffer(response).then((body) => resolve({ status: response.statusCode!, body: body.toString() }), unreachable);
      });
      sent.on('error', unreachable);
      sent.end(packed);
    });
  }

  /** What is refused here, by its place: as ordered, by the fault, and what bears a mark. */
  #refused({ items, stream }: Asked, fault: Fault, noRoom: ReadonlySet<number>): Map<number, ItemAnswer> {
    const { random } = this.#options;
    const refused = new Map<number, ItemAnswer>();
    const isLetter = stream.startsWith(STREAM_PREFIX.deadLetters);
    for (const [index, { document }] of items.entries()) {
      const isCursed =
        document.includes(REFUSED.always) || (document.includes(REFUSED.once) && document.includes('"app":{'));
      if (isCursed && !isLetter) refused.set(index, CURSED);
      if (noRoom.has(index) || (fault.kind === 'items429' && random.chance(fault.share))) refused.set(index, NO_ROOM);
    }
    return refused;
  }
}

interface Asked {
  readonly items: readonly WireItem[];
  readonly stream: string;
}
interface Exchange extends Asked {
  readonly forward: () => Promise<Reply>;
}
interface Forwarded extends Asked {
  readonly packed: Buffer;
  readonly refused: ReadonlyMap<number, ItemAnswer>;
}

/** Listens on two ports of 127.0.0.1. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const servers = [0, 1].map(() => (options.tls ? createSecureServer(options.tls) : createServer()));
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return new FaultProxy(servers, options);
}

const WORDS = {
  401: { type: 'security_exception', reason: 'unable to authenticate' },
  403: { type: 'security_exception', reason: 'action is unauthorized' },
  404: { type: 'index_not_found_exception', reason: 'no such index' },
  413: { type: 'content_too_long_exception', reason: 'entity content is too long' },
  429: { type: 'circuit_breaking_exception', reason: 'data too large' },
  502: { type: 'bad_gateway', reason: 'no upstream' },
  503: { type: 'cluster_block_exception', reason: 'no master' },
} as const;

function refusal({ status, retryAfter }: Extract<Fault, { kind: 'refused' }>): Reply {
  const headers = retryAfter ? { 'retry-after': String(retryAfter) } : {};
  return { status, headers, body: JSON.stringify({ error: WORDS[status], status }) };
}

/** Ends the connection when so much of the body has come. */
async function cutWithin(message: IncomingMessage, share: number): Promise<void> {
  const { socket } = message;
  let left = Number(message.headers['content-length'] ?? 0) * share;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left <= 0) break;
  }
  socket.destroy();
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
