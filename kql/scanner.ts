import type { RangeOperator, Value } from './ast.ts';
import { KqlError } from './error.ts';

/** Where the grammar speaks of white space it means these five, and no others. */
const SPACE = String.raw`[ \t\r\n\u00a0]`;
const SPECIAL = String.raw`\\():<>"*{}`;
/** Behind a backslash: what stands for itself, a letter for a control character, four hexadecimal digits for any. */
const escapeOf = (itself: string) => String.raw`\\(?:(${itself})|([trn])|u([0-9a-fA-F]{4}))`;
const QUOTED_ESCAPE = new RegExp(escapeOf(String.raw`[\\"]`), 'g');
// `\not` begins like a line feed.
const UNQUOTED_ESCAPE = escapeOf(String.raw`[${SPECIAL}]|(?i:and|or|not(?=${SPACE}|$))`);
const UNQUOTED_PIECE = new RegExp(String.raw`${UNQUOTED_ESCAPE}|\*+|[^\\*]+|\\`, 'g');
const BAD_ESCAPE = String.raw`A backslash stands before \ ( ) : < > " * { } and or not, or begins \t \r \n \u0041; itself it is \\`;
const CONTROLS: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n' };

/** Reads the smallest parts of a query from left to right. `at` is where it stands. */
export class Scanner {
  readonly text: string;
  at = 0;
  readonly #space = new RegExp(`${SPACE}*`, 'y');
  readonly #and = new RegExp(`${SPACE}+and${SPACE}+`, 'iy');
  readonly #or = new RegExp(`${SPACE}+or${SPACE}+`, 'iy');
  readonly #not = new RegExp(`not${SPACE}+`, 'iy');
  readonly #operator = new RegExp(`${SPACE}*(?::|[<>]=?)${SPACE}*`, 'y');
  readonly #quoted = /"(?:[^"\\]|\\[^])*"/y;
  /** To the next keyword, which has spaces around it. Kibana also takes the end of `cannot do` for one, and refuses that. */
  readonly #unquoted = new RegExp(
    String.raw`(?!not${SPACE})(?:(?!${SPACE}(?:and|or)${SPACE}|(?<=${SPACE})not${SPACE})(?:\\[^]?|\*|[^${SPECIAL}]))+`,
    'iy',
  );

  constructor(text: string) {
    this.text = text;
  }

  fail(message: string, at = this.at): never {
    throw new KqlError(message, this.text, at);
  }

  get isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  spaces(): void {
    this.#take(this.#space);
  }

  /** Steps over the character, if it is the next one. */
  character(char: string): boolean {
    if (this.next !== char) return false;
    this.at++;
    return true;
  }

  /** Steps over the word and the spaces around it, if there are some on both sides. */
  conjunction(word: 'and' | 'or'): boolean {
    return this.#take(word === 'and' ? this.#and : this.#or) !== '';
  }

  /** Steps over `not` and the spaces behind it, if there are some. */
  negation(): boolean {
    return this.#take(this.#not) !== '';
  }

  /** Steps over what stands between a field and its value, and the spaces around that. */
  operator(): RangeOperator | ':' | undefined {
    const operator = this.#take(this.#operator);
    return operator === '' ? undefined : (operator.trim() as RangeOperator | ':');
  }

  /** Steps over a value or a field's name, which look the same; undefined where none begins. */
  value(): Value | undefined {
    const start = this.at;
    if (this.next !== '"') {
      const raw = this.#take(this.#unquoted);
      return raw.trim() === '' ? undefined : this.#unescape(raw, start);
    }
    const raw = this.#take(this.#quoted);
    if (raw === '') this.fail('This quote is never closed');
    return {
      type: 'phrase',
      text: raw.slice(1, -1).replaceAll(QUOTED_ESCAPE, (_, ...groups: Escape) => unescaped(groups)),
    };
  }

  /** White space around a value is not part of it, unless it is escaped. */
  #unescape(raw: string, start: number): Value {
    const parts = [''];
    const trimmed = raw.trim();
    for (const { 0: piece, 1: char, 2: letter, 3: hex, index } of trimmed.matchAll(UNQUOTED_PIECE)) {
      if (piece === '\\') this.fail(BAD_ESCAPE, start + raw.indexOf(trimmed) + index);
      if (piece.startsWith('*')) parts.push('');
      else parts[parts.length - 1] += piece.startsWith('\\') ? unescaped([char, letter, hex]) : piece;
    }
    return parts.length > 1 ? { type: 'wildcard', parts } : { type: 'word', text: parts[0]! };
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const taken = pattern.exec(this.text)?.[0] ?? '';
    this.at += taken.length;
    return taken;
  }
}

/** The groups of `escapeOf`, of which one is there. */
type Escape = [itself?: string | undefined, letter?: string | undefined, hex?: string | undefined];

const unescaped = ([itself, letter, hex]: Escape): string =>
  itself ?? (letter === undefined ? String.fromCharCode(Number.parseInt(hex!, 16)) : CONTROLS[letter]!);
