import type { Checkpoint, Sums } from '../source/checkpoint.ts';
import { UNFRAMED, type LaneOffsets } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import type { Batch } from './batch.ts';
import type { Fate } from './deliver.ts';

/** Where the files of a batch will stand when it is answered for; taken when it is handed over. */
export type Standings = ReadonlyMap<LogFile, LaneOffsets>;

export function standingsOf({ entries }: Batch): Standings {
  const files = new Set(entries.map(({ file }) => file));
  return new Map([...files].map((file) => [file, file.lanesNow()]));
}

/** Within one batch a plain number holds a sum of offsets; over a file it would not. */
interface Count {
  records: number;
  bytes: number;
  offsets: number;
}

interface Share {
  stored: Count;
  deadLettered: Count;
  duplicates: number;
  unframed: number;
}

/** Adds each file's records up by their fates, moves its checkpoint, and returns the checkpoints that moved. */
export function settle({ entries }: Batch, fates: readonly Fate[], standings: Standings): Checkpoint[] {
  const shares = new Map<LogFile, Share>();
  for (const [index, { file, offset, bytes, lane }] of entries.entries()) {
    let share = shares.get(file);
    if (!share) shares.set(file, (share = { stored: none(), deadLettered: none(), duplicates: 0, unframed: 0 }));
    const count = fates[index] === 'deadLettered' ? share.deadLettered : share.stored;
    count.records++;
    count.bytes += bytes;
    count.offsets += offset;
    if (fates[index] === 'duplicate') share.duplicates++;
    if (lane === UNFRAMED) share.unframed++;
  }
  return [...shares].map(([file, share]) => {
    const { checkpoint } = file;
    file.checkpoint = {
      ...checkpoint,
      lanes: standings.get(file)!,
      stored: add(checkpoint.stored, share.stored),
      deadLettered: add(checkpoint.deadLettered, share.deadLettered),
      duplicates: checkpoint.duplicates + share.duplicates,
      unframed: checkpoint.unframed + share.unframed,
    };
    file.pending -= share.stored.records + share.deadLettered.records;
    return file.checkpoint;
  });
}

const none = (): Count => ({ records: 0, bytes: 0, offsets: 0 });

function add(sums: Sums, { records, bytes, offsets }: Count): Sums {
  return { records: sums.records + records, bytes: sums.bytes + bytes, offsets: sums.offsets + BigInt(offsets) };
}
