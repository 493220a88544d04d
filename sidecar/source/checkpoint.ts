import type { LossReason } from '../../api/names.ts';
import { LANES, type LaneOffsets } from './lane.ts';

/** How many records, how many bytes of the file they cover, and the sum of their offsets: what a seal is compared with. */
export interface Sums {
  records: number;
  bytes: number;
  /** A sum of offsets outgrows 2^53 in large files. */
  offsets: bigint;
}

/**
 * What is known for good about one log file; everything here lies below the acknowledged lane positions, and is written in
 * one atomic step, so that a crash can neither lose a count nor count twice.
 */
export interface Checkpoint {
  file: string;
  container: string;
  run: number;
  generation: number;
  /** Per lane the start of its oldest record that is not acknowledged: reading goes on at the smallest. */
  lanes: LaneOffsets;
  /** Acknowledged by Elasticsearch as stored now or stored already. */
  stored: Sums;
  /** How many of the stored ones were there already. */
  duplicates: number;
  deadLettered: Sums;
  /** Left out because a rule of the policy says so. */
  discarded: Sums;
  /** How many of the discarded ones by which rule: `ruleId`. */
  discardedBy: Record<string, number>;
  /** How often which rule replaced something in the records that were sent: `redactionId`. */
  redactedBy: Record<string, number>;
  /** How many of all these records came without a CRI header. */
  unframed: number;
  /** Bytes that will never be read, by reason. */
  lost: Partial<Record<LossReason, number>>;
  /** Of the file when it was looked at last. */
  size: number;
  /** Nothing more is written to it, and all of it is answered for. */
  ended: boolean;
  /** Its size when it was sealed; undefined while it is not. */
  sealed: number | undefined;
}

const noSums = (): Sums => ({ records: 0, bytes: 0, offsets: 0n });

export function freshCheckpoint(id: Pick<Checkpoint, 'file' | 'container' | 'run' | 'generation'>): Checkpoint {
  const { file, container, run, generation } = id;
  return {
    file,
    container,
    run,
    generation,
    lanes: [0, 0, 0],
    stored: noSums(),
    duplicates: 0,
    deadLettered: noSums(),
    discarded: noSums(),
    discardedBy: {},
    redactedBy: {},
    unframed: 0,
    lost: {},
    size: 0,
    ended: false,
    sealed: undefined,
  };
}

/** Bytes of the file that are answered for: in Elasticsearch, left out by a rule, or lost. */
export function answeredBytes({ stored, deadLettered, discarded, lost }: Checkpoint): number {
  const lostBytes = Object.values(lost).reduce((sum, bytes) => sum + bytes, 0);
  return stored.bytes + deadLettered.bytes + discarded.bytes + lostBytes;
}

/** Of a file that is gone with what was not answered for of it: that is lost for this reason. */
export function withRestLost(checkpoint: Checkpoint, reason: LossReason): Checkpoint {
  const { lost, lanes } = checkpoint;
  const size = Math.max(checkpoint.size, ...lanes);
  const bytes = size - answeredBytes(checkpoint);
  const all = bytes > 0 ? { ...lost, [reason]: (lost[reason] ?? 0) + bytes } : lost;
  return { ...checkpoint, size, lanes: [size, size, size], lost: all, ended: true };
}

/** Where reading goes on after a restart. */
export const resumeAt = (checkpoint: Checkpoint): number => Math.min(...checkpoint.lanes);

const VERSION = 1;
const sumsOut = (sums: Sums) => ({ ...sums, offsets: sums.offsets.toString() });

export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { lanes, stored, deadLettered, discarded, ...rest } = checkpoint;
  const byName = Object.fromEntries(LANES.map((name, lane) => [name, lanes[lane]]));
  const sums = { stored: sumsOut(stored), deadLettered: sumsOut(deadLettered), discarded: sumsOut(discarded) };
  return `${JSON.stringify({ version: VERSION, ...rest, lanes: byName, ...sums })}\n`;
}

/** Undefined for anything that `formatCheckpoint` did not write: a damaged checkpoint means reading again from the start. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  try {
    const checkpoint = readCheckpoint(text);
    return violations(checkpoint).length === 0 ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}

/** Throws for what has not the form of one. */
export function readCheckpoint(text: string): Checkpoint {
  const raw = asObject(JSON.parse(text));
  if (raw['version'] !== VERSION) throw new Error('no checkpoint of this version');
  const lanes = asObject(raw['lanes']);
  return {
    file: asId(raw['file']),
    container: asText(raw['container']),
    run: asCount(raw['run']),
    generation: asCount(raw['generation']),
    lanes: [asCount(lanes['stdout']), asCount(lanes['stderr']), asCount(lanes['unframed'])],
    stored: sumsIn(raw['stored']),
    duplicates: asCount(raw['duplicates']),
    deadLettered: sumsIn(raw['deadLettered']),
    discarded: sumsIn(raw['discarded']),
    discardedBy: countsIn(raw['discardedBy']),
    redactedBy: countsIn(raw['redactedBy'] ?? {}),
    unframed: asCount(raw['unframed']),
    lost: countsIn(raw['lost']),
    size: asCount(raw['size']),
    ended: asFlag(raw['ended']),
    sealed: raw['sealed'] === undefined ? undefined : asCount(raw['sealed']),
  };
}

/** The equations that hold at every moment; one sentence for each that does not. */
export function violations(checkpoint: Checkpoint): string[] {
  const { lanes, stored, duplicates, deadLettered, discarded, discardedBy, unframed, size, ended } = checkpoint;
  const records = stored.records + deadLettered.records + discarded.records;
  const bytes = answeredBytes(checkpoint);
  const least = Math.min(...lanes);
  const most = Math.max(...lanes);
  const byRule = Object.values(discardedBy).reduce((sum, count) => sum + count, 0);
  const broken: string[] = [];
  if (bytes < least) broken.push(`${bytes} bytes are answered for, but every lane has passed ${least}`);
  if (bytes > most) broken.push(`${bytes} bytes are answered for, but no lane has passed ${most}`);
  if (ended && bytes !== size) broken.push(`the file has ended with ${size} bytes, of which ${bytes} are answered for`);
  if (records > bytes) broken.push(`${records} records in ${bytes} bytes`);
  if (duplicates > stored.records) broken.push(`${duplicates} duplicates among ${stored.records} stored records`);
  if (byRule !== discarded.records) broken.push(`${byRule} of ${discarded.records} discarded records have a rule`);
  if (unframed > records) broken.push(`${unframed} records without CRI header among ${records}`);
  return broken;
}

function asObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
  return value as Record<string, unknown>;
}
function asCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error('no count');
  return value;
}
function asFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Error('no flag');
  return value;
}
function countsIn(value: unknown): Record<string, number> {
  return Object.fromEntries(Object.entries(asObject(value)).map(([name, count]) => [name, asCount(count)]));
}
function asText(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no text');
  return value;
}
function asId(value: unknown): string {
  const text = asText(value);
  if (!/^[0-9a-f]{24}$/.test(text)) throw new Error('no file identity');
  return text;
}
function sumsIn(value: unknown): Sums {
  const { records, bytes, offsets } = asObject(value);
  if (!/^\d{1,40}$/.test(asText(offsets))) throw new Error('no sum');
  return { records: asCount(records), bytes: asCount(bytes), offsets: BigInt(asText(offsets)) };
}
