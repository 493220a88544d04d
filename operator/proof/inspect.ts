import type { Claim } from './claim.ts';
import { lookCloser, type Closer, type Extent } from './extents.ts';
import type { Finding } from './finding.ts';
import type { Store } from './store.ts';
import type { Verdict } from './verdict.ts';

/** What became of a file whose sums do not match, after a closer look. */
export type Outcome =
  /** Copies were removed: it is to be counted again. */
  | { kind: 'removed'; records: number; bytes: number }
  /** Nothing can be said of it, or nothing is wrong with it, for this reason. */
  | { kind: 'left'; why: string }
  | ({ kind: 'found' } & Pick<Finding, 'result' | 'records' | 'bytes' | 'detail'>);

type Wrong = Exclude<Verdict, { result: 'proved' }>;

/** Documents of a file that are looked at one by one. */
const AT_MOST = 1_000_000;
const NAMED = 3;
/** Start documents bear the time of a node, which may be ahead. */
const SKEW_MS = 60_000;

/** Looks at the documents of a file one by one, and removes what was sent again across a rollover. */
export async function inspect(
  claim: Claim,
  wrong: Wrong,
  store: Pick<Store, 'extents' | 'remove' | 'oldestIndex' | 'startOf'>,
): Promise<Outcome> {
  const extents = await store.extents(claim, AT_MOST);
  if (!extents) return { kind: 'found', ...wrong, detail: 'It has too many documents to look at them one by one.' };
  const closer = lookCloser(claim, extents);
  const { copies, altered, overlaps } = closer;
  if (copies.length > 0) {
    const doubled = { records: copies.length, bytes: sumOf(copies) };
    const removed = await store.remove(copies).catch(() => 0);
    if (removed > 0) return { kind: 'removed', ...doubled };
    const detail = `They could not be removed: the operator's user in Elasticsearch needs the privilege delete.`;
    return { kind: 'found', result: 'doubled', ...doubled, detail };
  }
  if (wrong.result === 'missing' && altered.length === 0 && (await mayHaveExpired(claim, store)))
    return { kind: 'left', why: 'it began before the oldest index of its stream: retention may have taken records' };
  const isRecovered = altered.length === 0 && overlaps.length === 0 && wrong.bytes <= claim.lostBytes;
  if (wrong.result === 'surplus' && isRecovered)
    return { kind: 'left', why: 'what is too much was counted as lost, and is there after all' };
  return { kind: 'found', ...wrong, detail: detailOf(claim, closer) };
}

/**
 * Indices go as a whole and the oldest first. While the first one of a stream is there none has gone; and a file that began
 * after the oldest one left was made has lost nothing by it.
 */
async function mayHaveExpired({ of }: Claim, store: Pick<Store, 'oldestIndex' | 'startOf'>): Promise<boolean> {
  const oldest = await store.oldestIndex(of.namespace);
  if (!oldest || oldest.generation === 1) return false;
  const start = await store.startOf(of);
  return start === undefined || start < oldest.created + SKEW_MS;
}

/** Names what is wrong, as far as that can be told. */
function detailOf({ discardedBytes, lostBytes }: Claim, { altered, overlaps, gaps }: Closer): string {
  const said: string[] = [];
  if (altered.length > 0) said.push(`Another extent than their name says have ${list(altered.map(({ id }) => id))}.`);
  if (overlaps.length > 0) said.push(`Over the record before begin ${list(overlaps.map(({ id }) => id))}.`);
  if (gaps.length > 0) {
    const among = discardedBytes + lostBytes > 0 ? ' (some of it was discarded or lost by right)' : '';
    said.push(`No document covers ${list(gaps.map(({ from, to }) => `${from}-${to}`))} of the file${among}.`);
  }
  return said.join(' ').slice(0, 400);
}

function list(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const sumOf = (extents: readonly Extent[]): number => extents.reduce((sum, { bytes }) => sum + bytes, 0);
