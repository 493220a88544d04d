import type { LogDocument } from '../../api/document.ts';
import { STREAM_PREFIX } from '../../api/names.ts';
import { expect } from 'vitest';
import type { Elasticsearch } from '../backends/elasticsearch.ts';
import { until } from '../wait.ts';

export interface Found {
  _id: string;
  _source: LogDocument;
}
const PAGE = 5_000;

/** Every record of a namespace, by file and offset. */
export async function recordsOf(elasticsearch: Elasticsearch, namespace: string, query?: object): Promise<Found[]> {
  const stream = `${STREAM_PREFIX.logs}${namespace.replaceAll('-', '_')}`;
  await elasticsearch.request('POST', `/${stream}/_refresh`);
  const found: Found[] = [];
  let after: unknown[] | undefined;
  for (;;) {
    const { status, body } = await elasticsearch.request('POST', `/${stream}/_search`, {
      size: PAGE,
      query: query ?? { match_all: {} },
      sort: ['tracewell.file', 'log.offset', 'tracewell.bytes'],
      ...(after ? { search_after: after } : {}),
    });
    if (status !== 200) throw new Error(`search in ${stream}: ${status} ${JSON.stringify(body).slice(0, 300)}`);
    const { hits } = (body as { hits: { hits: (Found & { sort: unknown[] })[] } }).hits;
    found.push(...hits);
    if (hits.length < PAGE) return found;
    after = hits.at(-1)!.sort;
  }
}

/** How many records of a namespace there are. */
export async function countOf(elasticsearch: Elasticsearch, namespace: string, query?: object): Promise<number> {
  const stream = `${STREAM_PREFIX.logs}${namespace.replaceAll('-', '_')}`;
  await elasticsearch.request('POST', `/${stream}/_refresh`);
  return (
    await elasticsearch.request<{ count: number }>('POST', `/${stream}/_count`, { query: query ?? { match_all: {} } })
  ).body.count;
}

/** The number that a line of `counting` or of the demo carries. */
export function lineOf({ _source }: Found): number | undefined {
  const own = _source.app?.['line'];
  if (typeof own === 'number') return own;
  const match = /(?:^|\s)line=(\d+)/.exec(_source.message ?? '');
  return match ? Number(match[1]) : undefined;
}

/** What is wrong with the records of a container that wrote lines 1 to `lines`: those that are missing, and those that are there twice. */
export function faultsOfLines(records: readonly Found[], lines: number): string[] {
  const found = Map.groupBy(records, lineOf);
  return Array.from({ length: lines }, (_, index) => index + 1).flatMap((line) => {
    const times = found.get(line)?.length ?? 0;
    return times === 1 ? [] : [`line ${line} is there ${times} times`];
  });
}

/** Waits until a pod's lines 1 to `lines` are there, and sees that each is there once. */
export async function expectEveryLineOnce(
  elasticsearch: Elasticsearch,
  of: { namespace: string; pod: string; lines: number },
): Promise<void> {
  const query = { term: { 'kubernetes.pod.name': of.pod } };
  const found = await until(
    `${of.lines} lines of ${of.pod}`,
    async () => {
      const records = await recordsOf(elasticsearch, of.namespace, query);
      if (records.length < of.lines) throw new Error(`${records.length} are there`);
      return records;
    },
    { timeoutMs: 120_000, everyMs: 500 },
  );
  const numbers = found.map(lineOf).toSorted((a, b) => (a ?? 0) - (b ?? 0));
  expect(numbers).toEqual(Array.from({ length: of.lines }, (_, index) => index + 1));
}
