import type { Body } from './body.ts';
import { kindOf, OBJECT, QUOTED, type Facts, type Value } from './facts.ts';
import { SPAN_ID, TRACE_ID } from './fields.ts';
import { ObjectReader } from './json.ts';
import { LEFT, TAKEN } from './outcome.ts';
import { isCompany, isOuter, mayHaveRow, promote, rowsOf, type Row } from './promote.ts';

/** Of a member: where key and value begin and end, how deep it stands, and what became of it. */
const MEMBER = 6;
const [KEY, KEY_END, VALUE, VALUE_END, DEPTH, STATE] = [0, 1, 2, 3, 4, 5];
/** An object of which a part was taken: its members follow in the list. */
const OPENED = 3;

/**
 * The members of a JSON object, and of the objects inside it that the table of promotions has keys of: which of them are
 * taken into fields of their own, and what is left. The application's bytes are spliced into the document, not parsed and
 * printed again: a number of twenty digits stays what it was.
 */
export class Members {
  /** One for each level, as deep as the table goes. */
  readonly #readers = [new ObjectReader()];
  /** `MEMBER` numbers for each, in the order of the record. */
  readonly #list: number[] = [];
  readonly #late: { row: Row; place: number }[] = [];
  /** Keys at the top that make others count. */
  readonly #companies = new Set<string>();
  readonly #value: Value = { kind: 0, start: 0, end: 0 };
  #bytes: Buffer = Buffer.alloc(0);
  #facts: Facts | undefined;

  /** False when `[start, end)` is no JSON object: `ObjectReader`. */
  read(bytes: Buffer, start: number, end: number): boolean {
    this.#bytes = bytes;
    return this.#readers[0]!.read(bytes, start, end);
  }

  /** Of what was read: whether its UTF-8 need not be looked at. */
  get isAscii(): boolean {
    return this.#readers[0]!.isAscii;
  }

  /** Takes what has a row in the table over into `facts`. */
  promote(facts: Facts): void {
    this.#facts = facts;
    this.#list.length = 0;
    this.#late.length = 0;
    this.#companies.clear();
    this.#look(0, '');
    for (const { row, place } of this.#late) {
      if (row.company !== undefined && !this.#companies.has(row.company)) continue;
      if (this.#promote(row, place) === TAKEN) this.#list[place + STATE] = TAKEN;
    }
  }

  /** Looks at all members of one object, at `path` and a dot. `TAKEN` when none is left, `OPENED` when some are not. */
  #look(depth: number, path: string): number {
    const { members } = this.#readers[depth]!;
    const list = this.#list;
    let taken = 0;
    let left = 0;
    for (let i = 0; i < members.length; i += 4) {
      const place = list.length;
      list.push(members[i]!, members[i + 1]!, members[i + 2]!, members[i + 3]!, depth, LEFT);
      const isOurs = depth > 0 || mayHaveRow(this.#bytes, members[i]!, members[i + 1]!);
      const state = isOurs ? this.#stateOf(place, depth, path) : LEFT;
      if (state === OPENED) left++;
      else list.length = place + MEMBER;
      if (state === TAKEN || state === OPENED) taken++;
      if (state === LEFT) left++;
      list[place + STATE] = state;
    }
    return taken === 0 ? LEFT : left === 0 ? TAKEN : OPENED;
  }

  #stateOf(place: number, depth: number, outer: string): number {
    const list = this.#list;
    const path = outer + this.#bytes.toString('latin1', list[place + KEY], list[place + KEY_END]);
    if (depth === 0 && isCompany(path)) this.#companies.add(path);
    const value = list[place + VALUE]!;
    if (kindOf(this.#bytes[value]!) !== OBJECT) return this.#rows(rowsOf(path), place);
    if (!isOuter(path)) return LEFT;
    const reader = (this.#readers[depth + 1] ??= new ObjectReader());
    return reader.read(this.#bytes, value, list[place + VALUE_END]!) ? this.#look(depth + 1, `${path}.`) : LEFT;
  }

  #rows(rows: readonly Row[], place: number): number {
    for (const row of rows) {
      if (row.isLate) this.#late.push({ row, place });
      else if (this.#promote(row, place) === TAKEN) return TAKEN;
    }
    return LEFT;
  }

  #promote(row: Row, place: number): number {
    const value = this.#value;
    value.start = this.#list[place + VALUE]!;
    value.end = this.#list[place + VALUE_END]!;
    value.kind = kindOf(this.#bytes[value.start]!);
    if (value.kind === QUOTED) {
      value.start++;
      value.end--;
    }
    const outcome = promote(row, this.#bytes, value, this.#facts!);
    const isId = row.field === TRACE_ID || row.field === SPAN_ID;
    if (isId && outcome !== LEFT) this.#facts!.ids.push(value.start, value.end);
    return outcome;
  }

  /** Whether anything is left for `app`. */
  get isLeft(): boolean {
    const list = this.#list;
    for (let at = 0; at < list.length; at += MEMBER)
      if (list[at + DEPTH] === 0 && list[at + STATE] !== TAKEN) return true;
    return false;
  }

  /** Writes the object without what was taken; neighbours go over in one piece, with the application's own blanks. */
  write(body: Body): void {
    this.#write(0, 0, body);
  }

  /** Writes the object whose members begin at `at`; returns where the first that is not of it stands. */
  #write(at: number, depth: number, body: Body): number {
    const list = this.#list;
    let before = '{"';
    // The piece that is to be copied, `[from, to)`; none is when `from` is -1.
    let from = -1;
    let to = -1;
    while (at < list.length && list[at + DEPTH] === depth) {
      const state = list[at + STATE];
      if (state === TAKEN) {
        if (from >= 0) body.copy(this.#bytes, from, to);
        from = -1;
        at += MEMBER;
        continue;
      }
      if (from < 0) {
        body.ascii(before);
        before = ',"';
        from = list[at + KEY]!;
      }
      to = list[at + VALUE_END]!;
      if (state === OPENED) {
        body.copy(this.#bytes, from, list[at + VALUE]!);
        from = to;
        at = this.#write(at + MEMBER, depth + 1, body);
      } else at += MEMBER;
    }
    if (from >= 0) body.copy(this.#bytes, from, to);
    body.ascii('}');
    return at;
  }
}
