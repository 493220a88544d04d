import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Certificates } from './certs.ts';

export interface TlsListenerOptions extends ServerOptions {
  port: number;
  /** Milliseconds that requests have at the end to be answered. */
  graceMs: number;
}

/** Listens for HTTP over TLS; a renewed certificate is taken over without a restart. */
export class TlsListener {
  readonly server: Server;
  readonly #port: number;
  readonly #graceMs: number;
  readonly #sockets = new Set<Socket>();

  constructor({ port, graceMs, ...options }: TlsListenerOptions, onRequest: RequestListener) {
    this.#port = port;
    this.#graceMs = graceMs;
    this.server = createServer({ minVersion: 'TLSv1.2', ...options }, onRequest);
    // Also those that are still in their handshake, which the server does not list.
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  use({ cert, key }: Certificates): void {
    this.server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.#port, resolve);
    });
  }

  /** Requests that are being answered are finished, within the time that they have; all other connections are closed. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, this.#graceMs);
      this.server.close(() => {
        clearTimeout(cut);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }
}
