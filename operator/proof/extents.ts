import type { Claim } from './claim.ts';

/** A document of a file as a search finds it. */
export interface Extent {
  /** The backing index. */
  index: string;
  id: string;
  offset: number;
  bytes: number;
  /** `stdout`, `stderr` or, for a line without a header, `unframed`. */
  stream: string;
  isDead: boolean;
}

/** What a closer look at the documents of a file shows. */
export interface Closer {
  /** Documents of the same name and extent as one in an older backing index: sent again across a rollover. */
  copies: Extent[];
  /** Documents whose extent is not that of their name. */
  altered: Extent[];
  /** Documents that begin before the one before them in their stream has ended. */
  overlaps: Extent[];
  /** Stretches of the file that no document covers, where other streams do not interleave: `[from, to)`. */
  gaps: { from: number; to: number }[];
}

/** Looks at all documents of a file below its claim, in any order. */
export function lookCloser({ file, below }: Claim, extents: readonly Extent[]): Closer {
  const isAltered = ({ id, offset, bytes }: Extent) => id !== `${file}.${offset}.${bytes}`;
  const [altered, named] = [extents.filter(isAltered), extents.filter((one) => !isAltered(one))];
  const copies: Extent[] = [];
  const kept: Extent[] = [];
  for (const same of Map.groupBy(named, ({ id, isDead }) => `${id} ${isDead}`).values()) {
    const [first, ...others] = same.toSorted((a, b) => generationOf(a.index) - generationOf(b.index));
    kept.push(first!);
    copies.push(...others);
  }
  kept.sort((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  return { copies, altered, overlaps: overlapsOf(kept), gaps: gapsOf(kept, Math.max(...Object.values(below))) };
}

/** `.ds-<stream>-<date>-000002`: the number grows with each rollover (Elasticsearch reference, "Data streams"). */
export function generationOf(index: string): number {
  return Number(/-(\d{6,})$/.exec(index)?.[1] ?? 0);
}

/** A record covers at least the bytes that follow its offset: lines of other streams only stretch it. */
function overlapsOf(sorted: readonly Extent[]): Extent[] {
  const ends = new Map<string, number>();
  return sorted.filter(({ stream, offset, bytes }) => {
    const end = ends.get(stream) ?? 0;
    ends.set(stream, Math.max(end, offset + bytes));
    return offset < end;
  });
}

function gapsOf(sorted: readonly Extent[], size: number): Closer['gaps'] {
  const gaps: Closer['gaps'] = [];
  let end = 0;
  for (const { offset, bytes } of [...sorted, { offset: size, bytes: 0 }]) {
    if (offset > end) gaps.push({ from: end, to: offset });
    // A record with lines of other streams in between ends later than its bytes tell, by what those cover.
    end = Math.max(end, offset) + bytes;
  }
  return gaps;
}
