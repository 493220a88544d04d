import { ERROR_NAME } from './exception-name.ts';
import { ANYTHING, BLANK, endsWith, likeAfter, starts } from './shape.ts';
import { LOG, OUTSET, rule, type Rule } from './state.ts';

const THREAD = ["thread '"];
/** `thread 'main' (1961) panicked at src/main.rs:4:68:` */
const PANIC = likeAfter(THREAD, /^thread '.*?' (?:\(\d+\) )?panicked at /);
const OVERFLOW = likeAfter(THREAD, /^thread '.*?' (?:\(\d+\) )?has overflowed its stack/);
const endsWithColon = endsWith(':');

export const RUST: readonly Rule[] = [
  // Since 1.73 the message has a line of its own.
  rule(OUTSET, { ...PANIC, matches: (...line) => endsWithColon(...line) && PANIC.matches(...line) }, 'rust head'),
  rule(OUTSET, PANIC, 'rust'),
  rule(OUTSET, OVERFLOW, 'rust'),
  rule(['rust head'], ANYTHING, 'rust'),
  rule(
    [...LOG, 'rust', 'middle'],
    starts('stack backtrace:', 'note: run with `RUST_', 'note: Some details are'),
    'rust',
  ),
  rule(['rust'], starts('fatal runtime error: ', 'thread caused non-', 'thread panicked while '), 'rust'),
  // An error that main returned, as anyhow and eyre print it; in Node.js an error that was printed begins the same way.
  rule(OUTSET, ERROR_NAME, 'error'),
  rule(['error'], BLANK, 'error blank'),
  rule(['error blank'], starts('Caused by:', 'Stack backtrace:', 'Location:', 'Backtrace omitted'), 'error'),
];
