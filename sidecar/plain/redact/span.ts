/** Text as bytes: `[start, end)` of them. Nothing beyond is looked at. */
export interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What a search found: `[from, to)`. `next`: where the same search may begin again, also when it found nothing. */
export interface Place {
  from: number;
  to: number;
  next: number;
}

/**
 * Looks at a byte that may belong to something secret; true when it does, and then `place` says where. Its own steps are
 * bounded, or paid for by `next`: over a whole text its time grows with the text, and never faster.
 */
export type Find = (text: Span, at: number, place: Place) => boolean;

/** Kinds of bytes, a bit each. */
export const DIGIT = 1;
export const UPPER = 2;
export const LOWER = 4;
export const ALNUM = DIGIT | UPPER | LOWER;
/** `-` and `_`, which hold ids together. */
export const LINK = 8;
export const WORD = ALNUM | LINK;
export const HEX = 16;
/** Of base64 (RFC 4648, section 4), without its padding. */
export const BASE64 = 32;
/** Besides `WORD`, of the local part of an address. */
export const LOCAL = 64;
/** White space, control characters, quotes, `<` and `>`: what ends a word that may hold almost anything. */
export const STOP = 128;

const CLASS = new Uint8Array(256);
function mark(characters: string, bits: number): void {
  for (const byte of Buffer.from(characters)) CLASS[byte]! |= bits;
}
mark('0123456789', DIGIT | HEX | BASE64);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER | BASE64);
mark('abcdefghijklmnopqrstuvwxyz', LOWER | BASE64);
mark('abcdefABCDEF', HEX);
mark('-_', LINK);
mark('+/', BASE64);
mark('.%+', LOCAL);
mark('"\'`<>', STOP);
for (let byte = 0; byte <= 32; byte++) CLASS[byte]! |= STOP;
CLASS[127]! |= STOP;

export const BACKSLASH = 92;
/** What may follow a backslash in JSON and is a letter. */
const ESCAPES = new Set(Buffer.from('bfnrt'));

/** Whether the byte at `at` is in the text and of one of these kinds. */
export function isAt({ bytes, start, end }: Span, at: number, kinds: number): boolean {
  return at >= start && at < end && (CLASS[bytes[at]!]! & kinds) !== 0;
}

/** The byte at `at`; -1 outside of the text. */
export function byteAt({ bytes, start, end }: Span, at: number): number {
  return at >= start && at < end ? bytes[at]! : -1;
}

/** Index after the bytes of these kinds at `at`, or of `extra`, but not past `limit`. */
export function runEnd({ bytes, end }: Span, at: number, kinds: number, limit = end): number {
  const most = limit < end ? limit : end;
  while (at < most && (CLASS[bytes[at]!]! & kinds) !== 0) at++;
  return at;
}

/** Index of the first of the bytes of these kinds that end before `at`, but not before `limit`. */
export function runStart({ bytes, start }: Span, at: number, kinds: number, limit = start): number {
  const least = limit > start ? limit : start;
  while (at > least && (CLASS[bytes[at - 1]!]! & kinds) !== 0) at--;
  return at;
}

/** Whether a byte of these kinds stands before `at`; the letter of an escape such as `\n` is none. */
export function isBefore(text: Span, at: number, kinds: number): boolean {
  if (!isAt(text, at - 1, kinds)) return false;
  return !(byteAt(text, at - 2) === BACKSLASH && ESCAPES.has(text.bytes[at - 1]!));
}

/** Whether this word, of lower-case ASCII, stands at `at`, in either case. */
export function hasWord({ bytes, start, end }: Span, at: number, word: string): boolean {
  if (at < start || at + word.length > end) return false;
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[at + i]!;
    if ((byte >= 65 && byte <= 90 ? byte | 32 : byte) !== word.charCodeAt(i)) return false;
  }
  return true;
}
