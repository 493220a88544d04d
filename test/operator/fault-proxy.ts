import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as open, type RequestOptions, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { renew } from '../../operator/certs.ts';

export interface Asked {
  /** A watch is `WATCH`. */
  readonly method: string;
  readonly path: string;
}

/**
 * What befalls a request. `cut`: the connection ends. `hang`: no answer comes. `expired`: the API server is asked for its first
 * version, which it has forgotten, and says so itself. `lost`: it does what it is asked, and the answer does not arrive.
 */
export type Fault = 'cut' | 'hang' | 'expired' | 'lost' | { readonly status: number; readonly retryAfter?: number };

/** Stands between the operator's parts and a real API server, and lets things go wrong there. It signs in as who it was started for. */
export class ApiFaultProxy {
  /** Asked of every request; nothing by default. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #ca: string;
  readonly #url: string;
  readonly #upstream: RequestOptions;
  readonly #sockets = new Set<Socket>();
  readonly #token: string | undefined;

  /** `kubeconfig` is a path. With a token, clients are who it is of, and may do no more. */
  static async start(kubeconfig: string, token?: string): Promise<ApiFaultProxy> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const { ca, cert, key }: RequestOptions = await signedIn(config);
    const agent = new Agent({ ca, ...(token ? {} : { cert, key }), keepAlive: true });
    const own = await renew('renew all', undefined, ['localhost'], new Date());
    const proxy = new ApiFaultProxy(own, { url: config.getCurrentCluster()!.server, upstream: { agent }, token });
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(
    own: { ca: string; cert: string; key: string },
    { url, upstream, token }: { url: string; upstream: RequestOptions; token: string | undefined },
  ) {
    this.#ca = own.ca;
    this.#url = url;
    this.#upstream = upstream;
    this.#token = token;
    this.#server = createServer({ cert: own.cert, key: own.key }, (message, response) =>
      this.#serve(message, response),
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** How a client finds it. */
  config(): KubeConfig {
    const config = new KubeConfig();
    const { port } = this.#server.address() as AddressInfo;
    const caData = Buffer.from(this.#ca).toString('base64');
    const cluster = { name: 'proxy', server: `https://localhost:${port}`, caData, skipTLSVerify: false };
    config.loadFromClusterAndUser(cluster, { name: 'client', ...(this.#token ? { token: this.#token } : {}) });
    return config;
  }

  /** Ends all connections; what comes then fares as `fault` says. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
    (this.#upstream.agent as Agent).destroy();
  }

  #serve(message: IncomingMessage, response: ServerResponse): void {
    const url = new URL(message.url!, this.#url);
    const method = url.searchParams.get('watch') === 'true' ? 'WATCH' : message.method!;
    const asked = { method, path: url.pathname };
    this.asked.push(asked);
    const fault = this.fault(asked);
    if (fault === 'cut') return void message.socket.destroy();
    if (fault === 'hang') return;
    if (typeof fault === 'object') {
      const { status, retryAfter } = fault;
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': `${retryAfter}` });
      return void response.end(JSON.stringify({ message: 'refused by the fault proxy' }));
    }
    if (fault === 'expired') url.searchParams.set('resourceVersion', '1');
    this.#forward(url, message, response, fault === 'lost');
  }

  #forward(url: URL, message: IncomingMessage, response: ServerResponse, isLost: boolean): void {
    const { host: _, ...headers } = message.headers;
    const sent = open(url, { ...this.#upstream, method: message.method, headers }, (answer) => {
      if (isLost) {
        answer.resume().once('end', () => message.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode!, answer.headers);
      // A watch that says nothing yet has begun all the same.
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    sent.once('error', () => response.destroy());
    // Who asked may be gone, or stop listening.
    response.once('close', () => sent.destroy());
    message.pipe(sent);
  }
}

async function signedIn(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}
