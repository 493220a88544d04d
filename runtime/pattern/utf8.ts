/** What stands for bytes that are no character. */
const REPLACEMENT = 0xfffd;

/**
 * Reads the character at `at`, which is before `end`: four times its code point, and how many bytes it has less one. Bytes
 * that are no UTF-8 become U+FFFD the way every decoder of the Encoding Standard does it, so a text decoded first is the same.
 */
export function readCharacter(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return first << 2;
  const more = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let point = first & (0x3f >> more);
  // No overlong forms, no surrogates, nothing past U+10FFFF: for some first bytes the second has less room.
  let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i <= more; i++) {
    const byte = at + i < end ? bytes[at + i]! : 0;
    if (byte < low || byte > high) return (REPLACEMENT << 2) | (i - 1);
    point = (point << 6) | (byte & 0x3f);
    [low, high] = [0x80, 0xbf];
  }
  return more === 0 ? REPLACEMENT << 2 : (point << 2) | more;
}
