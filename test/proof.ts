import type { SealDocument, SealSums } from '../api/document.ts';
import { streamsOf } from '../operator/elastic/streams.ts';
import type { Elasticsearch } from './backends/elasticsearch.ts';
import { until } from './wait.ts';

type Request = Elasticsearch['request'];

/** A document of the stream of files, start documents included. */
interface FileHit {
  readonly _id: string;
  readonly _source: { readonly tracewell: SealDocument['tracewell'] | { readonly kind: 'start' } };
}

interface Added {
  readonly key: string;
  readonly doc_count: number;
  readonly bytes: { readonly value: number };
  readonly offsets: { readonly value: number };
}

/** More files than a test has. */
const FILES_AT_MOST = 10_000;
const NONE: SealSums = { records: 0, bytes: 0, offsets: 0 };

/** The seals of a namespace, by the identity of their file: of one that went on after its end the larger. */
export async function sealsOf(request: Request, namespace: string): Promise<Map<string, SealDocument['tracewell']>> {
  const answer = await search<{ hits: { hits: FileHit[] } }>(request, streamsOf(namespace).files, {
    size: FILES_AT_MOST,
  });
  const seals = answer.hits.hits.flatMap(({ _source: { tracewell } }) =>
    tracewell.kind === 'seal' ? [tracewell] : [],
  );
  return new Map(seals.toSorted((a, b) => a.size - b.size).map((seal) => [seal.file, seal]));
}

/** The documents of a stream, added up by Elasticsearch for each file. */
export async function sumsOf(request: Request, stream: string): Promise<Map<string, SealSums>> {
  const sum = (field: string) => ({ sum: { field } });
  const { aggregations } = await search<{ aggregations: { files: { buckets: Added[] } } }>(request, stream, {
    size: 0,
    aggs: {
      files: {
        terms: { field: 'tracewell.file', size: FILES_AT_MOST },
        aggs: { bytes: sum('tracewell.bytes'), offsets: sum('log.offset') },
      },
    },
  });
  return new Map(
    aggregations.files.buckets.map(({ key, doc_count: records, bytes, offsets }) => [
      key,
      { records, bytes: bytes.value, offsets: offsets.value },
    ]),
  );
}

/**
 * What keeps a namespace's files from being proved, one sentence each: a file without a seal, sums of a seal that Elasticsearch
 * does not come to, a size that the classes do not add up to.
 */
async function unproved(request: Request, namespace: string): Promise<string[]> {
  const streams = streamsOf(namespace);
  const seals = await sealsOf(request, namespace);
  const stored = await sumsOf(request, streams.logs);
  const deadLettered = await sumsOf(request, streams.deadLetters);
  const found = new Set([...stored.keys(), ...deadLettered.keys()]);
  const wrong = [...found].filter((file) => !seals.has(file)).map((file) => `${file} has no seal`);
  for (const [file, seal] of seals) {
    for (const [name, sums] of Object.entries({ stored, deadLettered })) {
      const [says, has] = [seal[name as 'stored' | 'deadLettered'], sums.get(file) ?? NONE].map(shown);
      if (says !== has) wrong.push(`${file} says ${name} ${says}, and Elasticsearch has ${has}`);
    }
    const lost = Object.values(seal.lost).reduce((sum, bytes) => sum + bytes, 0);
    const bytes = seal.stored.bytes + seal.deadLettered.bytes + seal.discarded.bytes + lost;
    if (bytes !== seal.size) wrong.push(`${file} accounts for ${bytes} of ${seal.size} bytes`);
  }
  return wrong;
}

/** Waits until all files of a namespace are proved. */
export async function expectProved(request: Request, namespace: string): Promise<void> {
  await until(
    `the files of ${namespace} to be proved`,
    async () => {
      const wrong = await unproved(request, namespace);
      if (wrong.length > 0) throw new Error(wrong.join('; '));
      return true;
    },
    { everyMs: 500 },
  );
}

const shown = ({ records, bytes, offsets }: SealSums): string => `${records} records, ${bytes} bytes, sum ${offsets}`;

async function search<T>(request: Request, stream: string, body: object): Promise<T> {
  await request('POST', `/${stream}/_refresh`);
  const answer = await request<T>('POST', `/${stream}/_search`, body);
  if (answer.status !== 200) throw new Error(`search in ${stream}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
