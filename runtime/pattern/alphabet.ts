import { LAST_CHARACTER, type Characters } from './characters.ts';

/** Characters that a pattern cannot tell apart have one letter. Letters are 0 to `size` - 1. */
export interface Alphabet {
  readonly size: number;
  /** Letters of the ASCII characters. */
  readonly ascii: Uint16Array;
  letterOf(character: number): number;
  /** Whether each letter is in this set, which is one of those that the alphabet was made of. */
  membership(set: Characters): Uint8Array;
}

export function alphabetOf(sets: readonly Characters[]): Alphabet {
  const cuts = new Set([0]);
  for (const [from, to] of sets.flat()) {
    cuts.add(from);
    if (to < LAST_CHARACTER) cuts.add(to + 1);
  }
  /** First characters of the intervals between two cuts, and the letter of each. */
  const firsts = Array.from(cuts).sort((a, b) => a - b);
  const letterOfKind = new Map<string, number>();
  const example: number[] = [];
  const letters = firsts.map((first) => {
    const kind = sets.map((set) => (contains(set, first) ? '1' : '0')).join('');
    const known = letterOfKind.get(kind);
    if (known !== undefined) return known;
    letterOfKind.set(kind, example.length);
    return example.push(first) - 1;
  });
  const letterOf = (character: number): number => {
    let [low, high] = [0, firsts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (firsts[middle]! <= character) low = middle;
      else high = middle - 1;
    }
    return letters[low]!;
  };
  return {
    size: example.length,
    ascii: Uint16Array.from({ length: 128 }, (_, character) => letterOf(character)),
    letterOf,
    membership: (set) => Uint8Array.from(example, (character) => Number(contains(set, character))),
  };
}

const contains = (set: Characters, character: number): boolean =>
  set.some(([from, to]) => from <= character && character <= to);
