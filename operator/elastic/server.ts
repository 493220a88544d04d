import type { Client } from '@elastic/elasticsearch';
import { isMissingEndpoint, statusOf } from './trouble.ts';

/** What is behind `elasticsearch.urls`, as far as requests to it differ. */
export interface Server {
  product: 'Elasticsearch' | 'OpenSearch' | 'Unknown';
  /** Of its oldest node, while a rolling upgrade goes on: `9.5.3`. */
  version: string;
  /** Of its nodes, when they are not all of one version. */
  newest: string | undefined;
  /** Run by Elastic, who alone set shards, replicas and translog there. */
  serverless: boolean;
  /** Index lifecycle management is there, and the operator's user may use it. */
  ilm: boolean;
  /** The lifecycle of a data stream can be set. */
  dataStreamLifecycle: boolean;
  /** A data stream can have settings of its own, which its template cannot undo. */
  dataStreamSettings: boolean;
  /** A template may say that refused documents are not to be kept aside. */
  failureStore: boolean;
  /** A mapping of objects whose keys are just keys, dots and all; without it the application's fields are one field. */
  subobjects: boolean;
}

/** What it was asked, and answered. */
export interface Answers {
  /** `GET /` */
  root: { version?: { number?: string; distribution?: string; build_flavor?: string } };
  /** Header `x-elastic-product`. */
  productHeader: string | undefined;
  /** Of all nodes; empty where they are not told. */
  nodes: readonly string[];
  /** Whether index lifecycle management answered the operator's user. */
  ilm: boolean;
}

/** Oldest versions that are let in: `total_fields.ignore_dynamic_beyond_limit`, data stream lifecycle; flat_object and match_only_text. */
const OLDEST = { Elasticsearch: '8.15.0', OpenSearch: '2.12.0' } as const;

/** What the answers say. */
export function serverOf({ root, productHeader, nodes, ilm }: Answers): Server {
  const { number = '', distribution, build_flavor: flavour } = root.version ?? {};
  const isElastic = productHeader === 'Elasticsearch';
  const product = distribution === 'opensearch' ? 'OpenSearch' : isElastic ? 'Elasticsearch' : 'Unknown';
  const serverless = flavour === 'serverless';
  const versions = [number, ...nodes].toSorted(compareVersions);
  const version = versions[0]!;
  const newest = versions.at(-1)!;
  /** Serverless is ahead of every version, whatever number it gives. */
  const since = (eight: string | undefined, nine: string) =>
    isElastic && (serverless || isAtLeast(version, nine) || (eight !== undefined && isWithin(version, eight, '9.0.0')));
  return {
    product,
    version,
    newest: newest === version ? undefined : newest,
    serverless,
    ilm: isElastic && !serverless && ilm,
    dataStreamLifecycle: since('8.14.0', '9.0.0'),
    dataStreamSettings: since('8.19.0', '9.1.0'),
    failureStore: since('8.19.0', '9.1.0'),
    subobjects: isElastic,
  };
}

/** Why Tracewell cannot store there, with the cure; undefined when it can. */
export function unsupportedBy({ product, version, serverless }: Server): string | undefined {
  if (product === 'Unknown')
    return `What answers at elasticsearch.urls is neither Elasticsearch nor OpenSearch${version ? ` (it says ${version})` : ''}. Check elasticsearch.urls: a proxy must pass on the header x-elastic-product.`;
  if (serverless || isAtLeast(version, OLDEST[product])) return undefined;
  return `${product} ${version} is too old: Tracewell needs ${OLDEST[product]} or newer. Upgrade it, or let elasticsearch.urls name a newer one.`;
}

const ROOT_MS = 10_000;

/** Asks what is there: three small requests. Throws what the client throws. */
export async function detect(client: Client): Promise<Server> {
  const request = { method: 'GET', path: '/' };
  // Whoever waits for it wants to know soon that nobody answers.
  const root = await client.transport.request<Answers['root']>(request, { meta: true, requestTimeout: ROOT_MS });
  const [nodes, ilm] = await Promise.all([versionsOf(client), hasIlm(client)]);
  const header = root.headers?.['x-elastic-product'];
  return serverOf({ root: root.body, productHeader: typeof header === 'string' ? header : undefined, nodes, ilm });
}

async function versionsOf(client: Client): Promise<string[]> {
  try {
    const { nodes } = await client.nodes.info({ metric: '_none', filter_path: 'nodes.*.version' });
    return Object.values(nodes ?? {}).map(({ version }) => version);
  } catch (error) {
    // Elastic's serverless tells nothing of nodes.
    if (isMissingEndpoint(error) || isRefused(error)) return [];
    throw error;
  }
}

/** Whether it is there and this user may use it. */
async function hasIlm(client: Client): Promise<boolean> {
  try {
    await client.ilm.getStatus();
    return true;
  } catch (error) {
    if (isMissingEndpoint(error) || isRefused(error)) return false;
    throw error;
  }
}

function isRefused(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && status !== 401 && status !== 429;
}

/** Negative, 0 or positive. What follows the three numbers (`-SNAPSHOT`) does not count, and what is no version is the oldest. */
export function compareVersions(a: string, b: string): number {
  const [as, bs] = [a, b].map((version) => /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [-1, 0, 0]);
  const at = as!.findIndex((number, i) => number !== bs![i]);
  return at < 0 ? 0 : as![at]! - bs![at]!;
}

const isAtLeast = (version: string, oldest: string): boolean => compareVersions(version, oldest) >= 0;
const isWithin = (version: string, oldest: string, end: string): boolean =>
  isAtLeast(version, oldest) && compareVersions(version, end) < 0;
