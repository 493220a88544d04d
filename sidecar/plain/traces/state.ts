import type { Shape } from './shape.ts';

/** What a group of lines looks like so far, and therefore what may come next. A state's number is its place in this list. */
export const STATES = [
  // An ordinary record; one with indented lines; an empty line; a record that is complete; `{` on a line of its own.
  'text',
  'indented',
  'blank',
  'end',
  'data',
  // The line of an exception, and the frames below it. `jul` is the first of the two lines of java.util.logging.
  'exception',
  'frames',
  'jul',
  'dotnet',
  'dotnet blank',
  'python',
  'python end',
  'python blank',
  'python chain',
  'python fatal',
  'go',
  'go stack',
  'go fatal',
  'race fence',
  'race',
  'error',
  'error blank',
  'node',
  'node code',
  'node caret',
  'node error',
  'node blank',
  'v8',
  'ruby head',
  'ruby blank',
  'ruby',
  'php',
  'php blank',
  'rust head',
  'rust',
] as const;
export type State = (typeof STATES)[number];

/** In one of the states `from`, a line of this shape continues the group, whose state is `to` then. */
export interface Rule {
  /** `begin`: such a line begins a group. `middle`: it stands inside a record, whatever was before it. */
  readonly from: readonly (State | 'begin' | 'middle')[];
  readonly shape: Shape;
  readonly to: State;
}

type From = Rule['from'];

export const rule = (from: From, shape: Shape, to: State): Rule => ({ from, shape, to });

/** No trace yet: one may follow, and belongs to the record that reports it. */
export const LOG: From = ['text', 'indented'];
/** Where a trace begins: several runtimes print an empty line before it. */
export const OUTSET: From = ['begin', 'blank'];
