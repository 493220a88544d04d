import { STREAM_PREFIX } from '../../api/names.ts';
import type { Sent } from './shop.ts';
import { tableOf } from './table.ts';

/** A question to the shop's records, in the two languages of those who ask. */
export interface Search {
  readonly title: string;
  /** For people, in Kibana. */
  readonly kql: string;
  /** For curl: Elasticsearch's query string syntax (reference, "Query string query"). */
  readonly query: string;
  /** Heading and field of each column. */
  readonly columns: readonly (readonly [heading: string, field: string])[];
}

/** Where the shop's records are. */
export const STREAM = `${STREAM_PREFIX.logs}shop`;
const MOST = 20;

/** The three example searches: a request, the errors of a workload, a field of the application's own. */
export const searches = ({ order, traceId }: Pick<Sent, 'order' | 'traceId'>): readonly [Search, Search, Search] => [
  {
    title: `What happened to order ${order}? One request across all services, in order`,
    kql: `trace.id: "${traceId}"`,
    query: `trace.id:"${traceId}"`,
    columns: [
      ['time', '@timestamp'],
      ['service', 'service.name'],
      ['level', 'log.level'],
      ['message', 'message'],
    ],
  },
  {
    title: 'Which errors has the payment?',
    kql: 'log.level: error and kubernetes.deployment.name: payment',
    query: 'log.level:error AND kubernetes.deployment.name:payment',
    columns: [
      ['time', '@timestamp'],
      ['pod', 'kubernetes.pod.name'],
      ['order', 'app.order'],
      ['message', 'message'],
    ],
  },
  {
    title: 'Which payments were large? By a field of the JSON that the application writes',
    kql: 'app.amount >= 1000',
    query: 'app.amount:>=1000',
    columns: [
      ['time', '@timestamp'],
      ['service', 'service.name'],
      ['order', 'app.order'],
      ['amount', 'app.amount'],
      ['message', 'message'],
    ],
  },
];

/** The parts of the request: its path, the query apart. */
function requestOf({ columns }: Search): string {
  const fields = columns.map(([, field]) => field).join(',');
  return `/${STREAM}/_search?sort=@timestamp&size=${MOST}&filter_path=hits.hits._source&_source=${fields}`;
}

/** The path that asks it. */
export const pathOf = (search: Search): string => `${requestOf(search)}&q=${encodeURIComponent(search.query)}`;

export interface Door {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly caFile: string;
}

/** The beginning of a curl command as this user. */
export const curlAs = ({ username, password, caFile }: Door): string =>
  `curl -sS --cacert ${quoted(caFile)} --user ${quoted(`${username}:${password}`)}`;

/** The command that asks the same, to be pasted into a shell. */
export const curlOf = (search: Search, door: Door): string =>
  [
    curlAs(door),
    `  --get ${quoted(`${door.url}${requestOf(search)}&pretty`)}`,
    `  --data-urlencode ${quoted(`q=${search.query}`)}`,
  ].join(' \\\n');

/** A word as a POSIX shell reads it back. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** What the path answers: no `hits` where nothing is found. */
export interface SearchAnswer {
  readonly hits?: { readonly hits: readonly { readonly _source: Record<string, unknown> }[] };
}

/** Which services the answer's records are of, by name. */
export const servicesIn = (answer: SearchAnswer): string[] =>
  [...new Set((answer.hits?.hits ?? []).map(({ _source }) => textOf(fieldOf(_source, 'service.name'))))].toSorted();

/** The answer as a table. */
export function answerOf({ columns }: Search, answer: SearchAnswer, width: number): string {
  const rows = (answer.hits?.hits ?? []).map(({ _source }) =>
    columns.map(([, field]) => (field === '@timestamp' ? timeOf(_source) : textOf(fieldOf(_source, field)))),
  );
  return tableOf({ headings: columns.map(([heading]) => heading), rows, width, indent: '  ' });
}

/** `03:04:05.678` */
const timeOf = (source: Record<string, unknown>): string => textOf(source['@timestamp']).slice(11, 23);

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** The value of a dotted name, which a document may write as one key, or as objects in objects. */
export function fieldOf(source: unknown, field: string): unknown {
  if (typeof source !== 'object' || source === null) return undefined;
  if (Object.hasOwn(source, field)) return (source as Record<string, unknown>)[field];
  for (let dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
    const value = fieldOf((source as Record<string, unknown>)[field.slice(0, dot)], field.slice(dot + 1));
    if (value !== undefined) return value;
  }
  return undefined;
}
