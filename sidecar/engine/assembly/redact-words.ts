// Words that may have to be redacted: tokens, keys, passwords, e-mail addresses. Each is looked at in the text [start, end), as the
// plain rules (plain/redact/bearer.ts, jwt.ts, cloud-key.ts, url-password.ts, email.ts) do it, and never more strictly: what
// needs a closer look is left to them.
import { ALNUM, DIGIT, LINK, LOCAL, STOP, UPPER, WORD, four, is, isBefore, run } from './redact-bytes';

const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const DASH: u8 = 0x2d;
const DOT: u8 = 0x2e;
const SLASH: u8 = 0x2f;
const COLON: u8 = 0x3a;
const EQUALS: u8 = 0x3d;
const AT: u8 = 0x40;
const BACKSLASH: u8 = 0x5c;
const UNDERSCORE: u8 = 0x5f;

/** A text of four characters as `four` reads it. @inline */
function word(a: u32, b: u32, c: u32, d: u32): u32 {
  return a | (b << 8) | (c << 16) | (d << 24);
}

/** "bearer" before what may be a token. */
export function isBearer(at: usize, start: usize, end: usize): bool {
  if (end - at < 8 || isBefore(at, start, WORD)) return false;
  if (four(at) != word(0x62, 0x65, 0x61, 0x72) || (load<u16>(at, 4) | 0x2020) != 0x7265) return false;
  const gap = load<u8>(at, 6);
  return gap == SPACE || gap == TAB || gap == BACKSLASH;
}

/** The start of a token in parts, from its "eyJ". */
export function isJwt(at: usize, start: usize, end: usize): bool {
  if (isBefore(at, start, WORD)) return false;
  const to = run(at, end, WORD);
  return to - at >= 10 && to + 1 < end && load<u8>(to) == DOT && (is(to + 1, WORD) || load<u8>(to, 1) == DOT);
}

/** An access key id of AWS or a key of Google, from its "A". */
export function isPlainKey(at: usize, start: usize, end: usize): bool {
  if (isBefore(at, start, ALNUM)) return false;
  if (load<u8>(at, 2) == 0x7a)
    return end - at >= 39 && run(at, at + 39, WORD) == at + 39 && (end - at == 39 || !is(at + 39, WORD));
  return end - at >= 20 && run(at, at + 20, UPPER | DIGIT) == at + 20 && (end - at == 20 || !is(at + 20, ALNUM));
}

/** A token of GitHub, from its "gh". */
export function isGithub(at: usize, start: usize, end: usize): bool {
  return load<u8>(at, 3) == UNDERSCORE && isGithubRun(at, start, end, 34);
}

/** A fine-grained one, from the "at_" of `github_pat_`. */
export function isGithubFine(at: usize, start: usize, end: usize): bool {
  if (at < start + 8 || load<u8>(at, 2) != UNDERSCORE) return false;
  return four(at - 8) == word(0x67, 0x69, 0x74, 0x68) && isGithubRun(at - 8, start, end, 33);
}

function isGithubRun(at: usize, start: usize, end: usize, least: usize): bool {
  if (isBefore(at, start, ALNUM)) return false;
  let to = at;
  while (to < end && (is(to, ALNUM) || load<u8>(to) == UNDERSCORE)) to++;
  return to - at >= least;
}

/** A token of Slack, from its "xox" or "xapp". */
export function isSlack(at: usize, start: usize, end: usize): bool {
  return end - at >= 15 && load<u8>(at, 4) == DASH && !isBefore(at, start, ALNUM) && run(at, end, WORD) - at >= 15;
}

const ACCOUNT = word(0x6f, 0x75, 0x6e, 0x74);
const ACCESS = word(0x63, 0x65, 0x73, 0x73);
const CRET = word(0x63, 0x72, 0x65, 0x74);

/** The "key" of a name that tells a secret, and a sign behind it. */
export function isTellingKey(at: usize, start: usize, end: usize): bool {
  if (at < start + 6 || end - at < 4) return false;
  const next = load<u8>(at, 3);
  if (next != COLON && next != EQUALS && next != BACKSLASH && !is(at + 3, STOP)) return false;
  if (next == EQUALS && (four(at - 4) == ACCOUNT || four(at - 4) == ACCESS)) return true;
  let before = withoutLink(at);
  if (before >= start + 6 && four(before - 4) == ACCESS) before = withoutLink(before - 6);
  return before >= start + 6 && four(before - 4) == CRET;
}

function withoutLink(at: usize): usize {
  return is(at - 1, LINK) || load<u8>(at - 1) == DOT || load<u8>(at - 1) == SPACE ? at - 1 : at;
}

/** A user and a password in a URL, from the colon of its scheme; its slashes may be escaped. */
export function isInAuthority(at: usize, end: usize): bool {
  let slashes = 0;
  for (at++; at < end; at++) {
    if (load<u8>(at) == SLASH) slashes++;
    else if (load<u8>(at) != BACKSLASH) break;
  }
  if (slashes < 2) return false;
  let colon: usize = 0;
  for (; at < end && !is(at, STOP); at++) {
    const byte = load<u8>(at);
    if (byte == SLASH || byte == 0x3f || byte == 0x23) return false;
    if (byte == COLON && !colon) colon = at;
    else if (byte == AT && colon && at > colon + 1) return true;
  }
  return false;
}

/** A telling name and a value, from the equals sign between them. */
export function isInQuery(at: usize, start: usize, end: usize): bool {
  if (at < start + 3 || at + 1 >= end || !isTelling(nameEnd(at, start), start)) return false;
  const value = load<u8>(at, 1);
  if (value == EQUALS || value == 0x26 || value == 0x3b || value == 0x23) return false;
  return !is(at + 1, STOP) || value == 0x22 || value == 0x27;
}

/** Before the bracket of `user[password]=x`, which may be written with a percent sign. @inline */
function nameEnd(at: usize, start: usize): usize {
  if (load<u8>(at - 1) == 0x5d) return at - 1;
  return at > start + 3 && (load<u32>(at - 4) | 0x20000000) >> 8 == 0x643525 ? at - 3 : at;
}

/** Whether a name that ends before `at` tells a secret. */
function isTelling(at: usize, start: usize): bool {
  if (at < start + 3) return false;
  const last = load<u8>(at - 1) | 0x20;
  if (last != 0x64 && last != 0x65 && last != 0x74 && last != 0x6e && last != 0x79 && last != 0x67) return false;
  const size = at - start;
  const three = four(at - 4) >> 8;
  if (three == 0x647770) return true; // pwd
  if (three == 0x676973) return isInside(at - 3, start); // sig
  if (size < 5) return false;
  const end = four(at - 4);
  if (end == word(0x6f, 0x6b, 0x65, 0x6e) || end == CRET) return true; // token, secret
  if (size < 6) return false;
  if (end == word(0x73, 0x73, 0x77, 0x64)) return true; // passwd
  if (three == 0x79656b) return isKeyOf(at - 3, start); // key
  if (size < 8) return false;
  if (four(at - 8) == word(0x70, 0x61, 0x73, 0x73) && end == word(0x77, 0x6f, 0x72, 0x64)) return true; // password
  if (size < 9 || last != 0x65) return false;
  return end == word(0x72, 0x61, 0x73, 0x65) || (end == word(0x74, 0x75, 0x72, 0x65) && isInside(at - 9, start)); // passphrase, signature
}

/** Whether `?`, `&` or `-` stands before `at`. */
function isInside(at: usize, start: usize): bool {
  if (at <= start) return false;
  const byte = load<u8>(at - 1);
  return byte == 0x3f || byte == 0x26 || byte == DASH;
}

/** Whether "api", "access", "secret" or "private" ends before `at`, or before a `_` or `-` there. */
function isKeyOf(at: usize, start: usize): bool {
  if (is(at - 1, LINK)) at--;
  if (at < start + 3) return false;
  const end = four(at - 4);
  return end >> 8 == 0x697061 || end == ACCESS || end == CRET || end == word(0x76, 0x61, 0x74, 0x65);
}

/** An e-mail address, from its "@". */
export function isEmail(at: usize, start: usize, end: usize): bool {
  if (at <= start || !is(at - 1, WORD | LOCAL)) return false;
  let dots = 0;
  for (at++; at < end; at++) {
    if (load<u8>(at) == DOT) dots++;
    else if (!is(at, ALNUM) && load<u8>(at) != DASH) break;
  }
  return dots > 0;
}
