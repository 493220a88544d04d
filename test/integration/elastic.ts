import { randomBytes } from 'node:crypto';
import type { LogDocument } from '../../api/document.ts';
import { Elastic } from '../../operator/elastic/client.ts';
import type { ElasticOptions } from '../../operator/elastic/client.ts';
import type { ElasticsearchInfo } from '../backends/elasticsearch.ts';

/** Of the Kubernetes cluster that keys are made for. */
export const CLUSTER_UID = 'f0e1d2c3-0000-4000-8000-000000000001';

/** The operator's side of Elasticsearch, as Helm values would set it up. */
export function elasticOf({ url, ca, username, password }: ElasticsearchInfo, other: Partial<ElasticOptions> = {}) {
  const settings = { urls: [url], ca, credentials: { username, password }, replicas: 0, cluster: 'test' };
  return new Elastic({ ...settings, version: '1.2.3', clusterUid: () => CLUSTER_UID, ...other });
}

/** A namespace of the test's own: this Elasticsearch cannot delete streams. */
export const namespaceOf = (test: string): string => `${test}-${randomBytes(4).toString('hex')}`;

/** A record, complete but for what only some records have; `offset` makes its `_id`. */
export function recordAt(offset: number, more: Partial<LogDocument> = {}): { id: string; document: LogDocument } {
  const file = '0123456789abcdef01234567';
  const document: LogDocument = {
    '@timestamp': '2026-01-02T03:04:05.678901234Z',
    stream: 'stdout',
    message: 'an order came in',
    'log.offset': offset,
    tracewell: { file, bytes: 100, format: 'json' },
    kubernetes: { namespace: 'shop', pod: { name: 'cart-7d4b9c6f5-x2x8w' }, container: { name: 'cart' } },
    'service.name': 'cart',
    'host.name': 'node-1',
    ...more,
  };
  return { id: `${file}.${offset}.100`, document };
}

/** What is read of the answer to a bulk request. */
export interface BulkAnswer {
  readonly items: readonly Record<
    string,
    { readonly status: number; readonly failure_store?: string; readonly error?: { type: string; reason: string } }
  >[];
}
