import type { Checkpoint, Sums } from '../source/checkpoint.ts';
import type { LaneOffsets } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import type { Batch, Run } from './batch.ts';
import type { Fate, Fates } from './fates.ts';

/** Where the files of a batch will stand when it is answered for; taken when it is handed over. */
export type Standings = ReadonlyMap<LogFile, LaneOffsets>;

export function standingsOf({ runs }: Batch): Standings {
  const standings = new Map<LogFile, LaneOffsets>();
  for (const { file } of runs) if (!standings.has(file)) standings.set(file, file.lanesNow());
  return standings;
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
  discarded: Count;
  /** Undefined while nothing is discarded, as mostly. */
  discardedBy: Record<string, number> | undefined;
  duplicates: number;
  unframed: number;
}

/** Rules change; under this name go those that came after so many. */
const OTHER_RULES = 'other';
const RULES_AT_MOST = 64;

/** Adds each file's records up by their fates, moves its checkpoint, and returns the checkpoints that moved. */
export function settle(batch: Batch, fates: Fates, standings: Standings): Checkpoint[] {
  const shares = new Map<LogFile, Share>();
  for (const run of batch.runs) {
    const { file, rule, from, to } = run;
    let share = shares.get(file);
    if (!share) shares.set(file, (share = newShare()));
    share.unframed += run.unframed;
    if (fates === 'stored') include(share[rule === undefined ? 'stored' : 'discarded'], to - from, run);
    else addEach(share, batch, run, fates);
    if (rule === undefined) continue;
    const discardedBy = (share.discardedBy ??= {});
    discardedBy[rule] = (discardedBy[rule] ?? 0) + to - from;
  }
  return Array.from(shares, ([file, share]) => {
    const { stored, deadLettered, discarded, duplicates, unframed } = share;
    const { checkpoint } = file;
    const moved: Checkpoint = {
      ...checkpoint,
      lanes: standings.get(file)!,
      stored: add(checkpoint.stored, stored),
      deadLettered: add(checkpoint.deadLettered, deadLettered),
      discarded: add(checkpoint.discarded, discarded),
      discardedBy: addByRule(checkpoint.discardedBy, share.discardedBy),
      redactedBy: addByRule(checkpoint.redactedBy, batch.redactions.get(file)),
      duplicates: checkpoint.duplicates + duplicates,
      unframed: checkpoint.unframed + unframed,
    };
    const records = stored.records + deadLettered.records + discarded.records;
    return file.settle(moved, records, stored.bytes + deadLettered.bytes + discarded.bytes);
  });
}

function addEach(share: Share, { bytes, offsets }: Batch, { from, to }: Run, fates: readonly Fate[]): void {
  for (let place = from; place < to; place++) {
    const fate = fates[place]!;
    include(share[fate === 'duplicate' ? 'stored' : fate], 1, { bytes: bytes[place]!, offsets: offsets[place]! });
    if (fate === 'duplicate') share.duplicates++;
  }
}

function include(count: Count, records: number, { bytes, offsets }: Pick<Count, 'bytes' | 'offsets'>): void {
  count.records += records;
  count.bytes += bytes;
  count.offsets += offsets;
}

const none = (): Count => ({ records: 0, bytes: 0, offsets: 0 });
const newShare = (): Share => ({
  stored: none(),
  deadLettered: none(),
  discarded: none(),
  discardedBy: undefined,
  duplicates: 0,
  unframed: 0,
});

function add(sums: Sums, { records, bytes, offsets }: Count): Sums {
  if (records === 0) return sums;
  return { records: sums.records + records, bytes: sums.bytes + bytes, offsets: sums.offsets + BigInt(offsets) };
}

/** The sums of both, by rule. */
export function addByRule(
  sums: Record<string, number>,
  more: Record<string, number> | undefined,
): Record<string, number> {
  if (!more) return sums;
  const all = { ...sums };
  for (const [rule, count] of Object.entries(more)) {
    const name = rule in all || Object.keys(all).length < RULES_AT_MOST ? rule : OTHER_RULES;
    all[name] = (all[name] ?? 0) + count;
  }
  return all;
}
