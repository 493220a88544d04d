import { expect, it } from 'vitest';
import { freshCheckpoint, type Checkpoint } from './source/checkpoint.ts';
import { fieldsOf, totalsOf } from './totals.ts';

const checkpointOf = (run: number, more: Partial<Checkpoint>): Checkpoint => ({
  ...freshCheckpoint({ file: String(run).padStart(24, '0'), container: 'cart', run, generation: 0 }),
  ...more,
});

it('adds up what became of the records of all files', () => {
  const totals = totalsOf([
    checkpointOf(0, {
      stored: { records: 10, bytes: 1000, offsets: 1n },
      duplicates: 3,
      deadLettered: { records: 2, bytes: 100, offsets: 1n },
      discarded: { records: 6, bytes: 300, offsets: 1n },
      redactedBy: { card: 2, email: 5 },
      unframed: 4,
      lost: { Truncated: 50 },
    }),
    checkpointOf(1, { stored: { records: 5, bytes: 1, offsets: 1n }, lost: { Truncated: 7 } }),
    checkpointOf(2, {}),
  ]);
  expect(totals).toEqual({
    files: 3,
    read: 23,
    stored: 12,
    duplicates: 3,
    deadLettered: 2,
    discarded: 6,
    redactions: 7,
    unframed: 4,
    lostBytes: { Truncated: 57 },
  });
  expect(totals.read).toBe(totals.stored + totals.duplicates + totals.deadLettered + totals.discarded);
  expect(fieldsOf(totals)).toEqual({
    files: 3,
    read: 23,
    stored: 12,
    duplicates: 3,
    deadLettered: 2,
    discarded: 6,
    redactions: 7,
    unframed: 4,
    lostTruncatedBytes: 57,
  });
});

it('is nothing of nothing', () => {
  expect(fieldsOf(totalsOf([]))).toEqual({
    files: 0,
    read: 0,
    stored: 0,
    duplicates: 0,
    deadLettered: 0,
    discarded: 0,
    redactions: 0,
    unframed: 0,
  });
});
