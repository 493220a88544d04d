import type { Alphabet } from './alphabet.ts';
import { NO_WORD, TEXT_START, WORD_CHARACTER, passes, type Letters } from './letters.ts';
import type { Program } from './program.ts';
import type { Edge } from './syntax.ts';

/** States of a search that need no further character. */
export const NOWHERE = 0;
export const FOUND = 1;
/** The state in which a search begins. */
export const OUTSET = 2;
/** States that are kept; past them all are forgotten and found again, so memory is bounded whatever comes. */
const MOST_STATES = 512;
/** In the table: not looked for yet. */
const UNKNOWN = -1;

interface State {
  /** Steps of the program that the characters so far lead to, ascending. */
  readonly steps: readonly number[];
  readonly before: number;
}

/**
 * Searches for a program's pattern, one character at a time: each step takes the same bounded time, since all ways through
 * the program are followed at once. States and the ways between them are found when they are needed and kept in a table
 * (a lazy deterministic automaton, as in RE2).
 */
export class Automaton {
  readonly alphabet: Alphabet;
  /** Row: state; column: letter, and last the end of the text. */
  readonly #table: Int16Array;
  readonly #width: number;
  readonly #program: Program;
  readonly #letters: Letters;
  readonly #onlyAtStart: boolean;
  #states: State[] = [];
  #numbers = new Map<string, number>();

  constructor(program: Program, letters: Letters) {
    this.#program = program;
    this.#letters = letters;
    this.alphabet = letters.alphabet;
    this.#onlyAtStart = this.#reach([program.start], (edge) => edge !== 'start').length === 0;
    this.#width = this.alphabet.size + 1;
    this.#table = new Int16Array(MOST_STATES * this.#width);
    this.#forget();
  }

  /** The state after this one and a letter. `state` is what the last call gave, or `OUTSET`. */
  after(state: number, letter: number): number {
    const known = this.#table[state * this.#width + letter]!;
    return known === UNKNOWN ? this.#step(state, letter) : known;
  }

  /** `FOUND` when the text may end here, else `NOWHERE`. */
  atEnd(state: number): number {
    return this.after(state, this.alphabet.size);
  }

  #step(state: number, letter: number): number {
    const from = this.#states[state]!;
    const to = this.#follow(from, letter);
    if (this.#states[state] === from) this.#table[state * this.#width + letter] = to;
    return to;
  }

  #follow({ steps, before }: State, letter: number): number {
    const isEnd = letter === this.alphabet.size;
    const isWord = !isEnd && this.#letters.isWord?.[letter] === 1;
    const reached = this.#reach(steps, (edge) => passes(edge, before, letter, this.#letters));
    const next = new Set<number>();
    for (const at of reached) {
      const step = this.#program.steps[at]!;
      if (step.kind === 'found') return FOUND;
      if (step.kind === 'one' && this.#letters.takes[at]![letter] === 1) next.add(step.next);
    }
    // The pattern may also begin after this character.
    if (!this.#onlyAtStart) next.add(this.#program.start);
    if (isEnd || next.size === 0) return NOWHERE;
    return this.#numberOf({ steps: Array.from(next).sort((a, b) => a - b), before: isWord ? WORD_CHARACTER : NO_WORD });
  }

  /** The steps that take a character or are the end, of all that are reached from these without taking one. */
  #reach(from: readonly number[], passes: (edge: Edge) => boolean): number[] {
    const { steps } = this.#program;
    const seen = new Uint8Array(steps.length);
    const reached: number[] = [];
    const open = [...from];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (seen[at] === 1) continue;
      seen[at] = 1;
      const step = steps[at]!;
      if (step.kind === 'fork') open.push(step.next, step.other);
      else if (step.kind !== 'edge') reached.push(at);
      else if (passes(step.edge)) open.push(step.next);
    }
    return reached;
  }

  #numberOf(state: State): number {
    const key = `${state.before}:${state.steps.join()}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#states.length === MOST_STATES) this.#forget();
    this.#numbers.set(key, this.#states.length);
    return this.#states.push(state) - 1;
  }

  #forget(): void {
    const none: State = { steps: [], before: NO_WORD };
    this.#states = [none, none, { steps: [this.#program.start], before: TEXT_START }];
    this.#numbers.clear();
    this.#table.fill(UNKNOWN);
  }
}
