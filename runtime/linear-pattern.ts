import { Permanent } from './errors.ts';
import { Automaton, FOUND, OUTSET } from './pattern/automaton.ts';
import { Finder } from './pattern/finder.ts';
import { lettersOf } from './pattern/letters.ts';
import { compile, type Program } from './pattern/program.ts';
import { parsePattern } from './pattern/syntax.ts';
import { readCharacter } from './pattern/utf8.ts';

const LONGEST = 256;
/** Of a program, in which a counted repetition stands as often as it counts. */
const MOST_STEPS = 500;

/** A regular expression whose time grows with the text, and never faster, whatever the text. */
export interface LinearPattern {
  readonly source: string;
  /** Whether it is found anywhere in the text. */
  test(text: string): boolean;
  /** Whether it is found in `[start, end)`, read as UTF-8; nothing beyond is looked at. */
  testBytes(bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * All places in `[start, end)`, as pairs of `[from, to)`: the leftmost first, of those that begin there the longest, then on
   * from its end. Empty ones are left out. Its time grows with the text as well, however many there are.
   */
  places(bytes: Uint8Array, start: number, end: number): number[];
}

/**
 * Reads a pattern of at most 256 characters; `pattern/syntax.ts` says what it may hold. Throws `Permanent`, for people, when
 * it is longer, wrong, repeats too much, or has what takes unbounded time.
 */
export function linearPattern(source: string): LinearPattern {
  const shown = JSON.stringify(source.length > LONGEST ? `${source.slice(0, 32)}…` : source);
  if (source.length > LONGEST) {
    throw new Permanent(`the pattern ${shown} cannot be used: it has more than ${LONGEST} characters`);
  }
  const program = compile(parsePattern(source), MOST_STEPS);
  if (!program) {
    throw new Permanent(
      `the pattern ${shown} cannot be used: its counted repetitions add up to more than ${MOST_STEPS} steps`,
    );
  }
  return new AutomatonPattern(source, program);
}

class AutomatonPattern implements LinearPattern {
  readonly source: string;
  readonly #automaton: Automaton;
  readonly #finder: Finder;

  constructor(source: string, program: Program) {
    const letters = lettersOf(program);
    this.source = source;
    this.#automaton = new Automaton(program, letters);
    this.#finder = new Finder(program, letters);
  }

  test(text: string): boolean {
    const { alphabet } = this.#automaton;
    let state = OUTSET;
    for (let at = 0; at < text.length && state > FOUND;) {
      const character = text.codePointAt(at)!;
      at += character > 0xffff ? 2 : 1;
      state = this.#automaton.after(state, alphabet.letterOf(character));
    }
    return this.#isFound(state);
  }

  testBytes(bytes: Uint8Array, start: number, end: number): boolean {
    const automaton = this.#automaton;
    const { alphabet } = automaton;
    const { ascii } = alphabet;
    let state = OUTSET;
    for (let at = start; at < end && state > FOUND;) {
      const byte = bytes[at]!;
      if (byte < 128) {
        at++;
        state = automaton.after(state, ascii[byte]!);
      } else {
        const read = readCharacter(bytes, at, end);
        at += (read & 3) + 1;
        state = automaton.after(state, alphabet.letterOf(read >>> 2));
      }
    }
    return this.#isFound(state);
  }

  places(bytes: Uint8Array, start: number, end: number): number[] {
    if (!this.testBytes(bytes, start, end)) return [];
    const { alphabet } = this.#automaton;
    const letters = new Uint16Array(end - start);
    /** Where each character begins, and the last one ends. */
    const offsets = new Float64Array(end - start + 1);
    let count = 0;
    for (let at = start; at < end; count++) {
      const read = readCharacter(bytes, at, end);
      letters[count] = alphabet.letterOf(read >>> 2);
      offsets[count] = at;
      at += (read & 3) + 1;
    }
    offsets[count] = end;
    return this.#finder.find(letters.subarray(0, count)).map((index) => offsets[index]!);
  }

  /** Whether the text, which ends in this state, has the pattern. */
  #isFound(state: number): boolean {
    return state > FOUND ? this.#automaton.atEnd(state) === FOUND : state === FOUND;
  }
}
