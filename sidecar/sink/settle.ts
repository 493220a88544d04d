import type { Checkpoint } from '../source/checkpoint.ts';
import { noShare, type LogFile, type Share } from '../source/log-file.ts';
import type { Batch } from './batch.ts';
import type { Fate } from './deliver.ts';

/** Where each file will stand when this batch is answered for; taken when the batch is closed. */
export function shareOut(batch: Batch, files: readonly LogFile[]): Map<LogFile, Share> {
  const concerned = new Set([...files, ...batch.entries.map(({ file }) => file)]);
  return new Map([...concerned].map((file) => [file, noShare(file.lanesNow())]));
}

/** Adds up each file's records by their fates, moves its checkpoint, and returns those that moved. */
export function settle(batch: Batch, fates: readonly Fate[], shares: ReadonlyMap<LogFile, Share>): Checkpoint[] {
  // Within one batch a plain number holds the sum of offsets; across batches it would not.
  const offsets = new Map<LogFile, { stored: number; deadLettered: number }>();
  for (const [index, { file, offset, bytes }] of batch.entries.entries()) {
    const share = shares.get(file)!;
    let sums = offsets.get(file);
    if (!sums) offsets.set(file, (sums = { stored: 0, deadLettered: 0 }));
    const into = fates[index] === 'deadLettered' ? 'deadLettered' : 'stored';
    share[into].records++;
    share[into].bytes += bytes;
    sums[into] += offset;
    if (fates[index] === 'duplicate') share.duplicates++;
  }
  const moved: Checkpoint[] = [];
  for (const [file, sums] of offsets) {
    const share = shares.get(file)!;
    share.stored.offsets = BigInt(sums.stored);
    share.deadLettered.offsets = BigInt(sums.deadLettered);
    file.acknowledge(share);
    moved.push(file.checkpoint);
  }
  return moved;
}
