import { createServer, type Server } from 'node:https';
import type { Express } from 'express';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Certificates } from '../certs.ts';

/** Serves the webhook over TLS; a renewed certificate is taken over without a restart. */
export class WebhookServer implements Part {
  readonly name = 'webhook server';
  readonly #server: Server;
  readonly #port: number;

  constructor(app: Express, port: number) {
    this.#server = createServer({ minVersion: 'TLSv1.2' }, app);
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

  /** Requests that are being answered are finished; kept-alive connections are closed. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }
}
