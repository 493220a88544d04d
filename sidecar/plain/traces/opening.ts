const LETTERS = Buffer.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_');
const [NEWLINE, SPACE, TAB] = [10, 32, 9];
const COMPOUND = 256;

/**
 * How a line opens: a number that decides about most lines. It is the first byte, or newline for an empty line; and 256 more
 * when the line begins with a letter and its first word is a compound one: it has a dot, a slash, a colon or another mark that
 * words of prose and levels (`INFO`, `time=`) do not have, or it is all of the line, or more than 32 bytes.
 */
export type Opening = number;
/** Openings are below this. */
export const OPENINGS = 512;

export const EMPTY: readonly Opening[] = [NEWLINE];
export const INDENTATION: readonly Opening[] = [TAB, SPACE];
/** Of names of classes, functions and files. */
export const NAMES: readonly Opening[] = Array.from(LETTERS, (byte) => byte + COMPOUND);
/** Of anything but an empty line. */
export const ANY: readonly Opening[] = Array.from({ length: OPENINGS }, (_, opening) => opening).filter(
  (opening) => opening !== NEWLINE,
);

/** Of lines that begin with one of these characters, which are ASCII. */
export const openingsWith = (characters: string): readonly Opening[] =>
  Array.from(Buffer.from(characters)).flatMap((byte) => [byte, byte + COMPOUND]);

const [ENDS_PLAIN, ENDS_COMPOUND, GOES_ON] = [0, 1, 2];
/** What a byte means for the word before it. */
export const ROLES = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (LETTERS.includes(byte) || '0123456789-'.includes(String.fromCharCode(byte))) return GOES_ON;
  return ' \t=,;!?|"\'[]{}'.includes(String.fromCharCode(byte)) ? ENDS_PLAIN : ENDS_COMPOUND;
});
export const IS_LETTER = Uint8Array.from({ length: 256 }, (_, byte) => Number(LETTERS.includes(byte)));
const LONGEST_WORD = 32;

/** The opening of the line `[start, end)`. */
export function openingOf(bytes: Uint8Array, start: number, end: number): Opening {
  if (start >= end) return NEWLINE;
  const first = bytes[start]!;
  if (IS_LETTER[first] === 0) return first;
  const last = Math.min(end, start + LONGEST_WORD);
  for (let at = start + 1; at < last; at++) {
    const role = ROLES[bytes[at]!];
    if (role !== GOES_ON) return role === ENDS_PLAIN ? first : first + COMPOUND;
  }
  return first + COMPOUND;
}
