import { Agent, request as open } from 'node:https';
import type { ElasticsearchInfo } from './elasticsearch.ts';

export interface Answer<T> {
  readonly status: number;
  /** Parsed JSON; undefined when there is none. */
  readonly body: T;
}

export interface Connection {
  /**
   * One request, answered whatever its status is. The body is an object, sent as JSON; an array, as lines of it; or text, sent as it is.
   * Throws where there is no answer, or one that is not JSON.
   */
  readonly request: <T = unknown>(method: string, path: string, body?: unknown) => Promise<Answer<T>>;
  readonly close: () => void;
}

/** The header `Authorization` of a user. */
export const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** Speaks to an Elasticsearch as the one whom the header `Authorization` names, and trusts its authority alone. */
export function connect({ url, ca }: Pick<ElasticsearchInfo, 'url' | 'ca'>, authorization: string): Connection {
  const agent = new Agent({ ca, keepAlive: true });
  return {
    request(method, path, body) {
      const { promise, resolve, reject } = Promise.withResolvers<Answer<never>>();
      const lines = Array.isArray(body) ? body.map((line) => `${JSON.stringify(line)}\n`).join('') : body;
      const text = typeof lines === 'object' ? JSON.stringify(lines) : (lines as string | undefined);
      const type = lines === text ? 'application/x-ndjson' : 'application/json';
      // The length is said, because Node.js frames no body of a DELETE by itself.
      const framing = text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) };
      const headers = { authorization, ...framing };
      const sent = open(new URL(path, url), { method, agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          try {
            resolve({ status: response.statusCode!, body: (said ? JSON.parse(said) : undefined) as never });
          } catch {
            reject(new Error(`${method} ${path} answers ${response.statusCode}, not in JSON: ${said.slice(0, 500)}`));
          }
        });
      });
      sent.on('error', reject);
      sent.end(text);
      return promise;
    },
    close: () => agent.destroy(),
  };
}
