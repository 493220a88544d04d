import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { serverOf, type Server } from '../../operator/elastic/server.ts';

/** What it is made to answer, by how `METHOD /path` begins. */
interface Fault {
  readonly begins: string;
  readonly status: number;
}

/** What `GET /` of an Elasticsearch of this version says. */
const rootOf = (number: string) => ({ version: { number, build_flavor: 'default' } });

/** The Elasticsearch that stands behind the loopback server unless a test says otherwise, as `detect` sees it. */
export const SERVER: Server = serverOf({
  root: rootOf('9.5.3'),
  productHeader: 'Elasticsearch',
  nodes: ['9.5.3'],
  ilm: false,
});

/**
 * The part of Elasticsearch that the operator uses, over HTTP on loopback: streams that a write creates, keys by number, and
 * templates and policies as they were put.
 */
export class ElasticServer {
  /** `PUT /_index_template/logs-tracewell` and the like, in the order in which they came; and what was sent with each. */
  readonly requests: string[] = [];
  readonly bodies: string[] = [];
  readonly streams = new Set<string>();
  /** Keys that are good, by id. */
  readonly keys = new Set<string>();
  /** By path: index and component templates, policies. */
  readonly objects = new Map<string, object>();
  readonly faults: Fault[] = [];
  /** When the next keys end, milliseconds. */
  expiration = 0;
  root: object = rootOf('9.5.3');
  product: string | undefined = 'Elasticsearch';
  /** Versions of the nodes. */
  nodes: readonly string[] = ['9.5.3'];
  /** Whether there is index lifecycle management. */
  ilm = false;
  health = { status: 'green', unassigned_shards: 0 };
  /** Settings by index. */
  translogs: object = {};
  /** What it makes of an object that it is asked for. */
  shows = (one: object): object => one;
  /** Why the first of several streams takes no settings of its own. */
  refusesSettings: string | undefined;
  readonly #server: HttpServer;
  #minted = 0;

  static async start(): Promise<ElasticServer> {
    const server = new ElasticServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests that begin so. */
  seen(begins: string): string[] {
    return this.requests.filter((one) => one.startsWith(begins));
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pathname = decodeURIComponent(new URL(request.url!, this.url).pathname);
    const what = `${request.method} ${pathname}`;
    const body = await text(request);
    this.requests.push(what);
    this.bodies.push(body);
    const fault = this.faults.find(({ begins }) => what.startsWith(begins));
    const [status, answer] = fault
      ? [fault.status, { error: { reason: 'as the test wants it' } }]
      : this.#act(what, pathname, body);
    const product = this.product ? { 'x-elastic-product': this.product } : {};
    response.writeHead(status, { 'content-type': 'application/json', ...product });
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(answer));
  }

  #act(what: string, path: string, body: string): [number, object] {
    if (what === 'HEAD /') return [200, {}];
    if (what === 'GET /') return [200, this.root];
    if (what === 'GET /_nodes/_none')
      return [200, { nodes: Object.fromEntries(this.nodes.map((version, n) => [`node-${n}`, { version }])) }];
    if (what.startsWith('HEAD')) return [this.#areThere(path.slice(1).split(',')) ? 200 : 404, {}];
    if (path.startsWith('/_ilm') && !this.ilm) return [400, { error: `no handler found for uri [${path}]` }];
    if (what === 'GET /_ilm/status') return [200, { operation_mode: 'RUNNING' }];
    if (path.startsWith('/_cluster/health/')) return [200, this.health];
    if (path.endsWith('/_settings/index.translog.durability')) return [200, this.translogs];
    if (path.endsWith('/_bulk')) return [200, { items: this.#create(body) }];
    if (path === '/_security/api_key') return [200, this.#keys(what, body)];
    if (path.startsWith('/_data_stream/') && path.endsWith('/_settings')) {
      const names = path.split('/')[2]!.split(',');
      const error = this.refusesSettings;
      const outcome = (i: number) =>
        error && i === 0 ? { applied_to_data_stream: false, error } : { applied_to_data_stream: true };
      return [200, { data_streams: names.map((name, i) => ({ name, ...outcome(i) })) }];
    }
    if (/^\/_(index_template|component_template|ilm\/policy)\//.test(path)) return this.#object(what, path, body);
    if (path.startsWith('/_resolve/index/')) {
      const begin = path.slice('/_resolve/index/'.length).replace('*', '');
      const names = [...this.streams].filter((name) => name.startsWith(begin));
      return [200, { data_streams: names.map((name) => ({ name })) }];
    }
    return [200, { acknowledged: true }];
  }

  #areThere(names: readonly string[]): boolean {
    return names.every((name) => this.streams.has(name));
  }

  #create(body: string): object[] {
    const named = [...body.matchAll(/"_index":"([^"]+)"/g)].map(([, stream]) => stream!);
    for (const stream of named) this.streams.add(stream);
    return named.map(() => ({ create: { status: 400, error: { reason: 'no time' } } }));
  }

  #keys(what: string, body: string): object {
    if (what.startsWith('GET')) return { api_keys: [] };
    if (what.startsWith('DELETE')) {
      for (const id of (JSON.parse(body) as { ids: string[] }).ids) this.keys.delete(id);
      return {};
    }
    const id = `key-${++this.#minted}`;
    this.keys.add(id);
    return { id, encoded: Buffer.from(`${id}:secret`).toString('base64'), expiration: this.expiration };
  }

  #object(what: string, path: string, body: string): [number, object] {
    if (what.startsWith('PUT')) {
      this.objects.set(path, JSON.parse(body) as object);
      return [200, { acknowledged: true }];
    }
    const [, kind = '', name = ''] = /^\/_([a-z/_]+)\/([^/]+)$/.exec(path) ?? [];
    const fits = new RegExp(`^/_${kind}/${name.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
    const found = [...this.objects]
      .filter(([at]) => fits.test(at))
      .map(([at, one]) => [at.split('/').at(-1)!, this.shows(one)] as const);
    if (found.length === 0 && !name.includes('*')) return [404, { error: { reason: `${name} is missing` } }];
    if (kind.startsWith('ilm')) return [200, Object.fromEntries(found)];
    return [200, { [`${kind}s`]: found.map(([each, one]) => ({ name: each, [kind]: one })) }];
  }
}
