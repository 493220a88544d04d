import { describe, expect, it } from 'vitest';
import type { Claim } from './claim.ts';
import { Gone } from './gone.ts';
import { noSums } from './sums.ts';

const claimOf = (file: string, namespace = 'shop'): Claim => ({
  of: { namespace, pod: 'cart-0', container: 'cart', run: 0 },
  file,
  below: { stdout: 1, stderr: 1, unframed: 1 },
  stored: noSums(),
  deadLettered: noSums(),
  discardedBytes: 0,
  lostBytes: 0,
  size: undefined,
  at: 0,
});

const isThere = async () => false;

describe('files of pods that are gone', () => {
  it('are looked for after a rest, and unproven when they have no seal', async () => {
    let now = 0;
    const asked: (readonly string[])[] = [];
    const store = {
      sealed: async (_: readonly string[], files: readonly string[]) => {
        asked.push(files);
        return new Set(['a']);
      },
    };
    const gone = new Gone({ store, isThere, restMs: 100, clock: () => now });
    gone.add('u', [claimOf('a'), claimOf('b')]);
    now = 99;
    gone.add('v', [claimOf('c')]);
    expect(await gone.unproven()).toEqual([]);
    now = 100;
    expect((await gone.unproven()).map(({ file }) => file)).toEqual(['b']);
    expect(await gone.unproven()).toEqual([]);
    now = 199;
    expect((await gone.unproven()).map(({ file }) => file)).toEqual(['c']);
    expect(asked).toEqual([['a', 'b'], ['c']]);
  });

  it('are not unproven while the API server knows the pod', async () => {
    const store = { sealed: async () => new Set<string>() };
    const gone = new Gone({ store, isThere: async (_, uid) => uid === 'there', restMs: 0, clock: () => 0 });
    gone.add('there', [claimOf('a')]);
    gone.add('gone', [claimOf('b')]);
    expect((await gone.unproven()).map(({ file }) => file)).toEqual(['b']);
  });

  it('are asked for again when the request fails, and 500 of 16 namespaces at a time', async () => {
    const sizes: number[] = [];
    let fails = true;
    const store = {
      sealed: async (_: readonly string[], files: readonly string[]) => {
        if (fails) throw new Error('as the test wants it');
        sizes.push(files.length);
        return new Set(files);
      },
    };
    const gone = new Gone({ store, isThere, restMs: 0, clock: () => 0 });
    gone.add(
      'u',
      Array.from({ length: 700 }, (_, i) => claimOf(`a${i}`)),
    );
    gone.add(
      'u',
      Array.from({ length: 20 }, (_, i) => claimOf(`b${i}`, `n${i}`)),
    );
    await expect(gone.unproven()).rejects.toThrow('as the test wants it');
    fails = false;
    for (let i = 0; i < 4; i++) await gone.unproven();
    expect(sizes).toEqual([500, 215, 5]);
  });
});
