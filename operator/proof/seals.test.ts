import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import { Seals, SEALS_PACE } from './seals.ts';
import { SEALS_AT_ONCE, type Place } from './store.ts';
import { noSums } from './sums.ts';

const NOON = Date.parse('2026-01-02T12:00:00.000Z');
const MINUTE = 60_000;

/** A store of seals, a clock, and what reads them. */
function worldOf(begin?: Place) {
  const seals: Claim[] = [];
  const asked: Place[] = [];
  const world = { elapsed: 0 };
  const store = {
    seals: async (after: Place, until: Date) => {
      asked.push(after);
      return seals
        .map((claim) => ({ claim, place: { at: new Date(claim.at).toISOString(), file: claim.file } }))
        .filter(({ place: { at, file } }) => at > after.at || (at === after.at && file > after.file))
        .filter(({ claim }) => claim.at <= until.getTime())
        .sort((a, b) => (a.place.at + a.place.file < b.place.at + b.place.file ? -1 : 1))
        .slice(0, SEALS_AT_ONCE);
    },
  };
  const options = { store, pace: SEALS_PACE, clock: () => world.elapsed, now: () => new Date(NOON + world.elapsed) };
  const reader = (from = begin) => new Seals({ ...options, begin: from });
  return { world, seals, asked, reader };
}
const sealOf = (name: string | number, at: number, size = 100): Claim => ({
  of: { namespace: 'shop', pod: 'cart-0', container: 'cart', run: 0 },
  file: String(name).padStart(24, '0'),
  below: { stdout: size, stderr: size, unframed: size },
  stored: noSums(),
  deadLettered: noSums(),
  discardedBytes: 0,
  lostBytes: 0,
  size,
  at,
});

describe('seals are read', () => {
  it('from the oldest on, page by page, and each once', async () => {
    const { world, seals, reader } = worldOf();
    const count = 2 * SEALS_AT_ONCE + 7;
    for (let i = 0; i < count; i++) seals.push(sealOf(i, NOON - count + i));
    const read = reader();
    const pages: number[] = [];
    for (let i = 0; i < 20; i++) {
      pages.push((await read.next()).length);
      world.elapsed += 5_000;
    }
    expect(pages.filter((length) => length > 0)).toEqual([SEALS_AT_ONCE, SEALS_AT_ONCE, 7]);
    // When the last look began that came to its end.
    expect(read.until.file).toBe('');
    expect(Date.parse(read.until.at)).toBeGreaterThan(NOON + MINUTE);
  });

  it('for the next leader from there when the look was not at its end', async () => {
    const { seals, reader } = worldOf();
    for (let i = 0; i < SEALS_AT_ONCE + 1; i++) seals.push(sealOf(i, NOON - 1000 + i));
    const read = reader();
    await read.next();
    const file = sealOf(SEALS_AT_ONCE - 1, 0).file;
    expect(read.until).toEqual({ at: new Date(NOON - 1000 + SEALS_AT_ONCE - 1).toISOString(), file });
  });

  it('not again and again when no others come', async () => {
    const { world, seals, asked, reader } = worldOf();
    seals.push(sealOf('a', NOON));
    const read = reader();
    for (; world.elapsed <= 10 * MINUTE; world.elapsed += 10_000) await read.next();
    expect(Date.parse(asked.at(-1)!.at)).toBeGreaterThan(NOON + 7 * MINUTE);
  });

  it('no more often than the pace says, when there are none', async () => {
    const { world, asked, reader } = worldOf();
    const read = reader();
    for (; world.elapsed < MINUTE; world.elapsed += 1_000) await read.next();
    expect(asked).toHaveLength(MINUTE / SEALS_PACE.newMs);
  });

  it('from where an earlier leader had come to', async () => {
    const { seals, reader } = worldOf({ at: new Date(NOON - 30 * MINUTE).toISOString(), file: '' });
    const [old, young] = [sealOf('old', NOON - 60 * MINUTE), sealOf('young', NOON - 1 * MINUTE)];
    seals.push(old, young);
    expect(await reader().next()).toEqual([young]);
  });

  it.each([
    ['a minute late, at once', 1 * MINUTE, 1 * MINUTE],
    ['an hour late, some time later', 60 * MINUTE, 16 * MINUTE],
  ])('also when they arrive %s', async (_, lateMs, withinMs) => {
    const { world, seals, reader } = worldOf();
    seals.push(sealOf('first', NOON));
    const read = reader();
    expect(await read.next()).toHaveLength(1);
    const late = sealOf('late', NOON - lateMs);
    seals.push(late);
    const found: Claim[] = [];
    for (; world.elapsed < withinMs; world.elapsed += 5_000) found.push(...(await read.next()));
    expect(found).toEqual([late]);
  });

  it('again when the file went on and was sealed at another size', async () => {
    const { world, seals, reader } = worldOf();
    seals.push(sealOf('a', NOON));
    const read = reader();
    await read.next();
    seals.push(sealOf('a', NOON + 1, 200));
    world.elapsed = MINUTE;
    expect(await read.next()).toMatchObject([{ size: 200 }]);
  });
});
