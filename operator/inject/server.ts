import type { Express } from 'express';
import type { Part } from '../../runtime/lifecycle.ts';
import { wait } from '../../runtime/wait.ts';
import type { Certificates } from '../certs.ts';
import { TlsListener } from '../tls-listener.ts';

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
  readonly #listener: TlsListener;
  #draining = false;

  constructor(app: Express, port: number) {
    this.#listener = new TlsListener({ port, graceMs: GRACE_MS, ...TIMES }, (request, response) => {
      if (this.#draining) response.setHeader('connection', 'close');
      // Of one that was asked before that.
      response.once('close', () => {
        const { server } = this.#listener;
        if (!server.listening) server.closeIdleConnections();
      });
      app(request, response);
    });
  }

  use(certificates: Certificates): void {
    this.#listener.use(certificates);
  }

  start(): Promise<void> {
    return this.#listener.start();
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
    return this.#listener.stop();
  }
}
