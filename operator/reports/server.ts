import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import type { Certificates } from '../certs.ts';
import { TlsListener } from '../tls-listener.ts';
import { takeIn, type IntakeOptions } from './intake.ts';
import { Refusal, type ReportResult } from './refusal.ts';

export interface ReportServerOptions extends IntakeOptions {
  port: number;
  onReport: (result: ReportResult) => void;
  log: Log;
}

/** Requests that are answered at once: each may hold a body, and a question to the API server. */
const AT_ONCE = 64;
const CONNECTIONS = 1024;
const RETRY_SECONDS = 10;
/** Of a request, and of what is open at the end: sidecars are close, and say little. */
const HANDSHAKE_MS = 5000;
const HEADERS_MS = 5000;
const REQUEST_MS = 10_000;
const GRACE_MS = 1000;
/**
 * For so long what is left of a refused request is read, and forgotten: whoever is still sending when the connection closes hears of
 * that, and may not hear why (RFC 9112, section 9.6).
 */
const LINGER_MS = 1000;

/** `POST /report` over TLS: sidecars say how they stand. It bounds what it takes, and says why it does not take it. */
export class ReportServer implements Part {
  readonly name = 'report server';
  readonly #options: ReportServerOptions;
  readonly #listener: TlsListener;
  #answering = 0;
  #isApiAway = false;

  constructor(options: ReportServerOptions) {
    this.#options = options;
    const { port } = options;
    const bounds = { handshakeTimeout: HANDSHAKE_MS, headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS };
    const often = { connectionsCheckingInterval: HEADERS_MS };
    this.#listener = new TlsListener({ port, graceMs: GRACE_MS, ...bounds, ...often }, (request, response) => {
      void this.#answer(request, response);
    });
    this.#listener.server.maxConnections = CONNECTIONS;
  }

  use(certificates: Certificates): void {
    this.#listener.use(certificates);
  }

  start(): Promise<void> {
    return this.#listener.start();
  }

  /** What is being answered is finished; all else is closed. */
  stop(): Promise<void> {
    return this.#listener.stop();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { onReport } = this.#options;
    this.#answering++;
    try {
      if (this.#answering > AT_ONCE)
        throw new Refusal(503, 'Busy', 'too many sidecars report at once; try again later');
      const { result, answer } = await takeIn(request, this.#options);
      onReport(result);
      this.#sayOfApi(undefined);
      send(response, 200, answer);
    } catch (error) {
      this.#refuse(request, response, error);
    } finally {
      this.#answering--;
    }
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // Its client went away, or was too slow.
    if (response.destroyed) return;
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'Unavailable', describe(error));
    this.#options.onReport(refusal.result);
    if (refusal.result === 'Unavailable') this.#sayOfApi(refusal.message);
    if (refusal.status === 503) response.setHeader('retry-after', RETRY_SECONDS);
    send(response, refusal.status, { error: refusal.message });
    if (request.complete) return;
    const cut = setTimeout(() => request.destroy(), LINGER_MS);
    request.resume().once('close', () => clearTimeout(cut));
  }

  /** Once when it begins, and once when it is over. */
  #sayOfApi(error: string | undefined): void {
    const isAway = error !== undefined;
    if (isAway === this.#isApiAway) return;
    this.#isApiAway = isAway;
    if (isAway) this.#options.log.warn('reports of sidecars are not taken', { error });
    else this.#options.log.info('reports of sidecars are taken again');
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
