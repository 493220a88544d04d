import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, createServer, request, type RequestOptions, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { createAuthority } from '../authority.ts';

/** What a request asks for, in the words of RBAC. */
export interface ApiRequest {
  /** get, list, watch, create, update, patch, delete */
  verb: string;
  /** `pods`, `pods/eviction`, `tracingpolicies/status`, … */
  resource: string;
  /** Both '' where there is none. */
  namespace: string;
  name: string;
}

/** What is answered in place of the API server's answer. */
export interface Fault {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/**
 * Stands between a client and the real API server, passes all on, and counts it; and does what an API server does on a bad
 * day. The client comes with its own token: what it may not do, it may not do here.
 */
export class ApiProxy {
  /** Of a kubeconfig for the client. */
  readonly kubeconfig: string;
  /** How often each `verb resource` was asked for. */
  readonly requests = new Map<string, number>();
  /** Asked for each request; undefined: it is passed on. */
  fault: (request: ApiRequest) => Fault | undefined = () => undefined;
  readonly #server: Server;
  readonly #port: number;
  readonly #upstream: Upstream;
  /** The answers to watches that are open, with what they watch. */
  readonly #watches = new Map<ServerResponse, ApiRequest>();

  /** `token` is the client's; `folder`, empty, gets certificates and a kubeconfig. */
  static async start(options: { kubeconfig: string; token: string; folder: string }): Promise<ApiProxy> {
    const { folder, token } = options;
    const issue = await createAuthority(folder, '/CN=proxy authority');
    await issue('proxy', '/CN=proxy', 'subjectAltName=IP:127.0.0.1');
    const [ca, cert, key] = await Promise.all(
      ['ca.crt', 'proxy.crt', 'proxy.key'].map((name) => readFile(join(folder, name), 'utf8')),
    );
    const server = createServer({ cert: cert!, key: key! });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(folder, 'kubeconfig');
    await writeFile(kubeconfig, kubeconfigOf(`https://127.0.0.1:${port}`, ca!, token), { mode: 0o600 });
    return new ApiProxy({ server, port, kubeconfig, upstream: await upstreamOf(options.kubeconfig) });
  }

  private constructor(made: { server: Server; port: number; kubeconfig: string; upstream: Upstream }) {
    this.#server = made.server;
    this.#port = made.port;
    this.#upstream = made.upstream;
    this.kubeconfig = made.kubeconfig;
    this.#server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => this.#pass(incoming, outgoing));
  }

  /** Ends open watches of a resource, after a last event: an error as the API server sends it inside of a watch. */
  endWatches(resource: string, status?: { code: number; reason: string; message: string }): number {
    let ended = 0;
    for (const [response, watched] of this.#watches) {
      if (watched.resource !== resource) continue;
      ended++;
      const object = { kind: 'Status', apiVersion: 'v1', status: 'Failure', ...status };
      if (status) response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`);
      else response.destroy();
    }
    return ended;
  }

  /** As when the server's process ends: connections break, and new ones are refused. */
  async down(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** It is there again, at the same place. */
  async up(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    if (this.#server.listening) await this.down();
    this.#upstream.agent.destroy();
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const asked = requestOf(incoming.method ?? '', incoming.url ?? '');
    const what = `${asked.verb} ${asked.resource}`;
    this.requests.set(what, (this.requests.get(what) ?? 0) + 1);
    const fault = this.fault(asked);
    if (fault) {
      const { status, message, headers } = fault;
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
      outgoing.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status, message }));
      incoming.resume();
      return;
    }
    const { agent, hostname, port } = this.#upstream;
    const { method, url: path, headers } = incoming;
    const onward = request({ agent, hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    });
    if (asked.verb === 'watch') this.#watches.set(outgoing, asked);
    outgoing.once('close', () => {
      this.#watches.delete(outgoing);
      onward.destroy();
    });
    onward.once('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }
}

interface Upstream {
  agent: Agent;
  hostname: string;
  port: string;
}

/** The way to the real one; without its client certificate, which would be stronger than the token of whoever asks. */
async function upstreamOf(file: string): Promise<Upstream> {
  const config = new KubeConfig();
  config.loadFromFile(file);
  const { hostname, port } = new URL(config.getCurrentCluster()!.server);
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return { hostname, port, agent: new Agent({ keepAlive: true, ...(options.ca ? { ca: options.ca } : {}) }) };
}

function kubeconfigOf(server: string, ca: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'proxy',
    clusters: [
      { name: 'proxy', cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'client', user: { token } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: 'client' } }],
  });
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Reads `/api/v1/…` and `/apis/group/version/…` (Kubernetes, "API Concepts": resource URIs). */
export function requestOf(method: string, url: string): ApiRequest {
  const { pathname, searchParams } = new URL(url, 'https://any');
  const parts = pathname.split('/').filter(Boolean);
  const rest = parts.slice(parts[0] === 'apis' ? 3 : 2);
  // A namespace is also an object of its own: `/namespaces/a` is one, `/namespaces/a/pods` are pods in it.
  const isWithin = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = isWithin ? rest[1]! : '';
  const [plural = pathname, name = '', ...sub] = isWithin ? rest.slice(2) : rest;
  const reading = searchParams.get('watch') === 'true' ? 'watch' : name ? 'get' : 'list';
  const resource = [plural, ...sub].join('/');
  return { verb: VERBS[method] ?? reading, resource, namespace, name };
}
