/** In `HEX`, for a byte that is no hex digit. */
export const NOT_HEX = 16;

/** The value of a hex digit, by byte. */
export const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : NOT_HEX;
});

/** 1 for ASCII letters and digits, by byte. */
const WORD = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[0-9A-Za-z]/.test(String.fromCharCode(byte))));

export const isWord = (byte: number | undefined): boolean => byte !== undefined && WORD[byte] === 1;
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;
export const isLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 122;

/** Index after the digits that begin at `at`. */
export function endOfDigits(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isDigit(bytes[at])) at++;
  return at;
}

/** Index after the hex digits that begin at `at`. */
export function endOfHex(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && HEX[bytes[at]!] !== NOT_HEX) at++;
  return at;
}

/** Index of the next `byte` at or after `at`; -1 when there is none before `end`. */
export function indexOf(bytes: Uint8Array, byte: number, at: number, end: number): number {
  while (at < end && bytes[at] !== byte) at++;
  return at < end ? at : -1;
}

/** Index of the space behind the word at `at`, -1 when there is no word or no space. */
export function endOfToken(bytes: Uint8Array, at: number, end: number): number {
  const space = indexOf(bytes, 32, at, end);
  return space === at ? -1 : space;
}

/** Whether this ASCII text is `[at, end)` or its beginning. */
export function standsAt(text: string, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/**
 * Whether `[at, end)` begins with this shape: `0` is any digit, `A` any letter, every other character is itself. What is
 * fixed in stamps is asked for like this.
 */
export function looksLike(shape: string, bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < shape.length) return false;
  for (let i = 0; i < shape.length; i++) {
    const wanted = shape.charCodeAt(i);
    const byte = bytes[at + i];
    if (wanted === 48 ? !isDigit(byte) : wanted === 65 ? !isLetter(byte) : byte !== wanted) return false;
  }
  return true;
}
