import type { Redaction } from '../../../api/names.ts';
import { BUILTIN, type Builtin } from './builtin.ts';
import { ALNUM, isBefore, type Place, type Span } from './span.ts';

/** Takes what was found: `[from, to)`, and the index of the rule. */
export type Found = (from: number, to: number, rule: number) => void;

interface Search extends Builtin {
  readonly rule: number;
  /** Nothing before it is looked at again in this text. */
  next: number;
}

const [NEVER, AT_START, ALWAYS] = [0, 1, 2];

/** Looks for everything that built-in rules know, in one pass over the bytes. */
export class Scanner {
  readonly #searches: readonly Search[];
  /** By byte: which of them look at it. */
  readonly #searchesAt: readonly (readonly Search[])[];
  /** Of most bytes nobody takes notice, or at the start of a word only. */
  readonly #notice: Uint8Array;
  readonly #place: Place = { from: 0, to: 0, next: 0 };

  /** `builtins`: the rules that are on, by their index; the others are undefined. */
  constructor(builtins: readonly (Redaction | undefined)[]) {
    this.#searches = builtins.flatMap((name, rule) => (name ? [{ ...BUILTIN[name], rule, next: 0 }] : []));
    const isIn = (bytes: string, byte: number) => bytes.includes(String.fromCharCode(byte));
    this.#searchesAt = Array.from({ length: 256 }, (_, byte) =>
      this.#searches.filter(({ triggers, starts }) => isIn(triggers, byte) || isIn(starts, byte)),
    );
    this.#notice = Uint8Array.from(this.#searchesAt, (searches, byte) => {
      if (searches.length === 0) return NEVER;
      return searches.some(({ triggers }) => isIn(triggers, byte)) ? ALWAYS : AT_START;
    });
  }

  /** Every place, in no certain order. */
  scan(text: Span, found: Found): void {
    this.#look(text, found);
  }

  /** Whether there is any. */
  test(text: Span): boolean {
    return this.#look(text, undefined);
  }

  #look(text: Span, found: Found | undefined): boolean {
    const { bytes, start, end } = text;
    const notice = this.#notice;
    for (const search of this.#searches) search.next = start;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      const when = notice[byte]!;
      if (when === NEVER || (when === AT_START && isBefore(text, at, ALNUM))) continue;
      for (const search of this.#searchesAt[byte]!) if (this.#ask(search, text, at, found) && !found) return true;
    }
    return false;
  }

  #ask(search: Search, text: Span, at: number, found: Found | undefined): boolean {
    if (at < search.next) return false;
    const place = this.#place;
    place.next = at + 1;
    const isThere = search.find(text, at, place);
    search.next = place.next;
    if (isThere) found?.(place.from, place.to, search.rule);
    return isThere;
  }
}
