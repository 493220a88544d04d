import { ALNUM, DIGIT, LINK, byteAt, isAt, isBefore, runEnd, type Find, type Span } from './span.ts';

/**
 * First four digits, from and to, and how many digits there are: at least, at most, and Visa's old thirteen. After ISO/IEC 7812
 * and what the issuers publish of their ranges; docs/redaction.md names them.
 */
const ISSUERS: readonly (readonly [from: number, to: number, least: number, most: number])[] = [
  [2200, 2204, 16, 19], // Mir
  [2221, 2720, 16, 16], // Mastercard
  [3000, 3059, 14, 14], // Diners Club
  [3095, 3095, 14, 14],
  [3400, 3499, 15, 15], // American Express
  [3528, 3589, 16, 19], // JCB
  [3600, 3699, 14, 14], // Diners Club
  [3700, 3799, 15, 15], // American Express
  [3800, 3999, 14, 14], // Diners Club
  [4000, 4999, 13, 13], // Visa
  [4000, 4999, 16, 16],
  [4000, 4999, 19, 19],
  [5018, 5018, 12, 19], // Maestro
  [5020, 5020, 12, 19],
  [5038, 5038, 12, 19],
  [5100, 5599, 16, 16], // Mastercard
  [5893, 5893, 12, 19], // Maestro
  [6011, 6011, 16, 19], // Discover
  [6200, 6299, 16, 19], // UnionPay
  [6304, 6304, 12, 19], // Maestro
  [6440, 6599, 16, 19], // Discover
  [6759, 6759, 12, 19], // Maestro
  [6761, 6763, 12, 19],
];
const SPACE = 32;
const DASH = 45;
const DOT = 46;

/** A card number, from its first digit: plain, or in the groups that are printed on cards. */
export const findCard: Find = (text, at, place) => {
  if (isBefore(text, at, ALNUM | LINK)) return false;
  // A fraction: "0.4111111111111111".
  if (byteAt(text, at - 1) === DOT && isAt(text, at - 2, DIGIT)) return false;
  const digits = runEnd(text, at, DIGIT) - at;
  const to = digits === 4 ? endOfGroups(text, at) : digits >= 12 && digits <= 19 ? at + digits : -1;
  if (to < 0 || isAt(text, to, ALNUM | LINK)) return false;
  if (byteAt(text, to) === DOT && isAt(text, to + 1, DIGIT)) return false;
  if (!isCard(text, at, to)) return false;
  place.from = at;
  place.to = to;
  place.next = to;
  return true;
};

/** Index after groups of 4-4-4-4, 4-6-5 or 4-6-4 digits with the same space or dash between them, or -1. */
function endOfGroups(text: Span, at: number): number {
  const gap = byteAt(text, at + 4);
  if (gap !== SPACE && gap !== DASH) return -1;
  const second = runEnd(text, at + 5, DIGIT);
  if (byteAt(text, second) !== gap) return -1;
  const third = runEnd(text, second + 1, DIGIT);
  const lengths = (second - at - 5) * 10 + third - second - 1;
  if (lengths === 65 || lengths === 64) return third;
  if (lengths !== 44 || byteAt(text, third) !== gap) return -1;
  const fourth = runEnd(text, third + 1, DIGIT);
  return fourth - third === 5 ? fourth : -1;
}

function isCard({ bytes }: Span, from: number, to: number): boolean {
  let first = 0;
  for (let i = 0; i < 4; i++) first = first * 10 + bytes[from + i]! - 48;
  let count = 0;
  let sum = 0;
  // Luhn (ISO/IEC 7812-1, annex B): from the right every second digit counts twice.
  for (let at = to - 1; at >= from; at--) {
    let digit = bytes[at]! - 48;
    if (digit < 0) continue;
    if (count++ % 2 === 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  if (sum % 10 !== 0) return false;
  return ISSUERS.some(([low, high, least, most]) => low <= first && first <= high && least <= count && count <= most);
}
