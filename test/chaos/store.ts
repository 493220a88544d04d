import type { Elasticsearch } from '../backends/elasticsearch.ts';
import type { SealDocument, SealSums, StartDocument } from '../../api/document.ts';
import type { Sums } from '../../sidecar/source/checkpoint.ts';
import type { Source } from './content.ts';
import type { Seal, Stored } from './judge.ts';

type Request = Elasticsearch['request'];

interface Hit<T> {
  readonly _index: string;
  readonly _id: string;
  readonly _source: T;
}
interface Page<T> {
  readonly _scroll_id: string;
  readonly hits: { readonly hits: readonly Hit<T>[] };
}

/** At 1.4 MB for the largest document a page stays within an answer of some tens of megabytes. */
const PAGE = 1_000;

/** All records or dead letters of a pod, from all backing indices of their stream. */
export async function recordsOf(request: Request, stream: string, pod: string): Promise<Stored[]> {
  const hits = await hitsOf<Source>(request, stream, pod);
  return hits.map(({ _id: id, _index: index, _source: source }) => ({ index, id, source }));
}

/** The seals of a pod's files, and the container runs that were announced: `<container>/<run>`. */
export async function filesOf(
  request: Request,
  stream: string,
  pod: string,
): Promise<{ seals: Seal[]; starts: string[] }> {
  const hits = await hitsOf<SealDocument | StartDocument>(request, stream, pod);
  const seals: Seal[] = [];
  const starts: string[] = [];
  for (const { _id: id, _source: source } of hits) {
    const { kubernetes, tracewell } = source;
    if (tracewell.kind === 'start') starts.push(`${kubernetes.container.name}/${tracewell.run}`);
    else seals.push(sealIn(id, tracewell));
  }
  return { seals, starts };
}

function sealIn(id: string, { deadLettered, discarded, file, lost, size, stored }: SealDocument['tracewell']): Seal {
  const sums = ({ bytes, offsets, records }: SealSums): Sums => ({ records, bytes, offsets: BigInt(offsets) });
  return { id, file, size, stored: sums(stored), deadLettered: sums(deadLettered), discarded: sums(discarded), lost };
}

async function hitsOf<T>(request: Request, stream: string, pod: string): Promise<Hit<T>[]> {
  await expectOk(request('POST', `/${stream}/_refresh`));
  const body = { size: PAGE, query: { term: { 'kubernetes.pod.name': pod } }, sort: ['_doc'] };
  let page = await expectOk(request<Page<T>>('POST', `/${stream}/_search?scroll=1m`, body));
  const all: Hit<T>[] = [];
  while (page.hits.hits.length > 0) {
    all.push(...page.hits.hits);
    page = await expectOk(request<Page<T>>('POST', '/_search/scroll', { scroll: '1m', scroll_id: page._scroll_id }));
  }
  await expectOk(request('DELETE', '/_search/scroll', { scroll_id: page._scroll_id }));
  return all;
}

/** Deletes the backing indices that nothing is written to any more. */
export async function deleteOldIndices(request: Request, stream: string): Promise<void> {
  const indices = Object.keys(await expectOk(request<object>('GET', `/${stream}/_settings`))).toSorted();
  for (const index of indices.slice(0, -1)) await expectOk(request('DELETE', `/${index}`));
}

const PATIENCE_MS = 60_000;

/** The answer's body; throws when it is not a 200, and when there is none in time: a hung server must not hang us. */
export async function expectOk<T>(asked: Promise<{ readonly status: number; readonly body: T }>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Elasticsearch gives no answer for ${PATIENCE_MS / 1000} s`)),
    PATIENCE_MS,
  );
  const { status, body } = await Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
  if (status !== 200) throw new Error(`Elasticsearch answers ${status}: ${JSON.stringify(body).slice(0, 500)}`);
  return body;
}
