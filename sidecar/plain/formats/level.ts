import { type Facts, WORD } from '../facts.ts';
import { LEVEL } from '../fields.ts';
import { isLetter, isWord, standsAt } from './alphabet.ts';

const [EQUALS, COLON] = [61, 58];
/** No more of a text than this is searched for a level that has no key. */
const REACH = 128;
const SHORTEST = 3;
const LONGEST = 12;

const KEYS = ['level', 'severity', 'lvl'] as const;
const UPPER = [
  'TRACE',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARN',
  'WARNING',
  'ERROR',
  'SEVERE',
  'CRIT',
  'CRITICAL',
  'FATAL',
  'PANIC',
  'ALERT',
  'EMERG',
] as const;
/** Those of .NET's console (`fail: Shop.Cart[0]`) and nginx' error log (`[emerg]`) are written so, too. */
const LOWER = [
  'trace',
  'debug',
  'info',
  'notice',
  'warn',
  'warning',
  'error',
  'crit',
  'critical',
  'fatal',
  'panic',
  'alert',
  'emerg',
  'trce',
  'dbug',
  'fail',
] as const;

/** How a word may be written to be a level, between these bytes. */
const [IN_CAPITALS, IN_SMALL] = [1, 2];
const table = (capitals: string, small: string): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte);
    return (capitals.includes(character) ? IN_CAPITALS : 0) + (small.includes(character) ? IN_SMALL : 0);
  });
const BLANKS = ' \t\n\v\f\r';
const BEFORE = table(`${BLANKS}[(<|`, '[(<');
const AFTER = table(`${BLANKS}])>|:,`, '])>:');
const BEFORE_KEY = table(`${BLANKS},{[(`, '');

/**
 * The level of a plain text: a word of three to twelve letters behind `level=`, `severity=` or `lvl=`, quoted or not, anywhere;
 * else, in the first 128 bytes, one of the usual words in capitals that is set apart (`ERROR …`, `12:00:01 INFO  main …`,
 * `a | WARN | b`); else one in small letters, which a word of prose may look like, in brackets, or first of all and before a colon.
 * Linear: a word is looked at once from each place where one begins.
 */
export function levelIn(bytes: Uint8Array, start: number, end: number, facts: Facts): void {
  for (let at = start; at < end; at++) {
    if (bytes[at] === EQUALS && isLevelKey(bytes, start, at) && takeBehind(bytes, at + 1, end, facts)) return;
  }
  takeWord(bytes, start, end, facts);
}

/** Whether the word before the `=` at `at` is a key of ours. */
function isLevelKey(bytes: Uint8Array, start: number, at: number): boolean {
  for (const key of KEYS) {
    const first = at - key.length;
    if (first < start || !standsAt(key, bytes, first, at)) continue;
    return first === start || BEFORE_KEY[bytes[first - 1]!]! > 0;
  }
  return false;
}

function takeBehind(bytes: Uint8Array, at: number, end: number, facts: Facts): boolean {
  const first = at < end && (bytes[at] === 34 || bytes[at] === 39) ? at + 1 : at;
  const last = endOfLetters(bytes, first, end);
  if (last - first < SHORTEST || last - first > LONGEST || (last < end && isWord(bytes[last]))) return false;
  facts.set(LEVEL, WORD, first, last);
  return true;
}

/** The first word in capitals counts, without one the first in small letters. */
function takeWord(bytes: Uint8Array, start: number, end: number, facts: Facts): void {
  const reach = Math.min(end, start + REACH);
  for (let at = start; at < reach; at++) {
    const before = at === start ? IN_CAPITALS : BEFORE[bytes[at - 1]!]!;
    if (before === 0 || !isLetter(bytes[at])) continue;
    const last = endOfLetters(bytes, at, end);
    const after = last === end ? IN_CAPITALS : AFTER[bytes[last]!]!;
    if ((before & after & IN_CAPITALS) > 0 && isOneOf(UPPER, bytes, at, last)) {
      facts.set(LEVEL, WORD, at, last);
      return;
    }
    const isOpening = at === start && last < end && bytes[last] === COLON;
    const maySmall = isOpening || (before & after & IN_SMALL) > 0;
    if (maySmall && !facts.has(LEVEL) && isOneOf(LOWER, bytes, at, last)) facts.set(LEVEL, WORD, at, last);
    at = last - 1;
  }
}

/** Index after the letters at `at`, or after one more than a level has. */
function endOfLetters(bytes: Uint8Array, at: number, end: number): number {
  const reach = Math.min(end, at + LONGEST + 1);
  while (at < reach && isLetter(bytes[at])) at++;
  return at;
}

function isOneOf(words: readonly string[], bytes: Uint8Array, at: number, end: number): boolean {
  for (const word of words) if (word.length === end - at && standsAt(word, bytes, at, end)) return true;
  return false;
}
