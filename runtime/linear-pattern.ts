import { Permanent } from './errors.ts';
import { Automaton, FOUND, OUTSET } from './pattern/automaton.ts';
import { compile } from './pattern/program.ts';
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
  return new AutomatonPattern(source, new Automaton(program));
}

class AutomatonPattern implements LinearPattern {
  readonly source: string;
  readonly #automaton: Automaton;

  constructor(source: string, automaton: Automaton) {
    this.source = source;
    this.#automaton = automaton;
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

  /** Whether the text, which ends in this state, has the pattern. */
  #isFound(state: number): boolean {
    return state > FOUND ? this.#automaton.atEnd(state) === FOUND : state === FOUND;
  }
}
