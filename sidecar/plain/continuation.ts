import { linearPattern, type LinearPattern } from '../../runtime/linear-pattern.ts';
import { OPENINGS, openingOf } from './traces/opening.ts';
import { REACH, type Test } from './traces/shape.ts';
import { RULES } from './traces/rules.ts';
import { STATES } from './traces/state.ts';

/** How a lane's text lines follow each other. A state is a small non-negative integer that says what the group so far looks like. */
export interface Continuation {
  /** Whether it knows stack traces, and is no pattern. */
  readonly isAuto: boolean;
  /** State of a group that this line begins. */
  begin(bytes: Uint8Array, start: number, end: number): number;
  /** State of the group after this line, when the line continues it; -1 when the line begins a record of its own. */
  next(state: number, bytes: Uint8Array, start: number, end: number): number;
  /** Whether the line looks like the middle of a record (it stands first in a file: its beginning is in the file before). */
  isMiddle(bytes: Uint8Array, start: number, end: number): boolean;
}

/**
 * How lines follow each other by `logs.multiline` of a policy: `Auto`, a start pattern, or `Off`, for which it is undefined.
 * Lines are `[start, end)` without newline. Throws `Permanent` for a pattern that cannot be used.
 */
export function continuationOf(multiline: string): Continuation | undefined {
  if (multiline === 'Off') return undefined;
  return multiline === 'Auto' ? new TraceContinuation() : new PatternContinuation(linearPattern(multiline));
}

/** A line that matches begins a record, every other one continues. */
class PatternContinuation implements Continuation {
  readonly isAuto = false;
  readonly #start: LinearPattern;

  constructor(start: LinearPattern) {
    this.#start = start;
  }

  begin(): number {
    return 0;
  }

  next(_: number, bytes: Uint8Array, start: number, end: number): number {
    return this.isMiddle(bytes, start, end) ? 0 : -1;
  }

  isMiddle(bytes: Uint8Array, start: number, end: number): boolean {
    return !this.#start.testBytes(bytes, start, Math.min(end, start + REACH));
  }
}

const NONE = -1;
/** The state of an ordinary record so far. */
export const TEXT = STATES.indexOf('text');
const BEGIN = STATES.length;
const MIDDLE = BEGIN + 1;
const CARRIAGE_RETURN = 13;

/** A rule as it is looked up: by state and opening. */
interface Way {
  readonly matches: Test;
  readonly to: number;
}

/** Knows the stack traces of `traces/`. Most lines are decided by their opening: no rule of the state has it. */
class TraceContinuation implements Continuation {
  readonly isAuto = true;
  /** By state and opening which of the ways there are; mostly 0, none. */
  readonly #at = new Uint16Array((MIDDLE + 1) * OPENINGS);
  readonly #ways: Way[][] = [[]];

  constructor() {
    for (const { from, shape, to } of RULES) {
      const way = { matches: shape.matches, to: STATES.indexOf(to) };
      for (const state of from) {
        const row = state === 'begin' ? BEGIN : state === 'middle' ? MIDDLE : STATES.indexOf(state);
        for (const opening of new Set(shape.openings)) this.#add(row * OPENINGS + opening, way);
      }
    }
  }

  begin(bytes: Uint8Array, start: number, end: number): number {
    const state = this.next(BEGIN, bytes, start, end);
    return state === NONE ? TEXT : state;
  }

  next(state: number, bytes: Uint8Array, start: number, end: number): number {
    const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    const at = this.#at[state * OPENINGS + openingOf(bytes, start, last)]!;
    if (at === 0) return NONE;
    const ways = this.#ways[at]!;
    for (const { matches, to } of ways) if (matches(bytes, start, last)) return to;
    return NONE;
  }

  isMiddle(bytes: Uint8Array, start: number, end: number): boolean {
    return this.next(MIDDLE, bytes, start, end) !== NONE;
  }

  #add(place: number, way: Way): void {
    if (this.#at[place] === 0) this.#at[place] = this.#ways.push([]) - 1;
    this.#ways[this.#at[place]!]!.push(way);
  }
}
