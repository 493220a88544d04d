import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface SavedObject {
  type: string;
  id: string;
  attributes: { title?: string };
}

/** What was asked, and by whom. */
interface Seen {
  path: string;
  headers: IncomingMessage['headers'];
}

/** The part of Kibana's saved objects API that the operator uses, over HTTP on loopback, after its documentation. */
export class KibanaServer {
  readonly seen: Seen[] = [];
  /** By space (empty: the default one), type and id. */
  readonly objects = new Map<string, SavedObject>();
  /** Answers that are given instead, one after the other. */
  readonly faults: { status: number; body: string }[] = [];
  /** Types that this Kibana does not know. */
  readonly unknown = new Set<string>();
  /** Says nothing at all. */
  hangs = false;
  readonly #server: Server;
  readonly #scheme: 'http' | 'https';

  /** With a certificate and its key, PEM: over TLS. */
  static async start(tls?: { cert: string; key: string }): Promise<KibanaServer> {
    const server = new KibanaServer(tls);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  private constructor(tls: { cert: string; key: string } | undefined) {
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    };
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
  }

  get url(): string {
    return `${this.#scheme}://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Those of a space, as `type id`. */
  in(space: string): string[] {
    return [...this.objects.keys()]
      .filter((key) => key.startsWith(`${space}/`))
      .map((key) => key.slice(space.length + 1));
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    const body = await buffer(request);
    this.seen.push({ path, headers: request.headers });
    if (this.hangs) return;
    const { status, body: answer } = this.faults.shift() ?? (await this.#act(path, request.headers, body));
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(answer);
  }

  async #act(path: string, headers: Seen['headers'], body: Buffer): Promise<{ status: number; body: string }> {
    const [, space = '', action] =
      /^(?:\/s\/([^/]+))?\/api\/saved_objects\/(_import\?overwrite=true|_export)$/.exec(path) ?? [];
    if (!action) return error(404, 'Not Found');
    if (!headers['kbn-xsrf']) return error(400, 'Request must contain a kbn-xsrf header.');
    if (action === '_export') return { status: 200, body: this.#export(space, body.toString()) };
    const type = { 'content-type': headers['content-type']! };
    const file = (await new Response(Uint8Array.from(body), { headers: type }).formData()).get('file');
    if (!(file instanceof File) || !file.name.endsWith('.ndjson')) return error(400, 'Invalid file extension');
    return { status: 200, body: JSON.stringify(this.#import(space, await file.text())) };
  }

  /** Dashboards of whose title a word begins with what is searched, one a line. */
  #export(space: string, body: string): string {
    const { type, search } = JSON.parse(body) as { type: string[]; search: string };
    const begins = search.replace('*', '');
    return [...this.objects]
      .filter(([key]) => type.some((one) => key.startsWith(`${space}/${one} `)))
      .filter(([, { attributes }]) => attributes.title?.split(' ').some((word) => word.startsWith(begins)))
      .map(([, object]) => JSON.stringify(object))
      .join('\n');
  }

  #import(space: string, ndjson: string): object {
    const objects = ndjson
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as SavedObject);
    const refused = objects.filter(({ type }) => this.unknown.has(type));
    for (const object of objects.filter(({ type }) => !this.unknown.has(type)))
      this.objects.set(`${space}/${object.type} ${object.id}`, object);
    const errors = refused.map(({ type, id }) => ({ type, id, error: { type: 'unsupported_type' } }));
    const successCount = objects.length - refused.length;
    return { success: errors.length === 0, successCount, ...(errors.length > 0 ? { errors } : {}) };
  }
}

const error = (statusCode: number, message: string) => ({
  status: statusCode,
  body: JSON.stringify({ statusCode, message }),
});
