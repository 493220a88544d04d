import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import { rootCertificates } from 'node:tls';
import { describe, Permanent } from '../../runtime/errors.ts';
import type { Credentials } from '../elastic/connection.ts';

export interface KibanaSettings {
  /** With the base path, if there is one. */
  url: string;
  /** Empty: the default space. */
  space: string;
  credentials: Credentials;
  /** PEM; trusted beside the public ones. */
  ca: string | undefined;
}

const TIMEOUT_MS = 60_000;
/** Of an answer that is not the JSON which it should be. */
const SHOWN = 300;

const CURE = {
  user: 'Check the user for Kibana in the Secret that elasticsearch.existingSecret names, and its privileges (docs/kibana.md).',
  address: 'Check kibana.url, with the base path if there is one, and kibana.space.',
  authority:
    'Put the authority of its certificate as kibana-ca.crt into the Secret that elasticsearch.existingSecret names.',
  network: 'Check kibana.url (http or https, host, port) and the network.',
  version: 'Kibana 8.19 or newer is needed (docs/kibana.md).',
};

interface ImportAnswer {
  success?: boolean;
  successCount?: number;
  errors?: { type: string; id: string; error?: { type?: string; message?: string } }[];
}

/** Kibana's saved objects of one space: Kibana API reference, "Import saved objects" and "Export saved objects". */
export class Kibana {
  readonly #settings: KibanaSettings;
  readonly #base: string;

  constructor(settings: KibanaSettings) {
    this.#settings = settings;
    const { url, space } = settings;
    this.#base = url.replace(/\/+$/, '') + (space ? `/s/${encodeURIComponent(space)}` : '');
  }

  /** Whether one of our dashboards carries this text, which needs no escaping in JSON, in its description. */
  async carries(mark: string, signal: AbortSignal): Promise<boolean> {
    const query = JSON.stringify({ type: ['dashboard'], search: 'Tracewell*', excludeExportDetails: true });
    const body = new Response(query, { headers: { 'content-type': 'application/json' } });
    return (await this.#post('/api/saved_objects/_export', body, signal)).includes(mark);
  }

  /** Imports objects in place of those of the same ids; how many they were. Throws `Permanent` when Kibana will not have one of them. */
  async import(ndjson: string, signal: AbortSignal): Promise<number> {
    const form = new FormData();
    form.append('file', new File([ndjson], 'tracewell.ndjson', { type: 'application/ndjson' }));
    const answer = await this.#post('/api/saved_objects/_import?overwrite=true', new Response(form), signal);
    const { success, successCount = 0, errors = [] } = parse(answer);
    if (success) return successCount;
    if (success === undefined) throw this.#fault(`does not answer as Kibana: ${answer.slice(0, SHOWN)}`, CURE.address);
    const refused = errors.map(
      ({ type, id, error }) => `${type} ${id}: ${error?.message ?? error?.type ?? 'no reason given'}`,
    );
    throw new Permanent(this.#fault(`refuses ${refused.join('; ')}`, CURE.version).message);
  }

  async #post(path: string, body: Response, signal: AbortSignal): Promise<string> {
    const { ca, credentials } = this.#settings;
    const url = this.#base + path;
    const bytes = Buffer.from(await body.arrayBuffer());
    const headers = {
      'kbn-xsrf': 'tracewell',
      'content-type': body.headers.get('content-type')!,
      'content-length': bytes.length,
      authorization: authorization(credentials),
    };
    const options = { method: 'POST', headers, signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) };
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; answer: string }>();
    const request = url.startsWith('https:')
      ? overHttps(url, { ...options, ...(ca ? { ca: [ca, ...rootCertificates] } : {}) })
      : overHttp(url, options);
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then((answer) => resolve({ status: response.statusCode!, answer }), reject);
    });
    request.end(bytes);
    const { status, answer } = await promise.catch((error: unknown) => {
      throw this.#unreachable(error);
    });
    if (status === 200) return answer;
    throw this.#refusal(status, answer);
  }

  #unreachable(error: unknown): Error {
    const words = describe(error);
    const untrusted = /certificate|self-signed|unable to verify/i.test(words);
    return this.#fault(`cannot be reached: ${words}`, untrusted ? CURE.authority : CURE.network);
  }

  #refusal(status: number, answer: string): Error {
    const said = `answers ${status}: ${(parse(answer) as { message?: string }).message ?? (answer.slice(0, SHOWN) || 'nothing')}`;
    if (status === 401 || status === 403) return this.#fault(said, CURE.user);
    if (status >= 500 || status === 429) return this.#fault(said, 'It is tried again.');
    if (status === 400 || status === 413) return new Permanent(this.#fault(said, CURE.version).message);
    return this.#fault(said, CURE.address);
  }

  #fault(what: string, cure: string): Error {
    return new Error(`${this.#base} ${what}. ${cure}`);
  }
}

/** As HTTP has it; Elasticsearch's users are Kibana's. */
function authorization(credentials: Credentials): string {
  if ('apiKey' in credentials) return `ApiKey ${credentials.apiKey}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

/** Nothing of it is known when it is no JSON object. */
function parse(answer: string): ImportAnswer {
  try {
    return (JSON.parse(answer) ?? {}) as ImportAnswer;
  } catch {
    return {};
  }
}
