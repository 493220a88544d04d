import { Permanent } from '../errors.ts';
import {
  ANY_BUT_LINE_ENDS,
  DIGITS,
  LAST_CHARACTER,
  SPACES,
  WORD,
  allBut,
  inBothCases,
  union,
  type Characters,
} from './characters.ts';

/** A place between characters: the start or end of the text, or where a word begins or ends, or where none does. */
export type Edge = 'start' | 'end' | 'word' | 'no word';

/** A pattern as a tree. `most` can be Infinity. */
export type Pattern =
  | { readonly kind: 'one'; readonly of: Characters }
  | { readonly kind: 'edge'; readonly edge: Edge }
  | { readonly kind: 'all'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'either'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly least: number; readonly most: number };

/**
 * Reads a regular expression: ECMAScript's with the flag `u`, without look-around, back-references and `\p{…}`; a brace that
 * counts nothing stands for itself, and `(?i)` at the start means either case of ASCII letters. Throws `Permanent`.
 */
export function parsePattern(source: string): Pattern {
  return new Parser(source).parse();
}

const CLASSES: Readonly<Record<string, Characters>> = {
  d: DIGITS,
  D: allBut(DIGITS),
  w: WORD,
  W: allBut(WORD),
  s: SPACES,
  S: allBut(SPACES),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, 0: 0 };
const EDGES: Readonly<Record<string, Edge>> = { b: 'word', B: 'no word' };
const NO_CASE = '(?i)';
const BRACES = /^\{(\d+)(?:,(\d*))?\}/;

class Parser {
  /** By character, not by half of a surrogate pair. */
  readonly #characters: readonly string[];
  readonly #source: string;
  readonly #eitherCase: boolean;
  #at: number;

  constructor(source: string) {
    this.#source = source;
    this.#characters = Array.from(source);
    this.#eitherCase = source.startsWith(NO_CASE);
    this.#at = this.#eitherCase ? NO_CASE.length : 0;
  }

  parse(): Pattern {
    const pattern = this.#either();
    if (this.#at < this.#characters.length) throw this.#wrong('")" closes nothing; write \\) for the character');
    return pattern;
  }

  #either(): Pattern {
    const options = [this.#all()];
    while (this.#take('|')) options.push(this.#all());
    return options.length === 1 ? options[0]! : { kind: 'either', options };
  }

  #all(): Pattern {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      parts.push(this.#repeated());
    }
    return { kind: 'all', parts };
  }

  #repeated(): Pattern {
    const part = this.#part();
    const times = this.#times();
    if (!times) return part;
    if (part.kind === 'edge') throw this.#wrong('an edge such as ^, $ or \\b cannot be repeated');
    this.#take('?');
    if (this.#times()) throw this.#wrong('a repetition cannot be repeated itself; put it into (?:…)');
    return { kind: 'repeat', part, least: times[0], most: times[1] };
  }

  #times(): readonly [number, number] | undefined {
    if (this.#take('*')) return [0, Infinity];
    if (this.#take('+')) return [1, Infinity];
    if (this.#take('?')) return [0, 1];
    const braces = BRACES.exec(this.#rest(256));
    if (!braces) return undefined;
    this.#at += braces[0].length;
    const least = Number(braces[1]);
    const most = braces[2] === undefined ? least : braces[2] === '' ? Infinity : Number(braces[2]);
    if (least > most) throw this.#wrong(`{${least},${most}} has its numbers in the wrong order`);
    return [least, most];
  }

  #part(): Pattern {
    const character = this.#next();
    if (character === '(') return this.#group();
    if (character === '[') return this.#one(this.#class());
    if (character === '.') return this.#one(ANY_BUT_LINE_ENDS);
    if (character === '^') return { kind: 'edge', edge: 'start' };
    if (character === '$') return { kind: 'edge', edge: 'end' };
    if ('*+?'.includes(character) || BRACES.test(character + this.#rest(256)))
      throw this.#wrong(`"${character}" has nothing to repeat before it`);
    if (character !== '\\') return this.#one(just(character));
    const edge = EDGES[this.#peek() ?? ''];
    if (!edge) return this.#one(this.#escape());
    this.#at++;
    return { kind: 'edge', edge };
  }

  #group(): Pattern {
    const opening = /^\?(?::|<(?![=!])[^>]*>|<?[=!]|)/.exec(this.#rest(256))?.[0] ?? '';
    if (/[=!]$/.test(opening)) throw this.#wrong('look-around is not supported: it has no bounded time');
    if (opening === '?')
      throw this.#wrong('after "(?" only ":" and "<name>" are supported; (?i) only at the very start');
    this.#at += Array.from(opening).length;
    const inner = this.#either();
    if (!this.#take(')')) throw this.#wrong('a group is not closed with ")"');
    return inner;
  }

  #class(): Characters {
    const negated = this.#take('^');
    const sets: Characters[] = [];
    while (!this.#take(']')) {
      const from = this.#member();
      if (this.#rest(1) === '-' && this.#rest(2) !== '-]') {
        this.#at++;
        sets.push(this.#range(from, this.#member()));
      } else sets.push(from);
    }
    const set = this.#eitherCase ? inBothCases(union(...sets)) : union(...sets);
    return negated ? allBut(set) : set;
  }

  #member(): Characters {
    const character = this.#next('a set is not closed with "]"');
    if (character === '[' && this.#peek() === ':') {
      throw this.#wrong('[[:name:]] is not supported; write [A-Za-z], \\d, \\s');
    }
    if (character !== '\\') return just(character);
    if (this.#take('b')) return [[8, 8]];
    return this.#take('-') ? just('-') : this.#escape();
  }

  #range(low: Characters, high: Characters): Characters {
    const [from, to] = [low[0]![0], high[0]![0]];
    if (low.length > 1 || high.length > 1 || low[0]![1] !== from || high[0]![1] !== to) {
      throw this.#wrong('a range has a set at one end; put "-" last to mean the character');
    }
    if (from > to) throw this.#wrong('a range has its ends in the wrong order');
    return [[from, to]];
  }

  /** What stands after a backslash. */
  #escape(): Characters {
    const character = this.#next('it ends with a backslash');
    const known = CLASSES[character];
    if (known) return known;
    const code = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/.exec(character + this.#rest(9));
    if (code) {
      this.#at += code[0].length - 1;
      const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
      if (point > LAST_CHARACTER) throw this.#wrong('no character has such a number');
      return [[point, point]];
    }
    if (/[1-9k]/.test(character)) throw this.#wrong('back-references are not supported: they have no bounded time');
    const control = CONTROLS[character];
    if (control !== undefined && !(character === '0' && /\d/.test(this.#rest(1)))) return [[control, control]];
    if (/\w/.test(character)) throw this.#wrong(`"\\${character}" is not supported`);
    return just(character);
  }

  #one(set: Characters): Pattern {
    return { kind: 'one', of: this.#eitherCase ? inBothCases(set) : set };
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(missing = 'it ends too early'): string {
    const character = this.#characters[this.#at++];
    if (character === undefined) throw this.#wrong(missing);
    return character;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  #rest(most: number): string {
    return this.#characters.slice(this.#at, this.#at + most).join('');
  }

  #wrong(why: string): Permanent {
    const place = Math.min(this.#at, this.#characters.length);
    return new Permanent(
      `the pattern ${JSON.stringify(this.#source)} cannot be used: ${why} (near character ${place})`,
    );
  }
}

function just(character: string): Characters {
  const point = character.codePointAt(0)!;
  return [[point, point]];
}
