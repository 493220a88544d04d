import { Client, SniffingTransport, type TransportOptions } from '@elastic/elasticsearch';
import { ExactSerializer } from './exact.ts';

export type Credentials = { username: string; password: string } | { apiKey: string };

export interface ConnectionSettings {
  urls: readonly string[];
  credentials: Credentials;
  /** PEM; undefined: the system's authorities. */
  ca: string | undefined;
}

/**
 * So long an answer may take: a new installation's master has the streams of all namespaces to make at once. It is said to the
 * client as a whole, for the library's connections (undici's headersTimeout) hold no single request to a longer time than that.
 */
const ANSWER_MS = 60_000;

/**
 * Elastic's client as any version and product takes it. By itself it asks with a media type that only its own major version
 * knows (Elasticsearch 8 refuses 9's, OpenSearch both), and refuses answers without Elastic's own header; which product
 * answers is told by `detect`.
 */
class PlainTransport extends SniffingTransport {
  constructor(options: TransportOptions) {
    const plain = { ...options };
    delete plain.productCheck;
    delete plain.vendoredHeaders;
    super(plain);
  }
}

/** Connections to Elasticsearch, kept from one look to the next. */
export function connect({ urls, credentials, ca }: ConnectionSettings): Client {
  return new Client({
    nodes: [...urls],
    auth: credentials,
    maxRetries: urls.length,
    requestTimeout: ANSWER_MS,
    Serializer: ExactSerializer,
    // A connection costs a handshake: a few of them.
    agent: { connections: 16, keepAliveTimeout: 60_000 },
    Transport: PlainTransport,
    ...(ca ? { tls: { ca } } : {}),
  });
}
