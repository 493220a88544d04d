// Whether a text may hold something to be redacted. Two steps: 16 bytes at once are compared with what the secrets begin with, or
// have in them; the few places that are left are looked at one by one. The plain path (plain/redact/) decides, and redacts: a "yes"
// for nothing costs time only, a "no" for a secret would let it out, so in doubt it is "yes".
import { ALNUM, is } from './redact-bytes';
import { isCard, isIban, isIpv4, isIpv6 } from './redact-numbers';
import {
  isBearer,
  isEmail,
  isGithub,
  isGithubFine,
  isInAuthority,
  isInQuery,
  isJwt,
  isPlainKey,
  isSlack,
  isTellingKey,
} from './redact-words';

// A bit for each built-in rule, by its index in REDACTIONS (api/names.ts).
const BEARER: u32 = 1;
const JWT: u32 = 2;
const CLOUD_KEY: u32 = 4;
const URL_PASSWORD: u32 = 8;
const CARD: u32 = 16;
const IBAN: u32 = 32;
const EMAIL: u32 = 64;
const IPV4: u32 = 128;
const IPV6: u32 = 256;

/**
 * Three bytes in a row, in eight groups, a bit each. For each of the three there are two tables: by the lower and by the upper half
 * of the byte, in which groups it may be. So one step finds all beginnings at once (the idea is that of Hyperscan's "Teddy").
 */
const beginnings = memory.data(6 * 16, 16);

/** Adds what may stand at an index of a group, in either case if it is letters. */
function allow(group: u8, index: usize, characters: string): void {
  for (let i = 0; i < characters.length; i++) {
    const byte: u32 = characters.charCodeAt(i);
    const lower = beginnings + index * 32 + (byte & 15);
    const upper = beginnings + index * 32 + 16 + (byte >> 4);
    store<u8>(lower, load<u8>(lower) | (1 << group));
    store<u8>(upper, load<u8>(upper) | (1 << group));
  }
}
function any(group: u8, index: usize): void {
  for (let half = beginnings + index * 32; half < beginnings + index * 32 + 32; half++) {
    store<u8>(half, load<u8>(half) | (1 << group));
  }
}
function beginning(group: u8, first: string, second: string, third: string): void {
  allow(group, 0, first);
  allow(group, 1, second);
  allow(group, 2, third);
}
beginning(0, 'bB', 'eE', 'aA'); // bearer
beginning(1, 'e', 'y', 'J'); // a token in parts
beginning(2, 'kK', 'eE', 'yY'); // secret_access_key, AccountKey
beginning(3, 'A', 'KSBCI', 'ICz'); // AKIA, ASIA, ABIA, ACCA, AIza
beginning(4, 'gG', 'hH', 'pousr'); // ghp_
beginning(5, '=', '', ''); // password=
any(5, 1);
any(5, 2);
beginning(6, 'xXaA', 'oOaAtT', 'xXpP_'); // xoxb-, xapp-, github_pat_
beginning(7, ':\\', '/\\u', ''); // ://, :\/\/, \u0040
any(7, 2);

/** Groups of a kind of rule; escapes are always looked at. */
function groupsOf(kinds: u32): u8 {
  let groups: u32 = 0x80;
  if (kinds & BEARER) groups |= 0x01;
  if (kinds & JWT) groups |= 0x02;
  if (kinds & CLOUD_KEY) groups |= 0x5c;
  if (kinds & URL_PASSWORD) groups |= 0x20;
  return <u8>groups;
}

/** In which groups each byte may be at an index. @inline */
function groups(lower: v128, upper: v128, index: usize): v128 {
  const table = beginnings + index * 32;
  return v128.and(i8x16.swizzle(v128.load(table), lower), i8x16.swizzle(v128.load(table, 16), upper));
}

/** Which bytes are from `first` on, so many in a row. @inline */
function within(bytes: v128, first: u8, many: u8): v128 {
  return i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(first)), i8x16.splat(many));
}

/** Whether [at, end) may hold something that one of these kinds of rules would redact, be it text or JSON. */
export function candidate(at: usize, end: usize, kinds: u32): bool {
  if (!kinds) return false;
  const start = at;
  const asked = i8x16.splat(groupsOf(kinds));
  const half = i8x16.splat(15);
  // Of the 16 bytes before: in which groups they may be, and which are digits and capitals, a bit each.
  let firsts = i8x16.splat(0);
  let seconds = i8x16.splat(0);
  let digits: u32 = 0;
  let capitals: u32 = 0;
  let isAfterDigit: u32 = 0;
  // Numbers are known from 8 bytes further on, so one step more is made than there are bytes.
  for (; at < end + 16; at += 16) {
    const bytes = v128.load(at);
    const lower = v128.and(bytes, half);
    const upper = v128.and(i16x8.shr_u(bytes, 4), half);
    const first = groups(lower, upper, 0);
    const second = groups(lower, upper, 1);
    const third = v128.and(groups(lower, upper, 2), asked);
    const before = v128.and(
      v128.shuffle<u8>(firsts, first, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29),
      v128.shuffle<u8>(seconds, second, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30),
    );
    const words = v128.and(before, third);
    firsts = first;
    seconds = second;
    if (v128.any_true(words)) {
      for (let left: u32 = i8x16.bitmask(i8x16.ne(words, i8x16.splat(0))); left; left &= left - 1) {
        const place = at - 2 + <usize>ctz(left);
        if (place < end && isWord(place, start, end, kinds)) return true;
      }
    }

    digits |= i8x16.bitmask(within(bytes, 0x30, 10)) << 16;
    capitals |= i8x16.bitmask(within(bytes, 0x41, 26)) << 16;
    // First digits of runs that are long enough, or grouped as on cards; then two capitals before two digits.
    const cards = digits & ~((digits << 1) | isAfterDigit) & (digits >> 3) & (digits >> 5) & (digits >> 8);
    const ibans = capitals & (capitals >> 1) & (digits >> 2) & (digits >> 3);
    const numbers = (cards | ibans) & 0xffff;
    if (numbers && kinds & (CARD | IBAN)) {
      for (let left = numbers; left; left &= left - 1) {
        const place = at - 16 + <usize>ctz(left);
        if (place < end && isNumber(place, start, end, kinds)) return true;
      }
    }
    isAfterDigit = (digits >> 15) & 1;
    digits >>= 16;
    capitals >>= 16;
  }
  return (kinds & (EMAIL | IPV4 | IPV6)) != 0 && hasAddress(start, end, kinds);
}

/** The closer look at what begins at `at`, by its first byte. */
function isWord(at: usize, start: usize, end: usize, kinds: u32): bool {
  switch (load<u8>(at) | 0x20) {
    case 0x7c: // a backslash
      return isEscape(at, end);
    case 0x3a:
      return (kinds & URL_PASSWORD) != 0 && isInAuthority(at, end);
    case 0x3d:
      return isInQuery(at, start, end);
    case 0x62:
      return isBearer(at, start, end);
    case 0x65:
      return isJwt(at, start, end);
    case 0x61:
      return isPlainKey(at, start, end) || isGithubFine(at, start, end);
    case 0x67:
      return isGithub(at, start, end);
    case 0x78:
      return isSlack(at, start, end);
    case 0x6b:
      return isTellingKey(at, start, end);
    default:
      return false;
  }
}

/**
 * `\u` and four digits that stand for ASCII; or for another character, if what follows it would begin anew behind it, or would
 * be taken for the fraction of a number that ends with the escape.
 */
function isEscape(at: usize, end: usize): bool {
  if (end - at < 6 || load<u8>(at, 1) != 0x75) return false;
  if (load<u16>(at, 2) == 0x3030 && load<u8>(at, 4) < 0x38) return true;
  if (end - at > 6 && is(at + 6, ALNUM)) return true;
  return end - at > 7 && load<u8>(at, 6) == 0x2e && is(at + 7, ALNUM);
}

/** A number with enough digits, or two capitals before two digits. */
function isNumber(at: usize, start: usize, end: usize, kinds: u32): bool {
  const byte = load<u8>(at);
  if (byte > 0x39) return (kinds & IBAN) != 0 && isIban(at, start, end);
  return (kinds & CARD) != 0 && <u32>byte - 0x32 < 5 && isCard(at, start, end);
}

/** Whether an e-mail or IP address may be in it. */
function hasAddress(start: usize, end: usize, kinds: u32): bool {
  for (let at = start; at < end; at += 16) {
    const bytes = v128.load(at);
    const next = v128.load(at, 1);
    const dot = v128.and(i8x16.eq(next, i8x16.splat(0x2e)), within(v128.load(at, 2), 0x30, 10));
    const hex = v128.or(within(next, 0x30, 11), within(v128.or(next, i8x16.splat(0x20)), 0x61, 6));
    const ipv4 = v128.and(within(bytes, 0x30, 10), dot);
    const ipv6 = v128.and(i8x16.eq(bytes, i8x16.splat(0x3a)), hex);
    const email = i8x16.eq(bytes, i8x16.splat(0x40));
    const hits = v128.or(email, v128.or(ipv4, ipv6));
    for (let left: u32 = i8x16.bitmask(hits); left; left &= left - 1) {
      const place = at + <usize>ctz(left);
      if (place < end && isAddress(place, start, end, kinds)) return true;
    }
  }
  return false;
}

/** From its "@", its first dot, or one of its colons. */
function isAddress(at: usize, start: usize, end: usize, kinds: u32): bool {
  const byte = load<u8>(at);
  if (byte == 0x40) return (kinds & EMAIL) != 0 && isEmail(at, start, end);
  if (byte == 0x3a) return (kinds & IPV6) != 0 && isIpv6(at, start, end);
  return (kinds & IPV4) != 0 && isIpv4(at, start, end);
}
