import { alphabetOf, type Alphabet } from './alphabet.ts';
import { WORD } from './characters.ts';
import type { Program } from './program.ts';
import type { Edge } from './syntax.ts';

/** What a program tells apart, and what its steps take. */
export interface Letters {
  readonly alphabet: Alphabet;
  /** For each step that takes a character: which letters it takes. */
  readonly takes: readonly (Uint8Array | undefined)[];
  /** Undefined when the program has no edges of words. */
  readonly isWord: Uint8Array | undefined;
}

export function lettersOf({ steps }: Program): Letters {
  const sets = Array.from(new Set(steps.flatMap((step) => (step.kind === 'one' ? [step.of] : []))));
  const hasWords = steps.some((step) => step.kind === 'edge' && (step.edge === 'word' || step.edge === 'no word'));
  const alphabet = alphabetOf(hasWords ? [...sets, WORD] : sets);
  const memberships = new Map(sets.map((set) => [set, alphabet.membership(set)]));
  return {
    alphabet,
    takes: steps.map((step) => (step.kind === 'one' ? memberships.get(step.of) : undefined)),
    isWord: hasWords ? alphabet.membership(WORD) : undefined,
  };
}

/** What stands before the next character. */
export const [NO_WORD, WORD_CHARACTER, TEXT_START] = [0, 1, 2];

/** Whether an edge is between `before` and a letter; `alphabet.size` stands for the end of the text. */
export function passes(edge: Edge, before: number, letter: number, { alphabet, isWord }: Letters): boolean {
  if (edge === 'start') return before === TEXT_START;
  if (edge === 'end') return letter === alphabet.size;
  const isWordNext = letter < alphabet.size && isWord?.[letter] === 1;
  return ((before === WORD_CHARACTER) === isWordNext) === (edge === 'no word');
}
