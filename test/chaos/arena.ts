import { renew, type Certificates } from '../../operator/certs.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import type { Elasticsearch } from '../backends/elasticsearch.ts';
import { elasticOf, namespaceOf } from '../integration/elastic.ts';

/** What scenarios share: an Elasticsearch with the streams and the key of a namespace, and a certificate for the proxy. */
export interface Arena {
  readonly elasticsearch: Elasticsearch;
  readonly streams: ReturnType<typeof streamsOf>;
  readonly apiKey: string;
  readonly tls: Pick<Certificates, 'ca' | 'cert' | 'key'>;
}

/** Makes of an Elasticsearch what the operator would. */
export async function setUpArena(elasticsearch: Elasticsearch): Promise<Arena> {
  const namespace = namespaceOf('chaos');
  const elastic = elasticOf(elasticsearch);
  try {
    await elastic.install();
    await elastic.createStreams(namespace);
    const { encoded } = await elastic.mintKey(namespace);
    const tls = await renew('renew all', undefined, ['localhost'], new Date());
    return { elasticsearch, streams: streamsOf(namespace), apiKey: encoded, tls };
  } finally {
    await elastic.close();
  }
}
