import { createHash } from 'node:crypto';

/**
 * Chance that comes out the same again for the same seed: sfc32 (Chris Doty-Humphrey, PractRand), begun with the SHA-256 of
 * seed and name.
 */
export class Random {
  readonly #name: string;
  readonly #state: Uint32Array;

  constructor(name: string | number) {
    this.#name = String(name);
    const digest = createHash('sha256').update(this.#name).digest();
    this.#state = Uint32Array.from({ length: 4 }, (_, word) => digest.readUInt32LE(4 * word));
  }

  /** Chance of its own for a part of the whole: what one part draws changes nothing for the others. */
  fork(part: string | number): Random {
    return new Random(`${this.#name}/${part}`);
  }

  /** From 0 up to and without 1. */
  next(): number {
    const [a = 0, b = 0, c = 0, count = 0] = this.#state;
    const sum = (a + b + count) >>> 0;
    this.#state.set([b ^ (b >>> 9), c + (c << 3), ((c << 21) | (c >>> 11)) + sum, count + 1]);
    return sum / 2 ** 32;
  }

  /** A whole number, both ends included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!;
  }

  /** One of the keys, each as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [key, weight] of entries) if ((left -= weight) < 0) return key;
    return entries.at(-1)![0];
  }

  /** A new list, in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const rest = [...list];
    return list.map(() => rest.splice(this.integer(0, rest.length - 1), 1)[0]!);
  }
}
