import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Certificates } from '../certs.ts';

/** A decision takes a millisecond; what is open longer at the end is no request. */
const GRACE_MS = 1000;

/** Serves the webhook over TLS; a renewed certificate is taken over without a restart. */
export class WebhookServer implements Part {
  readonly name = 'webhook server';
  readonly #server: Server;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();

  constructor(app: Express, port: number) {
    this.#server = createServer({ minVersion: 'TLSv1.2' }, app);
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
