import type { RedactionRule } from '../../../api/sidecar-config.ts';
import { linearPattern, type LinearPattern } from '../../../runtime/linear-pattern.ts';
import { kindOf } from './builtin.ts';
import { endsSecretName, isSecretKey } from './cloud-key.ts';
import { Scanner } from './scanner.ts';
import { BACKSLASH, type Span } from './span.ts';
import { View } from './view.ts';

/** Something that was found: `[from, to)` of the text that was looked at, by the rule of this index. */
export interface Hit {
  from: number;
  to: number;
  rule: number;
}

/** What was found, in ascending order and apart; `text` is without escapes, and `origin` says where its bytes come from. */
export interface Findings {
  readonly text: Span;
  readonly hits: readonly Hit[];
  readonly origin: (at: number) => number;
}

/** Pairs of `[start, end)` in the payload in which no card number is found: ids that were taken from it. */
export type Exempt = readonly number[];

/** Finds what rules say: in text as it is, in text without its escapes, and in strings of JSON. */
export class Detector {
  /** Bits of the built-in rules that are on: `kindOf`. */
  readonly kinds: number;
  readonly #patterns: readonly (LinearPattern | undefined)[];
  readonly hasPatterns: boolean;
  readonly #scanner: Scanner;
  readonly #cloudKey: number;
  readonly #card: number;
  /** The last search found a card number, or would have without exemptions. */
  sawCard = false;
  readonly #unescaped = new View();
  readonly #lookedThrough = new View();
  readonly #key = new View();

  /** The earlier rule gives its name to what several find. Throws `Permanent` when a pattern cannot be used. */
  constructor(rules: readonly RedactionRule[]) {
    const builtins = rules.map(({ builtin }) => builtin);
    this.kinds = builtins.reduce((kinds, name) => (name ? kinds | kindOf(name) : kinds), 0);
    this.#patterns = rules.map(({ pattern }) => (pattern === undefined ? undefined : linearPattern(pattern)));
    this.hasPatterns = this.#patterns.some((pattern) => pattern !== undefined);
    this.#scanner = new Scanner(builtins);
    this.#cloudKey = builtins.indexOf('cloud-key');
    this.#card = builtins.indexOf('card');
  }

  /**
   * False only when nothing would be found, be it read as text or as JSON. It costs one pass over the bytes; patterns of a
   * policy are looked for in every text, since no cheaper look comes before them.
   */
  mayHaveHit(payload: Span): boolean {
    return this.hasPatterns || hasBackslash(payload) || this.#scanner.test(payload);
  }

  inText(text: Span, exempt: Exempt): Findings {
    if (!hasBackslash(text)) return this.#find(text, exempt, (at) => at);
    const view = this.#lookedThrough;
    view.readText(text);
    return this.#find(view.span, exempt, (at) => view.origin(at));
  }

  /** In the inside of a string of JSON, the value of the member with this key if it is one. */
  inString(text: Span, exempt: Exempt, key: Span | undefined): Findings {
    if (!hasBackslash(text)) return this.#find(text, exempt, (at) => at, key);
    const view = this.#unescaped;
    view.readJson(text);
    if (!hasBackslash(view.span)) return this.#find(view.span, exempt, (at) => view.origin(at), key);
    const second = this.#lookedThrough;
    second.readText(view.span);
    return this.#find(second.span, exempt, (at) => view.origin(second.origin(at)), key);
  }

  #find(text: Span, exempt: Exempt, origin: Findings['origin'], key?: Span): Findings {
    const hits: Hit[] = [];
    const add = (from: number, to: number, rule: number) => {
      const isCard = rule === this.#card;
      this.sawCard ||= isCard;
      if (!isCard || !isExempt(exempt, origin(from), origin(to))) hits.push({ from, to, rule });
    };
    this.#patterns.forEach((pattern, rule) => {
      const places = pattern?.places(text.bytes, text.start, text.end) ?? [];
      for (let i = 0; i < places.length; i += 2) add(places[i]!, places[i + 1]!, rule);
    });
    this.#scanner.scan(text, add);
    if (key && this.#isSecretOf(key, text)) add(text.start, text.end, this.#cloudKey);
    return { text, hits: apart(hits), origin };
  }

  /** The secret of an AWS access key is known by its name only, which in JSON is the key of a member. */
  #isSecretOf(key: Span, text: Span): boolean {
    if (this.#cloudKey < 0 || !isSecretKey(text, text.start, text.end)) return false;
    this.#key.readJson(key);
    return endsSecretName(this.#key.span, this.#key.span.end);
  }
}

/** A view of bytes costs more than a look at so many of them. */
const FEW_BYTES = 256;

function hasBackslash({ bytes, start, end }: Span): boolean {
  if (end - start > FEW_BYTES) return bytes.subarray(start, end).includes(BACKSLASH);
  for (let at = start; at < end; at++) if (bytes[at] === BACKSLASH) return true;
  return false;
}

function isExempt(exempt: Exempt, from: number, to: number): boolean {
  for (let i = 0; i < exempt.length; i += 2) if (from < exempt[i + 1]! && exempt[i]! < to) return true;
  return false;
}

/** What overlaps becomes one, so that no rule leaves over a piece of what another one found. */
function apart(hits: Hit[]): Hit[] {
  if (hits.length < 2) return hits;
  hits.sort((a, b) => a.from - b.from || a.rule - b.rule);
  const united: Hit[] = [];
  for (const hit of hits) {
    const last = united.at(-1);
    if (last && hit.from < last.to) {
      last.to = Math.max(last.to, hit.to);
      last.rule = Math.min(last.rule, hit.rule);
    } else {
      united.push(hit);
    }
  }
  return united;
}
