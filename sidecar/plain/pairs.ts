import type { Body } from './body.ts';
import { ABSENT, LITERAL, NUMBER, PLAIN, writeValue, type Facts, type Value } from './facts.ts';
import { Logfmt, PAIR } from './formats/logfmt.ts';
import { TAKEN } from './outcome.ts';
import { isCompany, mayHaveRow, promote, rowsOf, type Row } from './promote.ts';
import type { As } from './promotions.ts';

/** In a pair, the kind of its value; `ABSENT` when that was taken. */
const KIND = 4;

/** They read a number; to all others what stands in a line of logfmt is text. */
const NUMERIC: ReadonlySet<As> = new Set(['level', 'severity', 'status', 'count', 'milliseconds']);

/** The pairs of a line of logfmt: which of them are taken into fields of their own, and what is left. */
export class Pairs {
  readonly #line = new Logfmt();
  readonly #late: { row: Row; place: number }[] = [];
  /** Keys that make others count. */
  readonly #companies = new Set<string>();
  readonly #value: Value = { kind: 0, start: 0, end: 0 };
  #bytes: Buffer = Buffer.alloc(0);

  /** False when `[start, end)` is no line of logfmt. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    return this.#line.read(bytes, start, end);
  }

  /** Takes what has a row in the table over into `facts`. */
  promote(facts: Facts): void {
    const { pairs, count } = this.#line;
    this.#late.length = 0;
    this.#companies.clear();
    for (let place = 0; place < count * PAIR; place += PAIR) {
      if (!mayHaveRow(this.#bytes, pairs[place]!, pairs[place + 1]!)) continue;
      const key = this.#key(place);
      if (isCompany(key)) this.#companies.add(key);
      for (const row of rowsOf(key)) {
        if (row.isLate) this.#late.push({ row, place });
        else if (this.#promote(row, place, facts)) break;
      }
    }
    for (const { row, place } of this.#late) {
      if (row.company === undefined || this.#companies.has(row.company)) this.#promote(row, place, facts);
    }
  }

  #key(place: number): string {
    return this.#bytes.toString('latin1', this.#line.pairs[place], this.#line.pairs[place + 1]);
  }

  /** Whether the pair is taken. */
  #promote(row: Row, place: number, facts: Facts): boolean {
    const { pairs } = this.#line;
    const value = this.#valueAt(place);
    if ((value.kind === NUMBER || value.kind === LITERAL) && !NUMERIC.has(row.as)) value.kind = PLAIN;
    const isTaken = promote(row, this.#bytes, value, facts) === TAKEN;
    if (isTaken) pairs[place + KIND] = ABSENT;
    return isTaken;
  }

  #valueAt(place: number): Value {
    const { pairs } = this.#line;
    const value = this.#value;
    value.start = pairs[place + 2]!;
    value.end = pairs[place + 3]!;
    value.kind = pairs[place + KIND]!;
    return value;
  }

  /** Whether anything is left for `app`. */
  get isLeft(): boolean {
    const { pairs, count } = this.#line;
    for (let place = 0; place < count * PAIR; place += PAIR) if (pairs[place + KIND] !== ABSENT) return true;
    return false;
  }

  /** Writes what is left as a JSON object; keys are ASCII that needs no escape. */
  write(body: Body): void {
    const { pairs, count } = this.#line;
    let text = '{"';
    for (let place = 0; place < count * PAIR; place += PAIR) {
      if (pairs[place + KIND] === ABSENT) continue;
      text = writeValue(body, `${text}${this.#key(place)}":`, this.#bytes, this.#valueAt(place));
      text += ',"';
    }
    body.ascii(`${text.slice(0, -2)}}`);
  }
}
