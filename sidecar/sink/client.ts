import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { getBuiltinModule } from 'node:process';
import { codeOf, describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import { readAnswer, type Answer } from './answer.ts';
import type { Sink } from './deliver.ts';

// An ESM import of node:http reads each of its exports, lazy ones too, and costs 6.7 MB of private memory.
const http = getBuiltinModule('node:http');
const https = getBuiltinModule('node:https');

/** Where to send, and as whom. */
export interface Connection {
  urls: readonly string[];
  apiKey: string | undefined;
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
}

interface Request {
  stream: string;
  /** gzip */
  body: Buffer;
  count: number;
}

const SILENCE_MS = 60_000;
const ANSWER_BYTES = 64 * 1024 * 1024;
/** Only what is read: an answer to ten thousand records is otherwise some megabytes. */
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason';

/** Sends bulk requests over one kept-alive connection; when an address fails, the next one of the list is asked. */
export class BulkClient implements Sink, Part {
  readonly name = 'Elasticsearch client';
  readonly #connection: () => Connection;
  readonly #agents = new Map<string, Agent>();
  #ca: string | undefined;
  /** Place of the address that answered last. */
  #preferred = 0;

  /** `connection` is asked for each request, so that a new key or authority is used at once. */
  constructor(connection: () => Connection) {
    this.#connection = connection;
  }

  /** Posts `count` records, gzip, to a stream. Never throws: what goes wrong is an answer too. */
  async post(stream: string, body: Buffer, count: number): Promise<{ url: string; answer: Answer }> {
    const connection = this.#connection();
    if (connection.ca !== this.#ca) this.stop();
    this.#ca = connection.ca;
    const { urls } = connection;
    const failed: { url: string; error: string }[] = [];
    for (let i = 0; ; i++) {
      const at = (this.#preferred + i) % urls.length;
      const target = new URL(urls[at]!);
      const url = `${target.origin}${target.pathname}`.replace(/\/$/, '');
      const answer = await this.#ask(target, connection, { stream, body, count });
      if (answer.kind !== 'retry' || !answer.elsewhere) {
        this.#preferred = at;
        return { url, answer };
      }
      failed.push({ url, error: answer.error });
      if (failed.length < urls.length) continue;
      this.#preferred = 0;
      if (failed.length === 1) return { url, answer };
      const error = failed.map((one) => `${one.url}: ${one.error}`).join('; ');
      return { url: failed.map((one) => one.url).join(', '), answer: { ...answer, error } };
    }
  }

  /** Connects when there is something to send. */
  start(): void {}

  stop(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #ask(target: URL, connection: Connection, request: Request): Promise<Answer> {
    try {
      return await this.#exchange(target, connection, request);
    } catch (error) {
      return { kind: 'retry', elsewhere: true, reason: codeOf(error) ?? 'no answer', error: explain(error) };
    }
  }

  async #exchange(target: URL, { apiKey, ca }: Connection, { stream, body, count }: Request): Promise<Answer> {
    const secure = target.protocol === 'https:';
    const options: RequestOptions = {
      method: 'POST',
      path: `${target.pathname.replace(/\/$/, '')}/${encodeURIComponent(stream)}/_bulk?filter_path=${FILTER}`,
      headers: {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        'content-length': body.length,
        ...(apiKey ? { authorization: `ApiKey ${apiKey}` } : {}),
      },
      agent: this.#agent(target.origin, secure, ca),
      timeout: SILENCE_MS,
    };
    const ask = () => send(secure ? https.request(target, options) : http.request(target, options), body);
    const response = await ask().catch((error: unknown) => {
      if (error instanceof StaleConnection) return ask();
      throw error;
    });
    const text = await readBody(response);
    return readAnswer(response.statusCode ?? 0, text, response.headers['retry-after'], count);
  }

  #agent(origin: string, secure: boolean, ca: string | undefined): Agent {
    let agent = this.#agents.get(origin);
    if (!agent) {
      const options = { keepAlive: true, maxSockets: 1 };
      agent = secure ? new https.Agent({ ...options, ...(ca ? { ca } : {}) }) : new http.Agent(options);
      this.#agents.set(origin, agent);
    }
    return agent;
  }
}

/** The server closed a quiet connection just as it was taken up again: no fault of anybody's, and worth a second try at once. */
class StaleConnection extends Error {}

function send(request: ClientRequest, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // It may come after the answer too, when the server closes before it has read everything.
    request.on('error', (error) => {
      const stale = request.reusedSocket && codeOf(error) === 'ECONNRESET';
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer for ${SILENCE_MS / 1000} s`)));
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) throw new Error(`an answer of more than ${ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** OpenSSL's and the parser's words for common mistakes do not name the cure. */
const CURES: readonly [RegExp, string][] = [
  [/self-signed|unable to (get|verify)|PEM/i, "is the authority of Elasticsearch's certificate in es-ca.crt?"],
  [/altnames/, 'the URL must use a name that is in the certificate'],
  [/wrong version number|packet length too long/, 'does it speak http, not https?'],
];

function explain(error: unknown): string {
  const text = describe(error);
  const cure = CURES.find(([pattern]) => pattern.test(text))?.[1];
  return cure ? `${text} (${cure})` : text;
}
