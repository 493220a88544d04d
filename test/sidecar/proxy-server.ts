import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A forward proxy over loopback: plain requests in absolute form, and tunnels by CONNECT. */
export class ProxyServer {
  readonly port: number;
  /** What was asked of it: `POST http://…`, `CONNECT host:port`. */
  readonly asked: string[] = [];
  /** `user:password` that it wants; undefined: it wants none. */
  user: string | undefined;
  /** True: it takes connections and says nothing. */
  isSilent = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (message: IncomingMessage, response: ServerResponse) => this.#forward(message, response));
    server.on('connect', (message: IncomingMessage, socket: Socket) => this.#tunnel(message, socket));
  }

  /** With or without a user of it. */
  url(user?: string): string {
    return `http://${user ? `${user}@` : ''}127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #isKnown({ headers }: IncomingMessage): boolean {
    const basic = `Basic ${Buffer.from(this.user ?? '').toString('base64')}`;
    return this.user === undefined || headers['proxy-authorization'] === basic;
  }

  #forward(message: IncomingMessage, response: ServerResponse): void {
    this.asked.push(`${message.method} ${message.url}`);
    if (this.isSilent) return;
    if (!this.#isKnown(message)) {
      response.writeHead(407).end();
      return;
    }
    const { method, headers } = message;
    const onward = ask(message.url!, { method: method!, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    message.pipe(onward);
  }

  #tunnel(message: IncomingMessage, socket: Socket): void {
    this.asked.push(`CONNECT ${message.url}`);
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    if (this.isSilent) return;
    if (!this.#isKnown(message)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${message.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    this.#sockets.add(onward);
    onward.on('error', () => socket.destroy());
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function startProxyServer(): Promise<ProxyServer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new ProxyServer(server);
}
