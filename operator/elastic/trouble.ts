import { errors } from '@elastic/elasticsearch';
import { describe } from '../../runtime/errors.ts';

/** Why Elasticsearch cannot be used, with the cure: reason and message of the condition ElasticsearchReady. */
export class ElasticTrouble extends Error {
  override readonly name = 'ElasticTrouble';
  readonly reason: 'Unreachable' | 'Unauthorized' | 'Refused' | 'Unsupported';

  constructor(reason: ElasticTrouble['reason'], message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

const CURE = {
  user: 'Check the user in the Secret that elasticsearch.existingSecret names, and its privileges (docs/install.md).',
  version: 'Check elasticsearch.urls, and that the version behind them is supported (docs/install.md).',
  authority: 'Put the authority of its certificate as ca.crt into the Secret that elasticsearch.existingSecret names.',
  name: 'Name it in elasticsearch.urls as its certificate does.',
  network: 'Check elasticsearch.urls (http or https, host, port) and the network; it is tried again.',
};

/** The condition's reason and message for a failure of the client. */
export function trouble(what: string, urls: readonly string[], error: unknown): ElasticTrouble {
  if (error instanceof ElasticTrouble) return error;
  const text = wordsOf(error);
  const make = (reason: ElasticTrouble['reason'], answer: string, cure: string) =>
    new ElasticTrouble(reason, `Cannot ${what}: ${urls.join(', ')}${answer}: ${text}. ${cure}`, error);
  const status = statusOf(error);
  if (status !== undefined) {
    const answer = ` answers ${status}`;
    if (status === 401 || status === 403) return make('Unauthorized', answer, CURE.user);
    const passes = status >= 500 || status === 429;
    return passes ? make('Unreachable', answer, 'It is tried again.') : make('Refused', answer, CURE.version);
  }
  if (/altnames/.test(text)) return make('Unreachable', '', CURE.name);
  const untrusted = /certificate|self-signed|unable to verify/i.test(text);
  return make('Unreachable', '', untrusted ? CURE.authority : CURE.network);
}

/** What the server gave as its reason, and not only its kind of error; or else the error's own first line. */
function wordsOf(error: unknown): string {
  if (!(error instanceof errors.ResponseError)) return describe(error).split('\n')[0] ?? '';
  const said = (error.body as ErrorBody)?.error;
  return (typeof said === 'string' ? said : said?.reason) ?? 'no reason given';
}

/** Of an answer, or of one part of it. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof PartRefused) return error.status;
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** The body of an error answer; a request without a handler has but a text, and the answer to HEAD has none. */
type ErrorBody = { error?: string | { reason?: string } } | undefined;

/** One item of a request was refused, though the request was not. */
export class PartRefused extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, message: string) {
    super(message);
    this.status = status;
  }
}

/** A server without the module that has this endpoint: 405, 400 "no handler found", or 410 in Elastic's serverless. */
export function isMissingEndpoint(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 405 || status === 410) return true;
  return status === 400 && error instanceof errors.ResponseError && /no handler found/.test(JSON.stringify(error.body));
}
