import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { getBuiltinModule } from 'node:process';
import { describe } from '../../runtime/errors.ts';
import { readAnswer, type Answer } from './answer.ts';

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

const SILENCE_MS = 60_000;
const ANSWER_BYTES = 64 * 1024 * 1024;
/** Only what is read: an answer to ten thousand records is otherwise some megabytes. */
const FILTER = 'errors,items.*.status,items.*.error.type,items.*.error.reason';

/** Sends bulk requests over one kept-alive connection; when an address fails, the next one of the list is asked. */
export class BulkClient {
  readonly #connection: () => Connection;
  readonly #agents = new Map<string, Agent>();
  #ca: string | undefined;
  #first = 0;

  constructor(connection: () => Connection) {
    this.#connection = connection;
  }

  /** Posts `body` (gzip) to a stream. Never throws: what goes wrong is an answer too, with the address in its reason. */
  async post(stream: string, body: Buffer, count: number, signal: AbortSignal): Promise<Answer> {
    const connection = this.#connection();
    if (connection.ca !== this.#ca) {
      this.close();
      this.#ca = connection.ca;
    }
    const { urls } = connection;
    let last: Answer = { kind: 'retry', reason: 'no address' };
    for (let i = 0; i < urls.length; i++) {
      const at = (this.#first + i) % urls.length;
      const url = urls[at]!;
      last = await this.#ask(url, connection, { stream, body, count, signal });
      if (last.kind !== 'retry') {
        this.#first = at;
        return last.kind === 'hold' ? { ...last, reason: `${url}: ${last.reason}` } : last;
      }
      last = { ...last, reason: `${url}: ${last.reason}` };
    }
    this.#first = 0;
    return last;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  async #ask(
    url: string,
    connection: Connection,
    { stream, body, count, signal }: { stream: string; body: Buffer; count: number; signal: AbortSignal },
  ): Promise<Answer> {
    const target = new URL(url);
    const secure = target.protocol === 'https:';
    const path = `${target.pathname.replace(/\/$/, '')}/${stream}/_bulk?filter_path=${FILTER}`;
    const options: RequestOptions & { ca?: string | undefined } = {
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        'content-length': body.length,
        ...(connection.apiKey ? { authorization: `ApiKey ${connection.apiKey}` } : {}),
      },
      agent: this.#agent(target.origin, secure, connection.ca),
      signal,
      timeout: SILENCE_MS,
    };
    try {
      const response = await send(secure ? https.request(target, options) : http.request(target, options), body);
      const text = await readBody(response);
      return readAnswer(response.statusCode ?? 0, text, response.headers['retry-after'], count);
    } catch (error) {
      return { kind: 'retry', reason: explain(error) };
    }
  }

  #agent(origin: string, secure: boolean, ca: string | undefined): Agent {
    let agent = this.#agents.get(origin);
    if (!agent) {
      const options = { keepAlive: true, maxSockets: 2, scheduling: 'lifo' as const };
      agent = secure ? new https.Agent({ ...options, ...(ca ? { ca } : {}) }) : new http.Agent(options);
      this.#agents.set(origin, agent);
    }
    return agent;
  }
}

function send(request: ReturnType<typeof http.request>, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
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

/** OpenSSL's words for the commonest mistake do not name the cure. */
function explain(error: unknown): string {
  const text = describe(error);
  return /self-signed certificate|unable to (get|verify)/.test(text)
    ? `${text} (is the authority of Elasticsearch's certificate in es-ca.crt?)`
    : text;
}
