import type { Claim } from './claim.ts';
import { EXACT_BELOW, noShelves, type Shelves, type Sums } from './sums.ts';

/** Ranges into which the offsets of one file are divided, so that Elasticsearch's sum of each is exact; it allows 65,535. */
const RANGES = 50_000;
/** Clauses of one query; Elasticsearch takes 1,024 at least ("Search settings", `indices.query.bool.max_clause_count`). */
const CLAUSES = 800;
/** All in the address of one request, which may have 4,096 bytes. */
const NAMESPACES = 16;

interface Summed {
  readonly doc_count: number;
  readonly bytes: { readonly value: number };
  readonly offsets: { readonly value: number };
}
/** One of a range of offsets, or all of a file. */
type Bucket = Summed & { readonly dead: Summed };
interface Answer {
  readonly aggregations?: {
    readonly files: {
      readonly buckets: readonly (Bucket & {
        readonly key: { readonly file: string };
        readonly ranges?: { readonly buckets: readonly Bucket[] };
      })[];
    };
  };
}

/** Whether the sums of a file outgrow what one sum of Elasticsearch gives exactly. */
const isLarge = ({ stored, deadLettered }: Claim): boolean => stored.offsets + deadLettered.offsets >= EXACT_BELOW;

/** As many of the claims, from the first on, as one request can count; at least one. No two are of one file. */
export function pageOf(claims: readonly Claim[]): Claim[] {
  const namespaces = new Set<string>();
  const files = new Set<string>();
  let clauses = 0;
  const page: Claim[] = [];
  for (const claim of claims) {
    clauses += clausesOf(claim);
    namespaces.add(claim.of.namespace);
    if (page.length > 0 && (clauses > CLAUSES || namespaces.size > NAMESPACES || isLarge(claim))) break;
    if (files.has(claim.file)) continue;
    files.add(claim.file);
    page.push(claim);
    if (isLarge(claim)) break;
  }
  return page;
}

const isOneRange = ({ below: { stdout, stderr, unframed } }: Claim) => stdout === stderr && stderr === unframed;
const clausesOf = (claim: Claim): number => (isOneRange(claim) ? 2 : 8);

/** The documents of a claim's file that it speaks of. */
export function documentsOf(claim: Claim): object {
  const { file, below } = claim;
  const before = (offset: number) => ({ range: { 'log.offset': { lt: offset } } });
  const ofFile = { term: { 'tracewell.file': file } };
  if (isOneRange(claim)) return { bool: { filter: [ofFile, before(below.stdout)] } };
  const streams = (['stdout', 'stderr'] as const).map((stream) => ({
    bool: { filter: [{ term: { stream } }, before(below[stream])] },
  }));
  const unframed = { bool: { filter: [before(below.unframed)], must_not: [{ exists: { field: 'stream' } }] } };
  return { bool: { filter: [ofFile, { bool: { should: [...streams, unframed] } }] } };
}

const sums = { bytes: { sum: { field: 'tracewell.bytes' } }, offsets: { sum: { field: 'log.offset' } } };
/** Only a dead letter has a reason. */
const both = { ...sums, dead: { filter: { exists: { field: 'tracewell.reason' } }, aggs: sums } };

/** The body of a search in the streams of records and dead letters, by which a page of claims is counted. */
export function countBody(page: readonly Claim[]): object {
  const interval = Math.max(1, Math.ceil(Math.max(...Object.values(page[0]!.below)) / RANGES));
  const ranges = { ranges: { histogram: { field: 'log.offset', interval, min_doc_count: 1 }, aggs: both } };
  return {
    size: 0,
    track_total_hits: false,
    query: { bool: { filter: [{ bool: { should: page.map(documentsOf) } }] } },
    aggs: {
      files: {
        composite: { size: page.length, sources: [{ file: { terms: { field: 'tracewell.file' } } }] },
        aggs: page.some(isLarge) ? { ...both, ...ranges } : both,
      },
    },
  };
}

/**
 * The sums of each file of the page, exactly: a sum that is rounded is past 2^53, and so no file's that was counted without
 * ranges. By ranges they are exact for files of up to 100 GiB of the shortest lines that the container runtime writes.
 */
export function countsIn(answer: Answer, page: readonly Claim[]): Map<string, Shelves> {
  const buckets = answer.aggregations?.files.buckets ?? [];
  const found = new Map(page.map(({ file }) => [file, noShelves()]));
  for (const { key, ranges, ...bucket } of buckets)
    for (const part of ranges?.buckets ?? [bucket]) add(found.get(key.file) ?? noShelves(), part);
  return found;
}

function add({ stored, deadLettered }: Shelves, { dead, ...all }: Bucket): void {
  more(stored, all, 1);
  more(stored, dead, -1);
  more(deadLettered, dead, 1);
}

function more(to: Sums, { doc_count: records, bytes, offsets }: Summed, sign: 1 | -1): void {
  to.records += sign * records;
  to.bytes += sign * bytes.value;
  to.offsets += BigInt(sign) * BigInt(offsets.value);
}
