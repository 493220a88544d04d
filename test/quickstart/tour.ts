import type { Elasticsearch } from '../backends/elasticsearch.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { find } from '../cluster/programs.ts';
import { NAMESPACE } from '../installation.ts';
import type { Count } from './count.ts';
import { answerOf, curlAs, curlOf, type Door, type Search, type SearchAnswer } from './searches.ts';
import { SHOP } from './shop.ts';
import { tableOf } from './table.ts';

/** What the shop wrote, and what of it is there. */
export function countsText(counts: readonly Count[], width: number): string {
  const rows = counts.map(({ service, pods, written, found }) => [service, `${pods}`, `${written}`, `${found}`]);
  return [
    'What happened',
    '',
    '  The policy examples/policies/shop.yaml selects the pods of the shop. So each came up with a sidecar, which sends what the',
    '  pod logs to Elasticsearch. The shop counts the lines that it writes:',
    '',
    tableOf({ headings: ['service', 'pods', 'lines written', 'records found'], rows, width, indent: '  ' }),
    '',
    '  (One more, recommendations, crashes twice before it stays up, and is not counted here.)',
  ].join('\n');
}

/** A search with its answer, in both languages. */
export function searchText(search: Search, { number, answer, door, width }: SearchTextOptions): string {
  return [
    `${number}. ${search.title}`,
    '',
    `  In Kibana, as KQL: ${search.kql}`,
    '',
    curlOf(search, door).replaceAll(/^/gm, '  '),
    '',
    answerOf(search, answer, width),
  ].join('\n');
}

export interface SearchTextOptions {
  readonly number: number;
  readonly answer: SearchAnswer;
  readonly door: Door;
  readonly width: number;
}

/** Where everything is, as commands for a shell in the repository's folder. */
export function placesText(cluster: Cluster, elasticsearch: Elasticsearch): string {
  const { kubectl } = cluster.info;
  const alias = find('kubectl') === kubectl ? '' : `; alias kubectl=${kubectl}`;
  const metrics = `/api/v1/namespaces/${NAMESPACE}/services/tracewell:http/proxy/metrics`;
  const places = [
    ['Elasticsearch', `${curlAs(elasticsearch)} ${elasticsearch.url}`],
    ['Kubernetes', `export KUBECONFIG=${cluster.kubeconfig}${alias}`],
    ['the policy', `kubectl --namespace ${SHOP} get tracingpolicies`],
    ['the metrics', `kubectl get --raw ${metrics} | grep ^tracewell_`],
    ['more orders', 'kubectl replace --force -f examples/shop/customers.yaml'],
  ] as const;
  return ['Look around', '', ...places.map(([what, command]) => `  ${what.padEnd(13)}  ${command}`)].join('\n');
}
