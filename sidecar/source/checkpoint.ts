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
  /** How many of the stored and dead-lettered ones came without a CRI header. */
  unframed: number;
  /** Bytes that will never be read, by reason. */
  lost: Partial<Record<LossReason, number>>;
}

const noSums = (): Sums => ({ records: 0, bytes: 0, offsets: 0n });

export function freshCheckpoint(id: Pick<Checkpoint, 'file' | 'container' | 'run' | 'generation'>): Checkpoint {
  const { file, container, run, generation } = id;
  const counts = { stored: noSums(), duplicates: 0, deadLettered: noSums(), unframed: 0 };
  return { file, container, run, generation, lanes: [0, 0, 0], ...counts, lost: {} };
}

/** Where reading goes on after a restart. */
export const resumeAt = (checkpoint: Checkpoint): number => Math.min(...checkpoint.lanes);

const VERSION = 1;
const sumsOut = (sums: Sums) => ({ ...sums, offsets: sums.offsets.toString() });

export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { lanes, stored, deadLettered, ...rest } = checkpoint;
  const byName = Object.fromEntries(LANES.map((name, lane) => [name, lanes[lane]]));
  return `${JSON.stringify({ version: VERSION, ...rest, lanes: byName, stored: sumsOut(stored), deadLettered: sumsOut(deadLettered) })}\n`;
}

/** Undefined for anything that `formatCheckpoint` did not write: a damaged checkpoint means reading again from the start. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  let raw: Record<string, unknown>;
  try {
    raw = asObject(JSON.parse(text));
    if (raw['version'] !== VERSION) return undefined;
    const lanes = asObject(raw['lanes']);
    const lost = asObject(raw['lost']);
    const checkpoint: Checkpoint = {
      file: asId(raw['file']),
      container: asText(raw['container']),
      run: asCount(raw['run']),
      generation: asCount(raw['generation']),
      lanes: [asCount(lanes['stdout']), asCount(lanes['stderr']), asCount(lanes['unframed'])],
      stored: sumsIn(raw['stored']),
      duplicates: asCount(raw['duplicates']),
      deadLettered: sumsIn(raw['deadLettered']),
      unframed: asCount(raw['unframed']),
      lost: Object.fromEntries(Object.entries(lost).map(([reason, bytes]) => [reason, asCount(bytes)])),
    };
    return violations(checkpoint).length === 0 ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}

/** The equations that hold at every moment; one sentence for each that does not. */
export function violations({ lanes, stored, duplicates, deadLettered, unframed }: Checkpoint): string[] {
  const records = stored.records + deadLettered.records;
  const bytes = stored.bytes + deadLettered.bytes;
  const least = Math.min(...lanes);
  const most = Math.max(...lanes);
  const broken: string[] = [];
  if (bytes < least) broken.push(`${bytes} bytes are answered for, but every lane has passed ${least}`);
  if (bytes > most) broken.push(`${bytes} bytes are answered for, but no lane has passed ${most}`);
  if (records > bytes) broken.push(`${records} records in ${bytes} bytes`);
  if (duplicates > stored.records) broken.push(`${duplicates} duplicates among ${stored.records} stored records`);
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
