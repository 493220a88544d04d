import { beforeEach, describe, expect, it } from 'vitest';
import type { PolicyStatus } from '../../api/policy.ts';
import { policyOf } from '../../test/operator/objects.ts';
import type { Standing } from './book.ts';
import { figuresOf } from './figures.ts';
import { StatusFigures } from './status-figures.ts';
import { noSums } from './sums.ts';

const POLICY = policyOf();

/** So many records of ten bytes were stored. */
function standing(stored: number, changes: Partial<Standing> = {}, sums: Partial<Standing['sums']> = {}): Standing {
  const counts = { ...noSums(), records: { stored }, bytes: { stored: 10 * stored }, ...sums };
  return { sums: counts, pendingBytes: 0, waitingMs: 0, lastAcknowledged: undefined, ...changes };
}

let time: number;
let now: Standing | undefined;
let figures: StatusFigures;
let status: PolicyStatus | undefined;
beforeEach(() => {
  time = 0;
  now = undefined;
  status = undefined;
  begin();
});
function begin(): void {
  figures = new StatusFigures({ ledger: { of: () => now }, queriedOf: () => undefined, now: () => time });
}

/** Looks every five seconds for so long, and returns how often the status was written. */
function writes(seconds: number, each: (second: number) => Standing | undefined): number {
  let count = 0;
  for (let second = 0; second < seconds; second += 5, time += 5000) {
    now = each(second);
    const said = figures.of(POLICY, ['shop'], status);
    if (JSON.stringify(said) !== JSON.stringify(status ?? {})) count++;
    status = said;
  }
  return count;
}

describe('figures', () => {
  it('are what the ledger has: records, ratios, delays', () => {
    const sums = {
      records: { stored: 7, duplicate: 1, rejected: 1, discarded: 1 },
      bytes: { stored: 80, rejected: 10, discarded: 10 },
      lost: { Removed: 60 },
      formats: { json: 2, text: 1 },
      delay: { ms: 1234, records: 10 },
      storage: { ms: 1, records: 3 },
    };
    const lastAcknowledged = '2026-01-02T03:04:05.000Z';
    expect(figuresOf(standing(0, { pendingBytes: 40, lastAcknowledged }, sums), 0.99999)).toEqual({
      records: {
        read: 10,
        stored: 7,
        duplicate: 1,
        rejected: 1,
        discarded: 1,
        readBytes: 100,
        pendingBytes: 40,
        lostBytes: 60,
      },
      ratios: { capture: 0.5, analysed: 0.6666, queried: 0.9999 },
      delays: { transportSeconds: 0.123, storageSeconds: 0.000333 },
      lastAcknowledged,
    });
  });

  it('that nobody knows are left out, and no number is larger than the API server takes', () => {
    expect(figuresOf(standing(0))).toMatchObject({ ratios: {}, delays: {} });
    expect(figuresOf(standing(1e300)).records!.stored).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('a status is written', () => {
  it('at once when it has no figures', () => {
    expect(writes(5, () => standing(10))).toBe(1);
    expect(status!.records!.stored).toBe(10);
  });

  it('not at all while nothing happens', () => {
    expect(writes(3600, () => standing(10))).toBe(1);
  });

  it('every half minute at most, however much happens', () => {
    expect(writes(120, (second) => standing(1.2 ** second))).toBe(4);
  });

  it('every five minutes when a little more is read all the time', () => {
    expect(writes(3600, (second) => standing(1_000_000 + second))).toBe(12);
  });

  it('with its last figures when it has come to rest', () => {
    expect(writes(120, (second) => standing(1_000_000 + Math.min(second, 60)))).toBe(2);
    expect(status!.records!.stored).toBe(1_000_060);
  });

  it.each<[string, (second: number) => Standing]>([
    ['something is lost', (second) => standing(1_000_000 + second, {}, { lost: second < 60 ? {} : { Removed: 1 } })],
    ['the capture ratio falls', (second) => standing(1_000_000 + second, { pendingBytes: second < 60 ? 0 : 200_000 })],
    ['another leader counts anew', (second) => standing(second < 60 ? 1_000_000 : second)],
  ])('when %s', (_, each) => {
    expect(writes(70, each)).toBe(2);
  });

  it('by a new leader only when it has heard of all sidecars', () => {
    writes(5, () => standing(1_000_000));
    begin();
    expect(writes(60, (second) => standing(second))).toBe(0);
    expect(writes(20, () => standing(1_000_007))).toBe(1);
  });

  it('and stands when nothing is heard any more', () => {
    writes(5, () => standing(10));
    expect(writes(600, () => undefined)).toBe(0);
    expect(status!.records!.stored).toBe(10);
  });
});
