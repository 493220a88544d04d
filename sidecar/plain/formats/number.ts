import { endOfDigits } from './alphabet.ts';

const [MINUS, PLUS, DOT, ZERO] = [45, 43, 46, 48];
/** More digits than this are an id rather than an amount, and a double would not keep them. */
const MOST_DIGITS = 15;
/** Of an exponent: larger ones are past every double, and are rather a hash with an `e` in it. */
const MOST_EXPONENT = 2;

/** Whether `[start, end)` is a whole number that is not negative, as JSON writes it, of at most 15 digits. */
export function isCount(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 1 || length > MOST_DIGITS || (bytes[start] === ZERO && length > 1)) return false;
  return endOfDigits(bytes, start, end) === end;
}

/** Whether `[start, end)` is a number of JSON (RFC 8259, section 6) of at most 15 digits, two of them in its exponent. */
export function isNumber(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = endOfDigits(bytes, first, end);
  let digits = at - first;
  if (digits === 0 || (bytes[first] === ZERO && digits > 1)) return false;
  if (at < end && bytes[at] === DOT) {
    const last = endOfDigits(bytes, at + 1, end);
    if (last === at + 1) return false;
    digits += last - at - 1;
    at = last;
  }
  if (at < end && (bytes[at]! | 32) === 101) {
    const exponent = bytes[at + 1] === PLUS || bytes[at + 1] === MINUS ? at + 2 : at + 1;
    const last = endOfDigits(bytes, exponent, end);
    if (last <= exponent || last > exponent + MOST_EXPONENT) return false;
    digits += last - exponent;
    at = last;
  }
  return at === end && digits <= MOST_DIGITS;
}
