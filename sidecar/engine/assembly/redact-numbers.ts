// Numbers that may have to be redacted: cards, bank accounts, addresses. Each is looked at in the text [start, end), as the plain
// rules (plain/redact/card.ts, iban.ts, ip-address.ts) do it, and never more strictly.
import { ALNUM, DIGIT, HEX, UPPER, WORD, is, isBefore, run } from './redact-bytes';

const SPACE: u8 = 0x20;
const DASH: u8 = 0x2d;
const DOT: u8 = 0x2e;
const COLON: u8 = 0x3a;
const UNDERSCORE: u8 = 0x5f;

/** Issuers of cards, four numbers each: first four digits from and to, and the least and the greatest count of digits. */
const ISSUERS: usize = 23;
const issuers = memory.data<u16>([
  2200, 2204, 16, 19, 2221, 2720, 16, 16, 3000, 3059, 14, 14, 3095, 3095, 14, 14, 3400, 3499, 15, 15, 3528, 3589, 16,
  19, 3600, 3699, 14, 14, 3700, 3799, 15, 15, 3800, 3999, 14, 14, 4000, 4999, 13, 13, 4000, 4999, 16, 16, 4000, 4999,
  19, 19, 5018, 5018, 12, 19, 5020, 5020, 12, 19, 5038, 5038, 12, 19, 5100, 5599, 16, 16, 5893, 5893, 12, 19, 6011,
  6011, 16, 19, 6200, 6299, 16, 19, 6304, 6304, 12, 19, 6440, 6599, 16, 19, 6759, 6759, 12, 19, 6761, 6763, 12, 19,
]);

/** A card from its first digit. */
export function isCard(at: usize, start: usize, end: usize): bool {
  if (isBefore(at, start, WORD)) return false;
  if (at > start + 1 && load<u8>(at - 1) == DOT && is(at - 2, DIGIT)) return false;
  const digits = run(at, end, DIGIT) - at;
  const to = digits == 4 ? endOfGroups(at, end) : digits >= 12 && digits <= 19 ? at + digits : 0;
  if (!to || (to < end && is(to, WORD))) return false;
  if (to + 1 < end && load<u8>(to) == DOT && is(to + 1, DIGIT)) return false;
  return isChecked(at, to);
}

function endOfGroups(at: usize, end: usize): usize {
  if (end - at < 16) return 0;
  const gap = load<u8>(at, 4);
  if (gap != SPACE && gap != DASH) return 0;
  const second = run(at + 5, end, DIGIT);
  if (second >= end || load<u8>(second) != gap) return 0;
  const third = run(second + 1, end, DIGIT);
  const lengths = (second - at - 5) * 10 + third - second - 1;
  if (lengths == 65 || lengths == 64) return third;
  if (lengths != 44 || third >= end || load<u8>(third) != gap) return 0;
  const fourth = run(third + 1, end, DIGIT);
  return fourth - third == 5 ? fourth : 0;
}

/** The check digit, the issuer, and the length of its numbers. */
function isChecked(from: usize, to: usize): bool {
  let first: u32 = 0;
  for (let i: usize = 0; i < 4; i++) first = first * 10 + load<u8>(from + i) - 0x30;
  let count: u32 = 0;
  let sum: u32 = 0;
  for (let at = to; at > from;) {
    at--;
    if (!is(at, DIGIT)) continue;
    let digit: u32 = load<u8>(at) - 0x30;
    if (count++ & 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
    sum += digit;
  }
  if (sum % 10) return false;
  for (let row = issuers; row < issuers + ISSUERS * 8; row += 8) {
    if (first < load<u16>(row) || first > load<u16>(row, 2)) continue;
    if (count >= load<u16>(row, 4) && count <= load<u16>(row, 6)) return true;
  }
  return false;
}

/** Countries that have IBANs: two letters and a length each. */
const COUNTRIES: usize = 86;
const countries = memory.data(86 * 3);

function name(text: string): void {
  for (let i = 0; i < 86; i++) {
    const row = countries + i * 3;
    store<u8>(row, <u8>text.charCodeAt(i * 4));
    store<u8>(row, <u8>text.charCodeAt(i * 4 + 1), 1);
    store<u8>(row, <u8>((text.charCodeAt(i * 4 + 2) - 0x30) * 10 + text.charCodeAt(i * 4 + 3) - 0x30), 2);
  }
}
name(
  'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24' +
    'FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32' +
    'LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24' +
    'RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30',
);

function lengthOf(country: u16): usize {
  for (let row = countries; row < countries + COUNTRIES * 3; row += 3) {
    if (load<u16>(row) == country) return load<u8>(row, 2);
  }
  return 0;
}

/** An IBAN from its first letter, behind which are another one and two digits. */
export function isIban(from: usize, start: usize, end: usize): bool {
  if (end - from < 15 || isBefore(from, start, WORD)) return false;
  const length = lengthOf(load<u16>(from));
  if (!length) return false;
  const sign = load<u8>(from, 4);
  const gap: u8 = sign == SPACE || sign == DASH ? sign : 0;
  let to = from;
  let rest: u32 = 0;
  for (let count: usize = 0; count < length; count++, to++) {
    if (gap && count > 0 && count % 4 == 0) {
      if (to >= end || load<u8>(to) != gap) return false;
      to++;
    }
    if (to >= end || !is(to, DIGIT | UPPER)) return false;
    if (count >= 4) rest = after(rest, load<u8>(to));
  }
  if (to < end && is(to, WORD)) return false;
  for (let i: usize = 0; i < 4; i++) rest = after(rest, load<u8>(from + i));
  return rest == 1;
}

/** @inline */
function after(rest: u32, byte: u32): u32 {
  return byte < 65 ? (rest * 10 + byte - 48) % 97 : (rest * 100 + byte - 55) % 97;
}

/** An IPv4 address of which `at` is the last digit before the first dot. */
export function isIpv4(at: usize, start: usize, end: usize): bool {
  let from = at;
  while (from > start && at - from < 2 && is(from - 1, DIGIT)) from--;
  if (from > start && (load<u8>(from - 1) == DOT || load<u8>(from - 1) == UNDERSCORE)) return false;
  if (isBefore(from, start, ALNUM)) return false;
  let to = from;
  for (let octet = 0; octet < 4; octet++) {
    if (octet) {
      if (to >= end || load<u8>(to) != DOT) return false;
      to++;
    }
    const next = run(to, min(end, to + 3), DIGIT);
    if (next == to) return false;
    to = next;
  }
  return to >= end || (!is(to, ALNUM) && load<u8>(to) != UNDERSCORE);
}

/** Digits and signs of an address, and one more. */
const MOST: usize = 48;

/** Part of what may be an IPv6 address, from one of its colons. What stands before and behind it is not looked at. */
export function isIpv6(at: usize, start: usize, end: usize): bool {
  let from = at;
  while (from > start && at - from < 4 && is(from - 1, HEX)) from--;
  let colons = 0;
  let isShort = false;
  let hasDigit = false;
  const most = min(end, from + MOST);
  let to = from;
  for (; to < most; to++) {
    if (load<u8>(to) == COLON) {
      colons++;
      if (to + 1 < end && load<u8>(to, 1) == COLON) isShort = true;
    } else if (is(to, DIGIT)) {
      hasDigit = true;
    } else if (!is(to, HEX) && load<u8>(to) != DOT) {
      break;
    }
  }
  return to - from == MOST || (hasDigit && (isShort || colons > 5));
}
