import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What it is made to answer, by how `METHOD /path` begins. */
interface Fault {
  readonly begins: string;
  readonly status: number;
}

/** The part of Elasticsearch that the operator uses, over HTTP on loopback: streams that a write creates, and keys by number. */
export class ElasticServer {
  /** `PUT /_index_template/logs-tracewell` and the like, in the order in which they came. */
  readonly requests: string[] = [];
  readonly streams = new Set<string>();
  /** Keys that are good, by id. */
  readonly keys = new Set<string>();
  readonly faults: Fault[] = [];
  /** When the next keys end, milliseconds. */
  expiration = 0;
  readonly #server: Server;
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
    const { pathname } = new URL(request.url!, this.url);
    const what = `${request.method} ${pathname}`;
    const body = await text(request);
    this.requests.push(what);
    const fault = this.faults.find(({ begins }) => what.startsWith(begins));
    const [status, answer] = fault
      ? [fault.status, { error: { reason: 'as the test wants it' } }]
      : this.#act(what, pathname.split('/')[1] ?? '', body);
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(answer));
  }

  #act(what: string, first: string, body: string): [number, object] {
    if (what === 'HEAD /') return [200, {}];
    if (what.startsWith('HEAD')) return [this.streams.has(first) ? 200 : 404, {}];
    if (what.endsWith('/_bulk')) {
      const named = [...body.matchAll(/"_index":"([^"]+)"/g)].map(([, stream]) => stream!);
      for (const stream of named) this.streams.add(stream);
      return [200, { items: named.map(() => ({ create: { status: 400, error: { reason: 'no time' } } })) }];
    }
    if (what.endsWith(' /_security/api_key')) {
      if (what.startsWith('DELETE')) {
        for (const id of (JSON.parse(body) as { ids: string[] }).ids) this.keys.delete(id);
        return [200, {}];
      }
      const id = `key-${++this.#minted}`;
      this.keys.add(id);
      return [200, { id, encoded: Buffer.from(`${id}:secret`).toString('base64'), expiration: this.expiration }];
    }
    return [200, { acknowledged: true }];
  }
}
