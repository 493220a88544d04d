import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { KubeConfig } from '@kubernetes/client-node';
import { renew } from '../../operator/certs.ts';
import { ObjectStore, parsePath, type Place, type StoredObject } from './object-store.ts';

export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  authorization: string | undefined;
  body?: object | undefined;
}

/** Which requests something befalls: by method, and by how the path begins, or, with `$` at its end, what it is. A watch is `WATCH`. */
interface Fault {
  method: string;
  path: string;
  /** `hang`: the request is taken and never answered. */
  what: { status: number; message: string; retryAfterSeconds?: number } | 'hang';
  times: number;
}

const STATUS_TEXT: Record<number, string> = {
  404: 'not found',
  409: 'already exists, or is of another version',
  405: 'not allowed',
};

/**
 * The part of the API server that the operator uses, over HTTPS on loopback: objects by path, lists in pages, watches,
 * create, update of the version that it names, server-side apply by a single manager, merge patch, delete, eviction. What
 * real ones do wrong now and then can be had by method.
 */
export class ApiServer {
  readonly objects = new ObjectStore();
  readonly requests: Seen[] = [];
  /** What becomes of an object that is applied: defaults, other people's admission. */
  onApply: (object: StoredObject) => StoredObject = (object) => object;
  /** What is said of a token: the status of a TokenReview. */
  onTokenReview: (spec: { token: string; audiences: string[] }) => object = () => ({ authenticated: false });
  readonly #server: Server;
  readonly #ca: string;
  readonly #watches = new Set<ServerResponse>();
  #faults: Fault[] = [];
  #silent = false;
  #forgetsList = false;

  static async start(): Promise<ApiServer> {
    const certificates = await renew('renew all', undefined, ['localhost'], new Date());
    const server = new ApiServer(certificates);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor({ ca, cert, key }: { ca: string; cert: string; key: string }) {
    this.#ca = ca;
    this.#server = createServer({ cert, key }, (request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.objects.put('/version', { major: '1', minor: '37', gitVersion: 'v1.37.2' } as never);
  }

  /** How a client finds it and signs in. */
  config(user: object = { token: 'secret' }): KubeConfig {
    const config = new KubeConfig();
    const { port } = this.#server.address() as AddressInfo;
    const caData = Buffer.from(this.#ca).toString('base64');
    config.loadFromClusterAndUser(
      { name: 'test', server: `https://localhost:${port}`, caData, skipTLSVerify: false },
      { name: 'user', ...user },
    );
    return config;
  }

  /** Requests so far, as `METHOD /path`. */
  seen(method: string, path = ''): Seen[] {
    return this.requests.filter((one) => one.method === method && one.path.startsWith(path));
  }

  /** Answers the next requests of this kind with an error, or not at all; returns what ends it. */
  fail(method: string, path: string, what: Fault['what'], times = Infinity): () => void {
    const fault: Fault = { method, path, what, times };
    this.#faults.push(fault);
    return () => {
      this.#faults = this.#faults.filter((one) => one !== fault);
    };
  }

  /** Cuts every watch as a broken connection does. */
  cutWatches(): void {
    for (const response of this.#watches) response.destroy();
  }

  /** Ends every watch as the server does when its time is over. */
  endWatches(): void {
    for (const response of this.#watches) response.end();
  }

  /** From now on open watches stay open and say nothing, as behind a firewall that forgot the connection. */
  silenceWatches(silent = true): void {
    this.#silent = silent;
  }

  /** Sends this to every watch as it is, and then cuts it if need be. */
  tell(text: string, { cut = false } = {}): void {
    for (const response of this.#watches) response.write(text, () => cut && response.destroy());
  }

  /** The next request for a further page of a list is told that its list is forgotten. */
  forgetList(): void {
    this.#forgetsList = true;
  }

  get watching(): number {
    return this.#watches.size;
  }

  /** Tells every watch how far it is. */
  bookmark(): void {
    const object = { metadata: { resourceVersion: this.objects.version } };
    for (const response of this.#watches) this.#say(response, 'BOOKMARK', object);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'https://localhost');
    const query = Object.fromEntries(searchParams);
    const method = query['watch'] === 'true' ? 'WATCH' : request.method!;
    const seen: Seen = { method, path: pathname, query, authorization: request.headers.authorization };
    this.requests.push(seen);
    const fault = this.#faults.find(
      (one) => one.method === method && `${pathname}$`.startsWith(one.path) && one.times > 0,
    );
    if (fault) {
      fault.times--;
      if (fault.what === 'hang') return;
      const { status, message, retryAfterSeconds } = fault.what;
      if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
      send(response, status, { message });
      return;
    }
    const place = parsePath(pathname);
    if (method === 'WATCH') return this.#watch(place, query['resourceVersion'] ?? '', response);
    seen.body = await bodyOf(request);
    const isMerge = request.headers['content-type'] === 'application/merge-patch+json';
    const { status, body } = this.#deal(
      isMerge ? 'MERGE' : method,
      place,
      query,
      seen.body as StoredObject | undefined,
    );
    send(response, status, body ?? { message: `${pathname}: ${STATUS_TEXT[status] ?? ''}` });
  }

  #deal(method: string, place: Place, query: Record<string, string>, body: StoredObject | undefined): Answer {
    const before = this.objects.get(place.path);
    if (method === 'GET' && !place.name) return before ? { status: 200, body: before } : this.#list(place, query);
    if (method === 'GET') return before ? { status: 200, body: before } : { status: 404 };
    if (method === 'POST' && place.resource === 'tokenreviews') {
      return { status: 201, body: { ...body, status: this.onTokenReview(body!.spec as never) } };
    }
    if (method === 'POST' && place.eviction) return this.#evict(place, body as unknown as Eviction);
    if (method === 'POST') {
      const path = `${place.path}/${body!.metadata.name}`;
      if (this.objects.get(path)) return { status: 409 };
      return { status: 201, body: this.objects.put(path, body!) };
    }
    if (method === 'MERGE') {
      const after = before && this.objects.merge(place.path, body!);
      return before ? { status: after ? 200 : 409, ...(after ? { body: after } : {}) } : { status: 404 };
    }
    if (method === 'PATCH') {
      if (place.status && !before) return { status: 404 };
      return { status: before ? 200 : 201, body: this.objects.apply(place, this.onApply(body!)) };
    }
    if (method === 'PUT') {
      if (!before) return { status: 404 };
      if (body!.metadata.resourceVersion !== before.metadata.resourceVersion) return { status: 409 };
      return { status: 200, body: this.objects.put(place.path, body!) };
    }
    if (method === 'DELETE') {
      const { uid, resourceVersion } = (body as unknown as DeleteOptions | undefined)?.preconditions ?? {};
      if (before && uid !== undefined && uid !== before.metadata['uid']) return { status: 409 };
      if (before && resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion)
        return { status: 409 };
      return { status: this.objects.remove(place.path) ? 200 : 404, body: {} };
    }
    return { status: 405 };
  }

  /** No disruption budget stands in its way; the pod is gone at once. */
  #evict({ path }: Place, { deleteOptions }: Eviction): Answer {
    const pod = this.objects.get(path);
    if (!pod) return { status: 404 };
    if (deleteOptions?.preconditions?.uid !== pod.metadata['uid']) return { status: 409 };
    this.objects.remove(path);
    return { status: 201, body: {} };
  }

  #list(place: Place, { limit, continue: from = '0' }: Record<string, string>): Answer {
    if (from !== '0' && this.#forgetsList) {
      this.#forgetsList = false;
      return { status: 410, body: { message: 'the provided continue parameter is too old' } };
    }
    const all = this.objects.list(place);
    const end = Number(from) + Number(limit ?? all.length);
    const metadata = { resourceVersion: this.objects.version, ...(end < all.length ? { continue: String(end) } : {}) };
    return { status: 200, body: { metadata, items: all.slice(Number(from), end) } };
  }

  #watch(place: Place, since: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const missed = this.objects.since(place, since);
    if (!missed) {
      this.#say(response, 'ERROR', { code: 410, message: `too old resource version: ${since}` });
      response.end();
      return;
    }
    for (const { type, object } of missed) this.#say(response, type, object);
    const stop = this.objects.follow(place, ({ type, object }) => this.#say(response, type, object));
    this.#watches.add(response);
    response.once('close', () => {
      stop();
      this.#watches.delete(response);
    });
  }

  #say(response: ServerResponse, type: string, object: object): void {
    if (!this.#silent && !response.writableEnded) response.write(`${JSON.stringify({ type, object })}\n`);
  }
}

interface Eviction {
  deleteOptions?: { preconditions?: { uid?: string } };
}

interface DeleteOptions {
  preconditions?: { uid?: string; resourceVersion?: string };
}

interface Answer {
  status: number;
  body?: object;
}

async function bodyOf(request: IncomingMessage): Promise<StoredObject | undefined> {
  return request.headers['content-length'] ? ((await json(request)) as StoredObject) : undefined;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
