import { createServer, type Server } from 'node:http';
import express from 'express';
import type { Registry } from 'prom-client';
import type { Part } from '../../runtime/lifecycle.ts';

export interface HealthOptions {
  port: number;
  registry: Registry;
  /** What is not ready yet, in words; empty: ready. */
  unready: () => string[];
}

/** `/healthz` (the process runs), `/readyz` (pods can be injected), `/metrics`. Plain HTTP: nothing secret is there. */
export class HealthServer implements Part {
  readonly name = 'health server';
  readonly #server: Server;
  readonly #port: number;

  constructor({ port, registry, unready }: HealthOptions) {
    const app = express();
    app.disable('x-powered-by');
    app.get('/healthz', (_, response) => void response.type('text').send('ok\n'));
    app.get('/readyz', (_, response) => {
      const missing = unready();
      response
        .status(missing.length > 0 ? 503 : 200)
        .type('text')
        .send(missing.length > 0 ? `waiting for ${missing.join(', ')}\n` : 'ok\n');
    });
    app.get('/metrics', async (_, response) => {
      response.type(registry.contentType).send(await registry.metrics());
    });
    this.#server = createServer(app);
    this.#port = port;
  }

  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, resolve);
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
