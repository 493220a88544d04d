import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LOSS_REASON, type LossReason } from '../../api/names.ts';
import {
  formatCheckpoint,
  freshCheckpoint,
  parseCheckpoint,
  resumeAt,
  violations,
  type Checkpoint,
} from './checkpoint.ts';

const ID = { file: '0123456789abcdef01234567', container: 'cart', run: 3, generation: 1 };
const GOOD: Checkpoint = {
  ...ID,
  lanes: [1000, 700, 1000],
  stored: { records: 8, bytes: 600, offsets: 12_345_678_901_234_567_890n },
  duplicates: 2,
  deadLettered: { records: 1, bytes: 100, offsets: 800n },
  discarded: { records: 3, bytes: 30, offsets: 7n },
  discardedBy: { '1a2b3c4d': 2, other: 1 },
  redactedBy: { card: 5 },
  unframed: 1,
  lost: { Truncated: 50 },
  size: 1200,
  ended: false,
  sealed: 700,
};

const count = fc.nat(2 ** 40);
/** Checkpoints whose equations hold. */
const checkpoint: fc.Arbitrary<Checkpoint> = fc
  .record({
    run: fc.nat(),
    generation: fc.nat(9),
    container: fc.string({ unit: 'binary' }),
    file: fc.stringMatching(/^[0-9a-f]{24}$/),
    stored: fc.record({ records: fc.nat(1000), bytes: count, offsets: fc.bigInt({ min: 0n, max: 2n ** 100n }) }),
    deadLettered: fc.record({ records: fc.nat(1000), bytes: count, offsets: fc.bigInt({ min: 0n, max: 2n ** 60n }) }),
    discarded: fc.record({ records: fc.nat(1000), bytes: count, offsets: fc.bigInt({ min: 0n, max: 2n ** 60n }) }),
    rules: fc.array(fc.string(), { minLength: 1, maxLength: 3 }),
    below: fc.nat(),
    above: fc.nat(),
    duplicates: fc.nat(),
    unframed: fc.nat(),
    lost: fc.dictionary(fc.constantFrom(...(Object.keys(LOSS_REASON) as LossReason[])), count, {
      noNullPrototype: true,
    }),
  })
  .chain((parts) =>
    fc.record({ parts: fc.constant(parts), ended: fc.boolean(), sealed: fc.option(count, { nil: undefined }) }),
  )
  .map(({ parts, ended, sealed }) => {
    const { below, above, duplicates, unframed, stored, deadLettered, discarded, rules, ...rest } = parts;
    const records = stored.records + deadLettered.records + discarded.records;
    const lost = Object.values(rest.lost).reduce((sum, one) => sum + one, 0);
    const bytes = stored.bytes + records + deadLettered.bytes + discarded.bytes + lost;
    const size = ended ? bytes : bytes + above;
    const redactedBy = { card: above % 7 };
    const discardedBy: Record<string, number> = { [rules[0]!]: discarded.records };
    return {
      redactedBy,
      discarded,
      discardedBy,
      size,
      ended,
      sealed,
      ...rest,
      stored: { ...stored, bytes: stored.bytes + records },
      deadLettered,
      duplicates: duplicates % (stored.records + 1),
      unframed: unframed % (records + 1),
      lanes: ended ? ([size, size, size] as const) : ([size, Math.max(0, bytes - below), bytes] as const),
    };
  });

it('is read as it was written', () => {
  fc.assert(
    fc.property(checkpoint, (one) => {
      expect(violations(one)).toEqual([]);
      expect(parseCheckpoint(formatCheckpoint(one))).toEqual(one);
    }),
  );
});

it('is one line that names what it counts', () => {
  expect(JSON.parse(formatCheckpoint(GOOD))).toEqual({
    version: 1,
    ...ID,
    lanes: { stdout: 1000, stderr: 700, unframed: 1000 },
    stored: { records: 8, bytes: 600, offsets: '12345678901234567890' },
    duplicates: 2,
    deadLettered: { records: 1, bytes: 100, offsets: '800' },
    discarded: { records: 3, bytes: 30, offsets: '7' },
    discardedBy: { '1a2b3c4d': 2, other: 1 },
    redactedBy: { card: 5 },
    unframed: 1,
    lost: { Truncated: 50 },
    size: 1200,
    ended: false,
    sealed: 700,
  });
  expect(formatCheckpoint(GOOD)).toMatch(/^[^\n]+\n$/);
});

it.each([
  ['empty', () => ''],
  ['cut off', (text: string) => text.slice(0, -20)],
  ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
  ['no object', () => '[]'],
  ['without lanes', (text: string) => text.replace('"lanes"', '"other"')],
  ['without a lane', (text: string) => text.replace('"stderr"', '"other"')],
  ['with a name that is none', (text: string) => text.replace(ID.file, '../0123456789abcdef01234')],
  ['with a negative count', (text: string) => text.replace('"records":8', '"records":-8')],
  ['with half a record', (text: string) => text.replace('"records":8', '"records":7.5')],
  ['with a count that is text', (text: string) => text.replace('"records":8', '"records":"8"')],
  ['with a sum that is a number', (text: string) => text.replace('"800"', '800')],
  ['with a sum that is negative', (text: string) => text.replace('"800"', '"-800"')],
  ['with a sum that is endless', (text: string) => text.replace('"800"', `"${'8'.repeat(41)}"`)],
  ['with a flag that is none', (text: string) => text.replace('"ended":false', '"ended":0')],
  ['with a loss that is no count', (text: string) => text.replace('"Truncated":50', '"Truncated":null')],
  ['with equations that do not hold', (text: string) => text.replace('"bytes":600', '"bytes":400')],
])('counts as damaged when it is %s', (_, damage) => {
  const text = formatCheckpoint(GOOD);
  expect(parseCheckpoint(text)).toEqual(GOOD);
  expect(damage(text)).not.toBe(text);
  expect(parseCheckpoint(damage(text))).toBeUndefined();
});

it.each<[string, Partial<Checkpoint>, string]>([
  ['less is answered for than every lane has passed', { lanes: [1000, 781, 1000] }, 'every lane has passed 781'],
  ['more is answered for than any lane has passed', { lanes: [779, 779, 779] }, 'no lane has passed 779'],
  ['it has ended, and not all is answered for', { ended: true }, '1200 bytes, of which 780 are answered for'],
  ['it has ended, and more is answered for than there is', { ended: true, size: 779 }, '779 bytes, of which 780'],
  ['a discarded record has no rule', { discardedBy: { other: 2 } }, '2 of 3 discarded records'],
  [
    'there are more records than bytes',
    {
      lanes: [9, 1, 1],
      stored: { records: 9, bytes: 4, offsets: 0n },
      deadLettered: { records: 0, bytes: 0, offsets: 0n },
      discarded: { records: 0, bytes: 0, offsets: 0n },
      discardedBy: {},
      lost: {},
    },
    '9 records in 4 bytes',
  ],
  ['there are more duplicates than stored records', { duplicates: 9 }, '9 duplicates among 8'],
  ['there are more bare lines than records', { unframed: 13 }, '13 records without CRI header among 12'],
])('is violated when %s', (_, change, sentence) => {
  const broken = violations({ ...GOOD, ...change });
  expect(broken).toHaveLength(1);
  expect(broken[0]).toContain(sentence);
});

it('of a file never read it is at the start, and holds', () => {
  const fresh = freshCheckpoint(ID);
  expect(fresh).toMatchObject({ ...ID, lanes: [0, 0, 0], lost: {} });
  expect([resumeAt(fresh), violations(fresh)]).toEqual([0, []]);
});

it('goes on at the oldest record of any lane', () => {
  expect(resumeAt(GOOD)).toBe(700);
});
