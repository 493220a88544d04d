import { NO_WORD, TEXT_START, WORD_CHARACTER, passes, type Letters } from './letters.ts';
import type { Program } from './program.ts';

/** What the rest of a text allows: from where in it the pattern can be found to its end. */
interface Rest {
  /** By step: 1 when the pattern can end from there, here or later. */
  readonly ends: Uint8Array;
  /** Whether the pattern begins here and has a character at least. */
  readonly begins: boolean;
  /** That of the text which is one character longer at its front, by that letter and what is before it. */
  readonly longer: Map<number, Rest>;
}

/** Characters of a text for which all of it is held at once. */
const BLOCK = 1024;
const MOST_KNOWN = 1024;

/**
 * Finds all places of a pattern: the leftmost first, of those the longest, then on from its end; none is empty. A search from
 * every character on would take the square of the time on long texts. Here the text is first read from its end to its front,
 * to know at each place whether the pattern begins there and which steps still lead to its end; so the way forward never goes
 * past the end of what it finds. That is held for one block of the text at a time, and kept for the ends of the others.
 */
export class Finder {
  readonly #program: Program;
  readonly #letters: Letters;
  /** By step: those that lead to it without taking a character. */
  readonly #before: readonly (readonly number[])[];
  #known = new Map<string, Rest>();

  constructor(program: Program, letters: Letters) {
    const { steps } = program;
    const before = steps.map((): number[] => []);
    steps.forEach((step, at) => {
      if (step.kind === 'edge' || step.kind === 'fork') before[step.next]!.push(at);
      if (step.kind === 'fork') before[step.other]!.push(at);
    });
    this.#program = program;
    this.#letters = letters;
    this.#before = before;
  }

  /** `text`: letters. Returns `[from, to)` of each place as pairs of indexes. */
  find(text: Uint16Array): number[] {
    const rests = this.#blocks(text);
    const places: number[] = [];
    for (let at = 0; at < text.length;) {
      const to = rests(at).begins ? this.#longest(text, at, rests) : at;
      if (to > at) places.push(at, to);
      at = Math.max(to, at + 1);
    }
    return places;
  }

  /** Where the longest match ends that begins at `from`. */
  #longest(text: Uint16Array, from: number, rests: (at: number) => Rest): number {
    const { steps, start } = this.#program;
    const { takes } = this.#letters;
    let end = from;
    let open = [start];
    for (let at = from; open.length > 0; at++) {
      const letter = this.#letterAt(text, at);
      const next = new Set<number>();
      for (const one of this.#reach(open, this.#beforeAt(text, at), letter)) {
        const step = steps[one]!;
        if (step.kind === 'found') end = at;
        else if (step.kind === 'one' && takes[one]![letter] === 1 && rests(at + 1).ends[step.next] === 1)
          next.add(step.next);
      }
      open = Array.from(next);
    }
    return end;
  }

  /** The steps that are reached from these without taking a character. */
  #reach(from: readonly number[], before: number, letter: number): number[] {
    const { steps } = this.#program;
    const reached = new Set(from);
    for (const at of reached) {
      const step = steps[at]!;
      if (step.kind === 'fork') reached.add(step.next).add(step.other);
      else if (step.kind === 'edge' && passes(step.edge, before, letter, this.#letters)) reached.add(step.next);
    }
    return Array.from(reached);
  }

  /** Gives what the rest of the text from an index on allows; quick as long as the index does not go back. */
  #blocks(text: Uint16Array): (at: number) => Rest {
    const ends: Rest[] = [];
    const { length } = text;
    let rest = this.#restOf(this.#letters.alphabet.size, this.#beforeAt(text, length), undefined);
    for (let at = length - 1; at >= 0; at--) {
      // Without what is known of longer ones: a chain of them would hold all of the text.
      if ((at + 1) % BLOCK === 0 || at + 1 === length)
        ends[Math.ceil((at + 1) / BLOCK)] = { ...rest, longer: new Map() };
      rest = this.#longer(text, at, rest);
    }
    let first = -1;
    const block: Rest[] = [];
    return (at) => {
      if (first < 0 || at > first + BLOCK) {
        first = Math.floor(at / BLOCK) * BLOCK;
        const last = Math.min(first + BLOCK, length);
        block[last - first] = ends[Math.ceil(last / BLOCK)]!;
        for (let i = last - 1; i >= first; i--) block[i - first] = this.#longer(text, i, block[i + 1 - first]!);
      }
      return block[at - first]!;
    };
  }

  #longer(text: Uint16Array, at: number, rest: Rest): Rest {
    const letter = text[at]!;
    const before = this.#beforeAt(text, at);
    const key = letter * 3 + before;
    const known = rest.longer.get(key);
    if (known) return known;
    const longer = this.#restOf(letter, before, rest);
    rest.longer.set(key, longer);
    return longer;
  }

  #restOf(letter: number, before: number, after: Rest | undefined): Rest {
    const { steps, start } = this.#program;
    const ends = new Uint8Array(steps.length);
    const takers: number[] = [];
    let found = 0;
    steps.forEach((step, at) => {
      if (step.kind === 'found') found = at;
      else if (step.kind === 'one' && after && this.#letters.takes[at]![letter] === 1 && after.ends[step.next] === 1)
        takers.push(at);
    });
    this.#lead(ends, takers, before, letter);
    const begins = ends[start] === 1;
    this.#lead(ends, [found], before, letter);
    return this.#numbered(ends, begins);
  }

  /** Marks these steps and all that lead to them without taking a character. */
  #lead(ends: Uint8Array, to: readonly number[], before: number, letter: number): void {
    const open = to.filter((at) => ends[at] === 0);
    for (const at of open) ends[at] = 1;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const one of this.#before[at]!) {
        const step = this.#program.steps[one]!;
        if (ends[one] === 1 || (step.kind === 'edge' && !passes(step.edge, before, letter, this.#letters))) continue;
        ends[one] = 1;
        open.push(one);
      }
    }
  }

  /** One for all that are alike, as long as there are not too many. */
  #numbered(ends: Uint8Array, begins: boolean): Rest {
    const key = `${String(begins)}${ends.join('')}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size === MOST_KNOWN) this.#known.clear();
    const rest: Rest = { ends, begins, longer: new Map() };
    this.#known.set(key, rest);
    return rest;
  }

  #letterAt(text: Uint16Array, at: number): number {
    return at < text.length ? text[at]! : this.#letters.alphabet.size;
  }

  #beforeAt(text: Uint16Array, at: number): number {
    if (at === 0) return TEXT_START;
    return this.#letters.isWord?.[text[at - 1]!] === 1 ? WORD_CHARACTER : NO_WORD;
  }
}
