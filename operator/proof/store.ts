import type { Ask, Elastic } from '../elastic/client.ts';
import { streamsOf } from '../elastic/streams.ts';
import { STREAM_PREFIX } from '../../api/names.ts';
import { claimOfSeal, type Claim, type Origin, type ReadSeal } from './claim.ts';
import { countBody, countsIn, documentsOf } from './count.ts';
import { generationOf, type Extent } from './extents.ts';
import type { Shelves } from './sums.ts';

/** The place after a seal in the order of time; `file` decides between those of one moment. */
export interface Place {
  /** RFC 3339, as Elasticsearch gives it. */
  at: string;
  file: string;
}

/** Of a stream: which one it is, from 1 on, and when it was made, milliseconds since 1970. */
export interface OldestIndex {
  generation: number;
  created: number;
}

export interface StoreOptions {
  elastic: Pick<Elastic, 'ask'>;
  /** Whose files are looked at; empty: those of no named cluster. */
  cluster: string;
  /** Resolves when one more request may be sent. */
  turn: (signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
}

interface Hits<T> {
  readonly hits: { readonly hits: readonly T[] };
}
interface Hit {
  readonly _index: string;
  readonly _id: string;
  readonly sort: readonly (string | number)[];
}
type SealHit = Hit & { readonly _source: ReadSeal };
interface ExtentHit extends Hit {
  readonly fields?: Readonly<Record<string, readonly [string | number]>>;
}

/** Results of one search; Elasticsearch gives 10,000 at most. */
export const SEALS_AT_ONCE = 500;
const EXTENTS = 5000;
/** Streams that are not there hold nothing; but what some shard could not tell is no answer. */
const WHOLE = { ignore_unavailable: true, allow_partial_search_results: false };

/** What the audit asks of Elasticsearch, and the one thing that it changes there: copies are removed. */
export class Store {
  readonly #options: StoreOptions;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** The next seals in the order of their time, after a place, up to a moment: their claims, and where they stand. */
  async seals(after: Place, until: Date): Promise<{ claim: Claim; place: Place }[]> {
    const sort = [{ '@timestamp': { order: 'asc', format: 'strict_date_optional_time_nanos' } }, 'tracewell.file'];
    const within = { range: { '@timestamp': { gte: after.at, lte: until.toISOString() } } };
    const hits = await this.#readSeals(within, { sort, search_after: [after.at, after.file] });
    return hits.map(({ _source, sort: [at, file] }) => ({
      claim: claimOfSeal(_source),
      place: { at: String(at), file: String(file) },
    }));
  }

  /** What the seals of these files say; of one that has several, each. */
  async sealsOf(files: readonly string[]): Promise<Claim[]> {
    const hits = await this.#readSeals({ terms: { 'tracewell.file': files } }, {});
    return hits.map(({ _source }) => claimOfSeal(_source));
  }

  /** What is there of each file of a page (`pageOf`). */
  async count(page: readonly Claim[]): Promise<Map<string, Shelves>> {
    const target = targetOf(page.map(({ of }) => of.namespace));
    return countsIn(await this.#search('count records', target, countBody(page)), page);
  }

  /** Makes all visible that was stored so far; false when the operator's user may not do that. */
  async refresh(namespaces: readonly string[]): Promise<boolean> {
    try {
      const path = `/${targetOf(namespaces)}/_refresh`;
      await this.#ask('refresh streams', { method: 'POST', path, querystring: { ignore_unavailable: true } });
      return true;
    } catch (error) {
      if ((error as { reason?: unknown }).reason === 'Unauthorized') return false;
      throw error;
    }
  }

  /** All documents of a claim; undefined when they are more than `atMost`. */
  async extents(claim: Claim, atMost: number): Promise<Extent[] | undefined> {
    const found: Extent[] = [];
    for (let after: Hit['sort'] | undefined; ;) {
      const { hits } = await this.#search<Hits<ExtentHit>>('look at records', targetOf([claim.of.namespace]), {
        size: EXTENTS,
        query: documentsOf(claim),
        _source: false,
        docvalue_fields: ['log.offset', 'tracewell.bytes', 'stream', 'tracewell.reason'],
        sort: ['log.offset', 'tracewell.bytes', '_index'],
        ...(after ? { search_after: after } : {}),
      });
      found.push(...hits.hits.map(extentOf));
      if (hits.hits.length < EXTENTS) return found;
      if (found.length > atMost) return undefined;
      after = hits.hits.at(-1)!.sort;
    }
  }

  /** Deletes documents by name from their backing indices; how many went. */
  async remove(copies: readonly Extent[]): Promise<number> {
    interface Answer {
      readonly items: readonly { readonly delete: { readonly status: number } }[];
    }
    const bulkBody = copies.map(({ index, id }) => ({ delete: { _index: index, _id: id } }));
    const { items } = await this.#ask<Answer>('remove copies of records', { method: 'POST', path: '/_bulk', bulkBody });
    return items.filter(({ delete: { status } }) => status === 200).length;
  }

  /** The oldest index that is left of a namespace's records; undefined: there is none. */
  async oldestIndex(namespace: string): Promise<OldestIndex | undefined> {
    type Answer = Readonly<Record<string, { readonly settings: { readonly 'index.creation_date': string } }>>;
    const answer = await this.#ask<Answer>('read the age of indices', {
      method: 'GET',
      path: `/${streamsOf(namespace).logs}/_settings/index.creation_date`,
      querystring: { flat_settings: true, ignore_unavailable: true },
    });
    const [oldest] = Object.entries(answer)
      .map(([index, { settings }]) => ({
        generation: generationOf(index),
        created: Number(settings['index.creation_date']),
      }))
      .sort((x, y) => x.generation - y.generation);
    return oldest;
  }

  /** When a container run was seen first, milliseconds since 1970; undefined when its start document is not there. */
  async startOf({ namespace, pod, container, run }: Origin): Promise<number | undefined> {
    interface Answer {
      readonly aggregations?: { readonly first: { readonly value: number | null } };
    }
    const { aggregations } = await this.#search<Answer>('read start documents', streamsOf(namespace).files, {
      size: 0,
      query: {
        bool: {
          filter: [
            { term: { 'tracewell.kind': 'start' } },
            { term: { 'kubernetes.pod.name': pod } },
            { term: { 'kubernetes.container.name': container } },
            { term: { 'tracewell.run': run } },
            this.#ofCluster(),
          ],
        },
      },
      aggs: { first: { min: { field: '@timestamp' } } },
    });
    return aggregations?.first.value ?? undefined;
  }

  /** Those of the files of some namespaces that have a seal. */
  async sealed(namespaces: readonly string[], files: readonly string[]): Promise<Set<string>> {
    interface Answer {
      readonly aggregations?: { readonly files: { readonly buckets: readonly { readonly key: string }[] } };
    }
    const target = [...new Set(namespaces)].map((namespace) => streamsOf(namespace).files).join(',');
    const { aggregations } = await this.#search<Answer>('look for seals', target, {
      size: 0,
      query: { bool: { filter: [{ term: { 'tracewell.kind': 'seal' } }, { terms: { 'tracewell.file': files } }] } },
      aggs: { files: { terms: { field: 'tracewell.file', size: files.length } } },
    });
    return new Set(aggregations?.files.buckets.map(({ key }) => key));
  }

  async #readSeals(which: object, more: object): Promise<readonly SealHit[]> {
    const { hits } = await this.#search<Hits<SealHit>>('read seals', `${STREAM_PREFIX.files}*`, {
      size: SEALS_AT_ONCE,
      query: { bool: { filter: [{ term: { 'tracewell.kind': 'seal' } }, which, this.#ofCluster()] } },
      ...more,
    });
    return hits.hits;
  }

  #ofCluster(): object {
    const { cluster } = this.#options;
    const field = 'orchestrator.cluster.name';
    return cluster ? { term: { [field]: cluster } } : { bool: { must_not: [{ exists: { field } }] } };
  }

  #search<T>(what: string, target: string, body: object): Promise<T> {
    return this.#ask(what, { method: 'POST', path: `/${target}/_search`, querystring: WHOLE, body });
  }

  async #ask<T>(what: string, request: Ask): Promise<T> {
    const { elastic, turn, signal } = this.#options;
    await turn(signal);
    signal.throwIfAborted();
    return elastic.ask<T>(what, { ...request, signal });
  }
}

/** Records and dead letters of these namespaces. */
function targetOf(namespaces: readonly string[]): string {
  return [...new Set(namespaces)]
    .map(streamsOf)
    .flatMap(({ logs, deadLetters }) => [logs, deadLetters])
    .join(',');
}

function extentOf({ _index: index, _id: id, fields = {} }: ExtentHit): Extent {
  const [offset = -1] = fields['log.offset'] ?? [];
  const [bytes = -1] = fields['tracewell.bytes'] ?? [];
  const [stream = 'unframed'] = fields['stream'] ?? [];
  const isDead = fields['tracewell.reason'] !== undefined;
  return { index, id, offset: Number(offset), bytes: Number(bytes), stream: String(stream), isDead };
}
