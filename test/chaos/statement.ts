import type { Sums } from '../../sidecar/source/checkpoint.ts';

/** What a checkpoint or a seal says of a file. */
export interface Statement {
  readonly size: number;
  readonly stored: Sums;
  readonly deadLettered: Sums;
  readonly discarded: Sums;
  /** Bytes by reason. */
  readonly lost: Readonly<Partial<Record<string, number>>>;
}

/** What is true of the file. */
export interface Truth {
  readonly size: number;
  readonly stored: Sums;
  readonly deadLettered: Sums;
  readonly discardedBytes: number;
  readonly missingBytes: number;
  /** It was there to the end; of another one the sidecar knows what it had seen. */
  readonly isWhole: boolean;
  /** Its lines come out as the same records each time they are read. */
  readonly isStable: boolean;
}

/** What of a statement does not agree with itself or with the truth, one sentence each. */
export function lies({ size, stored, deadLettered, discarded, lost }: Statement, truth: Truth): string[] {
  const found: string[] = [];
  const lostBytes = totalOf(lost);
  const answered = stored.bytes + deadLettered.bytes + discarded.bytes + lostBytes;
  if (answered !== size) found.push(`has ${size} bytes, and answers for ${answered}`);
  if (truth.isWhole ? size !== truth.size : size > truth.size) found.push(`says ${size} bytes, not ${truth.size}`);
  if (!truth.isStable) return found;
  for (const [what, said, real] of [
    ['stored', stored, truth.stored],
    ['dead letters', deadLettered, truth.deadLettered],
  ] as const) {
    // Killed, it may not have heard that a record was stored, and counts it as lost with its file.
    const isLie = truth.isWhole ? !areEqual(said, real) : said.records > real.records || said.bytes > real.bytes;
    if (isLie) found.push(`says ${show(said)} are ${what}, not ${show(real)}`);
  }
  if (!truth.isWhole) return found;
  if (discarded.bytes !== truth.discardedBytes)
    found.push(`says ${discarded.bytes} bytes are discarded, not ${truth.discardedBytes}`);
  if (lostBytes !== truth.missingBytes) found.push(`says ${lostBytes} bytes are lost, not ${truth.missingBytes}`);
  return found;
}

export const totalOf = (counts: Statement['lost']): number =>
  Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0);

const areEqual = (a: Sums, b: Sums): boolean =>
  a.records === b.records && a.bytes === b.bytes && a.offsets === b.offsets;
const show = ({ records, bytes, offsets }: Sums): string => `${records} records (${bytes} bytes, offsets ${offsets})`;
