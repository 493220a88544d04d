import { NAMES } from './opening.ts';
import type { Shape, Test } from './shape.ts';

const SUFFIXES = ['Exception', 'Error', 'Throwable'].map((text) => Buffer.from(text));
const [SPACE, DOLLAR, OPEN, PLUS, DOT, COLON, BRACKET, BACKQUOTE] = [32, 36, 40, 43, 46, 58, 91, 96];
/** No name of a class is longer. */
const LONGEST = 256;

/**
 * The full name of an exception's class, alone or before its message: `java.io.IOException: broken pipe`,
 * `feign.FeignException$NotFound: [404]`, `Npgsql.PostgresException (0x80004005): …`. A logger's name (`com.acme.Shop: started`)
 * differs by the word at its end only. Every line of letters is asked this: it reads the first word, byte by byte.
 */
export const EXCEPTION_NAME = named(true);
/** The same for a name without dots: `TypeError: x is not a function`, `Error [ERR_STREAM]: …`. */
export const ERROR_NAME = named(false);

function named(dotted: boolean): Shape {
  const matches: Test = (bytes, start, end) => {
    const last = Math.min(end, start + LONGEST);
    let segment = start;
    let at = start;
    for (; at < last && (bytes[at] === DOT || isOfName(bytes[at]!)); at++) if (bytes[at] === DOT) segment = at + 1;
    return segment > start === dotted && endsName(bytes, at, end) && isOfException(bytes, segment, at);
  };
  return { openings: NAMES, matches };
}

/** Whether nothing follows, or a message, or a code in brackets. */
function endsName(bytes: Uint8Array, at: number, end: number): boolean {
  if (at === end) return true;
  if (bytes[at] === COLON) return at + 1 === end || bytes[at + 1] === SPACE;
  return at + 1 < end && bytes[at] === SPACE && (bytes[at + 1] === OPEN || bytes[at + 1] === BRACKET);
}

/** Whether the name `[start, end)`, or that of a class around it, has one of the suffixes. */
function isOfException(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start + 1; i <= end; i++) {
    const ends = i === end || bytes[i] === DOLLAR || bytes[i] === PLUS || bytes[i] === BACKQUOTE;
    if (ends && SUFFIXES.some((suffix) => hasSuffix(suffix, bytes, start, i))) return true;
  }
  return false;
}

function hasSuffix(suffix: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const from = end - suffix.length;
  if (from < start) return false;
  return suffix.every((byte, index) => bytes[from + index] === byte);
}

function isOfName(byte: number): boolean {
  const lower = byte | 32;
  if ((lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 57)) return true;
  return byte === 95 || byte === DOLLAR || byte === PLUS || byte === BACKQUOTE;
}
