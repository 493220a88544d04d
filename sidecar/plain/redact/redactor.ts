import { REDACTIONS } from '../../../api/names.ts';
import type { RedactionRule } from '../../../api/sidecar-config.ts';
import { sha256 } from '../../../runtime/sha256.ts';
import { Detector, type Exempt, type Findings } from './detector.ts';
import { replaceOf, type Replace } from './replacement.ts';
import type { Span } from './span.ts';

/** A payload may become so much longer, and not more. */
const MOST_GROWTH = 4;
const MOST_MORE = 1024;
/** Where there is no room for anything else. */
const NARROW = '*';

const QUOTE = 34;
const COLON = 58;
const MINUS = 45;
const BACKSLASH = 92;

/** Under this name a rule's redactions are counted: a built-in rule's own, else 8 hex digits of SHA-256 over the pattern. */
export const redactionId = ({ builtin, pattern = '' }: RedactionRule): string => builtin ?? sha256(pattern).slice(0, 8);

/** Patterns as the policy has them, then built-in rules in the order of their table: of several the first gives the name. */
export const inOrder = (rules: readonly RedactionRule[]): RedactionRule[] =>
  rules.toSorted((a, b) => rank(a) - rank(b));
const rank = ({ builtin }: RedactionRule): number => (builtin ? REDACTIONS.indexOf(builtin) : -1);

/** Replaces in a payload what rules find, before it goes anywhere. */
export class Redactor {
  /** How often each rule replaced something, by `redactionId`. Whoever carries the counts on calls `countAnew`. */
  readonly hits = new Map<string, number>();
  readonly #detector: Detector;
  readonly #rules: readonly { readonly id: string; readonly replace: Replace }[];

  /** `key`: of the hashes. Throws `Permanent` when a pattern cannot be used. */
  constructor(rules: readonly RedactionRule[], key: Buffer | undefined) {
    const ordered = inOrder(rules);
    this.#detector = new Detector(ordered);
    this.#rules = ordered.map((rule) => {
      const id = redactionId(rule);
      return { id, replace: replaceOf(rule, id, key) };
    });
  }

  countAnew(): void {
    // A map makes its table anew when it is cleared, even when it is empty.
    if (this.hits.size > 0) this.hits.clear();
  }

  /** Bits of the built-in rules that are on: `kindOf`. */
  get kinds(): number {
    return this.#detector.kinds;
  }

  /** The last payload had a card number, or something that looks like one and was exempt. */
  get sawCard(): boolean {
    return this.#detector.sawCard;
  }

  /** Patterns of a policy are looked for in every record: nothing says beforehand that there is none. */
  get hasPatterns(): boolean {
    return this.#detector.hasPatterns;
  }

  /** False only when `payload` and `json` would find nothing: ask it before them, it costs less. */
  mayHaveHit(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#detector.mayHaveHit({ bytes, start, end });
  }

  /** The text as it may be shown; undefined when nothing was found. */
  text(text: string): string | undefined {
    const bytes = Buffer.from(text);
    return this.payload(bytes, 0, bytes.length);
  }

  /** The same of bytes, read as UTF-8: what is none becomes U+FFFD. */
  payload(bytes: Buffer, start: number, end: number, exempt: Exempt = []): string | undefined {
    const text = { bytes, start, end };
    this.#detector.sawCard = false;
    const findings = this.#detector.inText(text, exempt);
    if (findings.hits.length === 0) return undefined;
    const redacted = this.#redacted(text, findings, (piece) => piece);
    const limit = MOST_GROWTH * (end - start) + MOST_MORE;
    return Buffer.byteLength(redacted) > limit ? this.#whole(findings) : redacted;
  }

  /**
   * The same of an object of JSON that `ObjectReader` took: in every string, keys too, and in every number, which becomes a
   * string then. What comes out is JSON.
   */
  json(bytes: Buffer, start: number, end: number, exempt: Exempt = []): Buffer | undefined {
    this.#detector.sawCard = false;
    const pieces: Buffer[] = [];
    let length = 0;
    let copied = start;
    let keys = 0;
    let key: Span | undefined;
    const add = (piece: Buffer) => {
      pieces.push(piece);
      length += piece.length;
    };
    for (let at = start; at < end;) {
      const isString = bytes[at] === QUOTE;
      if (!isString && !isNumber(bytes[at]!)) {
        at++;
        continue;
      }
      const token = isString ? { bytes, start: at + 1, end: endOfString(bytes, at + 1) } : numberAt(bytes, at, end);
      const next = isString ? token.end + 1 : token.end;
      const isKey = isString && isColonNext(bytes, next);
      const findings = isString
        ? this.#detector.inString(token, exempt, isKey ? undefined : key)
        : this.#detector.inText(token, exempt);
      if (findings.hits.length > 0) {
        add(bytes.subarray(copied, at));
        // Two keys that became one would be a fault of the document.
        const suffix = isKey && keys++ > 0 ? ` ${keys}` : '';
        const room = MOST_GROWTH * (next - start) + MOST_MORE - length;
        add(this.#token(token, findings, suffix, room));
        copied = next;
      }
      key = isKey ? token : undefined;
      at = next;
    }
    if (copied === start) return undefined;
    return Buffer.concat([...pieces, bytes.subarray(copied, end)]);
  }

  /** A string of JSON instead of this one, or instead of this number, that takes no more than this room. */
  #token(token: Span, findings: Findings, suffix: string, room: number): Buffer {
    const full = Buffer.from(`"${this.#redacted(token, findings, escaped)}${suffix}"`);
    if (full.length <= room) return full;
    const whole = Buffer.from(`"${escaped(this.#whole(findings))}${suffix}"`);
    return whole.length <= room ? whole : Buffer.from(`"${NARROW}${suffix}"`);
  }

  /** What stays of a text, as it is, and between it what the rules put in, written by `write`. */
  #redacted({ bytes, start, end }: Span, { text, hits, origin }: Findings, write: (piece: string) => string): string {
    const source = bytes as Buffer;
    const found = text.bytes as Buffer;
    let redacted = '';
    let at = start;
    for (const { from, to, rule } of hits) {
      const { id, replace } = this.#rules[rule]!;
      redacted += source.toString('utf8', at, origin(from)) + write(replace(found.subarray(from, to)));
      at = origin(to);
      this.hits.set(id, (this.hits.get(id) ?? 0) + 1);
    }
    return redacted + source.toString('utf8', at, end);
  }

  /** All of a text replaced by the rule that found something in it first. */
  #whole({ text, hits }: Findings): string {
    return this.#rules[hits[0]!.rule]!.replace((text.bytes as Buffer).subarray(text.start, text.end));
  }
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

const isNumber = (byte: number): boolean => byte === MINUS || (byte >= 48 && byte <= 57);

/** Index of the closing quote of the string whose inside begins at `at`. */
function endOfString(bytes: Buffer, at: number): number {
  while (bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

function numberAt(bytes: Buffer, start: number, limit: number): Span {
  let end = start;
  // Digits, sign, point, exponent.
  while (end < limit && (isNumber(bytes[end]!) || bytes[end] === 46 || bytes[end] === 43 || (bytes[end]! | 32) === 101))
    end++;
  return { bytes, start, end };
}

function isColonNext(bytes: Buffer, at: number): boolean {
  while (bytes[at] === 32 || bytes[at] === 10 || bytes[at] === 13 || bytes[at] === 9) at++;
  return bytes[at] === COLON;
}
