import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { Part } from '../../runtime/lifecycle.ts';
import { wait } from '../../runtime/wait.ts';
import type { Certificates } from '../certs.ts';

/** The API server gives up on an answer after three seconds; what is open longer at the end is no request. */
const GRACE_MS = 3_000;
/**
 * The API server keeps idle connections for 90 s (client-go) and must be the one who closes them: a request that crosses our
 * end on its way is lost, and its pod goes in without a sidecar.
 */
const KEEP_ALIVE_MS = 120_000;
/** Also of connections that it opened and has not used yet: those have the time of a request's headers, by default a minute. */
const TIMES = { handshakeTimeout: 10_000, keepAliveTimeout: KEEP_ALIVE_MS, headersTimeout: KEEP_ALIVE_MS };

/** Serves the webhook over TLS; a renewed certificate is taken over without a restart. */
export class WebhookServer implements Part {
  readonly name = 'webhook server';
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #draining = false;

  constructor(app: Express, port: number) {
    const options = { minVersion: 'TLSv1.2', ...TIMES } as const;
    this.#server = createServer(options, (request, response) => {
      if (this.#draining) response.setHeader('connection', 'close');
      // Of one that was asked before that.
      response.once('close', () => {
        if (!this.#server.listening) this.#server.closeIdleConnections();
      });
      app(request, response);
    });
    // Also those that are still in their handshake, which the server does not list.
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#port = port;
  }

  use({ cert, key }: Certificates): void {
    this.#server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, resolve);
    });
  }

  /**
   * Serves on for a while, and asks each client to come back by a new connection, which leads to another replica: it takes
   * seconds until everybody has heard that this one is not ready any more. Resolves when it is time to stop.
   */
  async drain(ms: number): Promise<void> {
    this.#draining = true;
    await wait(ms);
  }

  /** Requests that are being answered are finished; all other connections are closed. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, GRACE_MS);
      this.#server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.#server.closeIdleConnections();
    });
  }
}
