import type { Cluster } from '../cluster/cluster.ts';
import type { Elasticsearch } from '../backends/elasticsearch.ts';
import { SIDECAR } from '../../api/names.ts';
import { STREAM } from './searches.ts';
import { SHOP } from './shop.ts';

/** What one service wrote and what of it is found. */
export interface Count {
  readonly service: string;
  readonly pods: number;
  /** Lines, counted at the source. */
  readonly written: number;
  /** Records in Elasticsearch. */
  readonly found: number;
}

const COUNTED = ['storefront', 'cart', 'payment', 'customers'];
const NAME = 'app.kubernetes.io/name';

interface PodView {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: {
    readonly containers: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
}

/**
 * Lines and records of each service, init containers included. `recommendations` is left out: what crashes again and again
 * answers no questions.
 */
export async function count(cluster: Cluster, elasticsearch: Elasticsearch, signal: AbortSignal): Promise<Count[]> {
  const selector = `${NAME} in (${COUNTED.join(',')})`;
  const list = ['get', 'pods', '--namespace', SHOP, '--selector', selector, '--output', 'json'];
  const { items } = JSON.parse(await cluster.kubectl(list, { signal })) as { items: PodView[] };
  const found = await recordsByService(elasticsearch);
  return Promise.all(
    COUNTED.map(async (service) => {
      const pods = items.filter(({ metadata }) => metadata.labels[NAME] === service);
      const written = await Promise.all(pods.map((pod) => linesOf(cluster, pod, signal)));
      const sum = written.reduce((total, lines) => total + lines, 0);
      return { service, pods: pods.length, written: sum, found: found.get(service) ?? 0 };
    }),
  );
}

/** How many lines a pod's containers say they wrote: those that run when asked, the others in their last line. */
async function linesOf(cluster: Cluster, { metadata, spec }: PodView, signal: AbortSignal): Promise<number> {
  const { name, labels } = metadata;
  const last = async (container: string) => {
    const args = ['logs', '--namespace', SHOP, name, '--container', container, '--tail', '1'];
    return Number(/\blines=(\d+)/.exec(await cluster.kubectl(args, { signal }))?.[1]);
  };
  const asked = async () => {
    const path = `/api/v1/namespaces/${SHOP}/pods/${name}:8080/proxy/lines`;
    return (JSON.parse(await cluster.kubectl(['get', '--raw', path], { signal })) as { lines: number }).lines;
  };
  const ended = (spec.initContainers ?? []).filter((container) => container.name !== SIDECAR);
  const own = labels[NAME] === 'customers' ? last('customers') : asked();
  const counts = await Promise.all([own, ...ended.map((container) => last(container.name))]);
  return counts.reduce((total, lines) => total + lines, 0);
}

async function recordsByService(elasticsearch: Elasticsearch): Promise<Map<string, number>> {
  const { status, body } = await elasticsearch.request<{
    aggregations: { services: { buckets: { key: string; doc_count: number }[] } };
  }>('POST', `/${STREAM}/_search`, { size: 0, aggs: { services: { terms: { field: 'service.name' } } } });
  if (status !== 200) throw new Error(`a search in ${STREAM} was answered ${status}: ${JSON.stringify(body)}`);
  return new Map(body.aggregations.services.buckets.map(({ key, doc_count }) => [key, doc_count]));
}

/** The first service whose lines are not all there, or there more than once; empty when all is well. */
export function gapIn(counts: readonly Count[]): string {
  const gap = counts.find(({ written, found }) => written !== found);
  return gap ? `${gap.service}: ${gap.written} lines written, ${gap.found} records found` : '';
}
