// Numbers of JSON in a text (plain/formats/number.ts).
import { isDigit } from '../bytes';
import { DOT, HYPHEN, endOfDigits } from './alphabet';

const PLUS: u8 = 0x2b;
const ZERO: u8 = 0x30;
const SMALL_E: u8 = 0x65;
/** More digits than this are an id rather than an amount. */
const MOST_DIGITS: usize = 15;
const MOST_EXPONENT: usize = 2;

/** Whether [at, end) is a number of JSON of at most 15 digits, two of them in its exponent. */
export function isNumber(at: usize, end: usize): bool {
  if (at < end && load<u8>(at) == HYPHEN) at++;
  if (at >= end || !isDigit(load<u8>(at))) return false;
  const first = at;
  at = endOfDigits(at, end);
  let digits = at - first;
  if (load<u8>(first) == ZERO && digits > 1) return false;
  if (at < end && load<u8>(at) == DOT) {
    const last = endOfDigits(at + 1, end);
    if (last == at + 1) return false;
    digits += last - at - 1;
    at = last;
  }
  if (at < end && (load<u8>(at) | 0x20) == SMALL_E) {
    const sign = load<u8>(at, 1);
    const exponent = sign == PLUS || sign == HYPHEN ? at + 2 : at + 1;
    const last = endOfDigits(exponent, end);
    if (last <= exponent || last > exponent + MOST_EXPONENT) return false;
    digits += last - exponent;
    at = last;
  }
  return at == end && digits <= MOST_DIGITS;
}
