import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { report, REPORTED_FILES, type Report } from '../../api/report.ts';
import { reportedMeasures } from '../../test/operator/report.ts';
import { freshCheckpoint, type Checkpoint } from '../source/checkpoint.ts';
import { together } from '../source/gone.ts';
import { formatReport, type Facts } from './report.ts';

const checkpointOf = (number: number, changes: Partial<Checkpoint> = {}): Checkpoint => ({
  ...freshCheckpoint({ file: number.toString(16).padStart(24, '0'), container: 'app', run: number, generation: 0 }),
  size: 100,
  lanes: [60, 60, 60],
  stored: { records: 2, bytes: 60, offsets: 2n ** 60n },
  duplicates: 1,
  ...changes,
});
const FACTS: Facts = {
  at: 1_767_323_045_000,
  state: 'Delivering',
  reason: undefined,
  policy: 'TracingPolicy.all',
  revision: 'first',
  version: '0.1.0',
  path: 'engine',
  lastAcknowledged: Date.parse('2026-01-02T03:04:05Z'),
  checkpoints: [],
  gone: undefined,
  measured: reportedMeasures(),
  sizeOf: () => undefined,
};
/** As the operator reads it: throws when it is none. */
const read = (facts: Partial<Facts>): Report => report.parse(JSON.parse(formatReport({ ...FACTS, ...facts })));

it('tells how the sidecar stands, and each file as its checkpoint does', () => {
  const lost = { Truncated: 7 };
  const checkpoint = checkpointOf(3, {
    ended: true,
    sealed: 100,
    lost,
    discardedBy: { abc: 1 },
    redactedBy: { card: 2 },
  });
  expect(read({ checkpoints: [checkpoint] })).toEqual({
    version: 1,
    at: 1_767_323_045_000,
    state: 'Delivering',
    policy: 'TracingPolicy.all',
    revision: 'first',
    sidecar: { version: '0.1.0', path: 'engine' },
    lastAcknowledged: '2026-01-02T03:04:05.000Z',
    files: [
      {
        file: '000000000000000000000003',
        container: 'app',
        run: 3,
        generation: 0,
        lanes: { stdout: 60, stderr: 60, unframed: 60 },
        size: 100,
        stored: { records: 2, bytes: 60, offsets: '1152921504606846976' },
        duplicates: 1,
        deadLettered: { records: 0, bytes: 0, offsets: '0' },
        discarded: { records: 0, bytes: 0, offsets: '0' },
        discardedBy: { abc: 1 },
        redactedBy: { card: 2 },
        unframed: 0,
        lost,
        ended: true,
        sealed: 100,
      },
    ],
    measures: FACTS.measured,
  });
});

it('leaves out what there is not: no configuration, no acknowledgement, no files', () => {
  const nothing = { policy: undefined, revision: undefined, lastAcknowledged: undefined };
  expect(read({ ...nothing, state: 'WaitingForConfiguration' })).toEqual({
    version: 1,
    at: FACTS.at,
    state: 'WaitingForConfiguration',
    sidecar: { version: '0.1.0', path: 'engine' },
    files: [],
    measures: FACTS.measured,
  });
});

it('tells why records are held, in no more words than there is room for', () => {
  expect(read({ state: 'Holding', reason: `401 ${'x'.repeat(500)}` }).reason).toHaveLength(256);
});

it.each([
  ['has grown since', 150, 150],
  ['is as it was', 100, 100],
  ['is not known', undefined, 100],
  ['became shorter: that is no news yet', 50, 100],
])('a file’s size is that of now, when it %s', (_, now, told) => {
  expect(read({ checkpoints: [checkpointOf(1)], sizeOf: () => now }).files[0]!.size).toBe(told);
});

describe('of many files', () => {
  const sumOf = ({ files, rest }: Report) => ({
    files: files.length + (rest?.files ?? 0),
    size: [...files, rest].reduce((sum, one) => sum + (one?.size ?? 0), 0),
    records: [...files, rest].reduce((sum, one) => sum + (one?.stored.records ?? 0), 0),
    offsets: [...files, rest].reduce((sum, one) => sum + BigInt(one?.stored.offsets ?? 0), 0n),
    lost: [...files, rest].reduce((sum, one) => sum + (one?.lost['Removed'] ?? 0), 0),
    rule: [...files, rest].reduce((sum, one) => sum + (one?.discardedBy['abc'] ?? 0), 0),
  });
  const each = { lost: { Removed: 3 }, discardedBy: { abc: 2 } };

  it('tells of those that changed last, and of the others the sum', () => {
    const checkpoints = Array.from({ length: 70 }, (_, number) => checkpointOf(number, each));
    const told = read({ checkpoints });
    expect(told.files.map(({ run }) => run)).toEqual(Array.from({ length: REPORTED_FILES }, (_, n) => 69 - n));
    expect(told.rest).toMatchObject({
      files: 6,
      size: 600,
      duplicates: 6,
      discardedBy: { abc: 12 },
      lost: { Removed: 18 },
    });
  });

  it('tells of those that are gone from the node in the same sum', () => {
    const gone = together(together(undefined, checkpointOf(1, each)), checkpointOf(2, each));
    expect(read({ gone }).rest).toMatchObject({ files: 2, size: 200, lost: { Removed: 6 } });
    const checkpoints = Array.from({ length: 70 }, (_, number) => checkpointOf(number, each));
    expect(read({ gone, checkpoints }).rest).toMatchObject({ files: 8, stored: { records: 16 } });
  });

  it('tells all together of everything, and never more than the operator takes', () => {
    const rules = fc.integer({ min: 0, max: 64 });
    const checkpoint = fc.tuple(fc.nat(1e9), rules, fc.nat(1000)).map(([size, count, records]) => {
      const byRule = Object.fromEntries(Array.from({ length: count }, (_, n) => [`rule-${'x'.repeat(50)}${n}`, 1e15]));
      const stored = { records, bytes: size, offsets: BigInt(size) ** 2n };
      return { size, stored, discardedBy: { ...each.discardedBy, ...byRule }, redactedBy: byRule, lost: each.lost };
    });
    fc.assert(
      fc.property(fc.array(checkpoint, { maxLength: 200 }), (changes) => {
        const checkpoints = changes.map((one, number) => checkpointOf(number, one));
        expect(Buffer.byteLength(formatReport({ ...FACTS, checkpoints }))).toBeLessThan(262_144);
        expect(sumOf(read({ checkpoints }))).toEqual({
          files: changes.length,
          size: changes.reduce((sum, { size }) => sum + size, 0),
          records: changes.reduce((sum, { stored }) => sum + stored.records, 0),
          offsets: changes.reduce((sum, { stored }) => sum + stored.offsets, 0n),
          lost: 3 * changes.length,
          rule: 2 * changes.length,
        });
      }),
      { numRuns: 30 },
    );
  });
});
