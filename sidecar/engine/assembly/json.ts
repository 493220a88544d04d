// Checks a JSON value (RFC 8259) as strictly as the plain reader (plain/json.ts). A value stands on a line, and no JSON text on
// one line holds a newline: the one at its end stops every loop, so no bound is looked at. Each reader returns the address
// after what it read, or 0.
import {
  BACKSLASH,
  CARRIAGE_RETURN,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
  TAB,
  isDigit,
} from './bytes';

/** Deeper values are left to the plain reader, which takes 64 levels. */
const DEEPEST: u32 = 48;
/** `true`, `alse` and `null` as little-endian numbers. */
const TRUE: u32 = 0x65757274;
const ALSE: u32 = 0x65736c61;
const NULL: u32 = 0x6c6c756e;

/** @inline */
function isHex(byte: u32): bool {
  return isDigit(byte) || (byte | 0x20) - 0x61 < 6;
}

/** After blanks. @inline */
export function blank(at: usize): usize {
  while (true) {
    const byte: u32 = load<u8>(at);
    if (byte > SPACE || (byte != SPACE && byte != TAB && byte != CARRIAGE_RETURN)) return at;
    at++;
  }
}

/** From the byte after an opening quote to the byte after the closing one. @inline */
export function string(at: usize): usize {
  while (true) {
    const bytes = v128.load(at);
    const quoted = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const stop = i8x16.bitmask(v128.or(quoted, i8x16.lt_u(bytes, i8x16.splat(SPACE))));
    if (!stop) {
      at += 16;
      continue;
    }
    at += ctz(stop);
    const byte = load<u8>(at);
    if (byte == QUOTE) return at + 1;
    if (byte != BACKSLASH) return 0;
    at = escaped(at + 1);
    if (!at) return 0;
  }
}

function escaped(at: usize): usize {
  switch (load<u8>(at)) {
    // " \ / b f n r t
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return at + 1;
    // u
    case 0x75: {
      const isCode =
        isHex(load<u8>(at, 1)) && isHex(load<u8>(at, 2)) && isHex(load<u8>(at, 3)) && isHex(load<u8>(at, 4));
      return isCode ? at + 5 : 0;
    }
    default:
      return 0;
  }
}

/** After digits, of which there must be one. */
function digits(at: usize): usize {
  if (!isDigit(load<u8>(at))) return 0;
  while (isDigit(load<u8>(at))) at++;
  return at;
}

function number(at: usize): usize {
  if (load<u8>(at) == 0x2d) at++;
  if (load<u8>(at) == 0x30) at++;
  else at = digits(at);
  if (at && load<u8>(at) == 0x2e) at = digits(at + 1);
  if (!at || (load<u8>(at) | 0x20) != 0x65) return at;
  const sign = load<u8>(++at);
  return digits(sign == 0x2b || sign == 0x2d ? at + 1 : at);
}

/** A value at `at`, inside so many others. */
export function value(at: usize, depth: u32): usize {
  switch (load<u8>(at)) {
    case OPEN_BRACE:
      return depth < DEEPEST ? object(at, depth + 1) : 0;
    case OPEN_BRACKET:
      return depth < DEEPEST ? array(at, depth + 1) : 0;
    case QUOTE:
      return string(at + 1);
    case 0x74:
      return load<u32>(at) == TRUE ? at + 4 : 0;
    case 0x66:
      return load<u32>(at, 1) == ALSE ? at + 5 : 0;
    case 0x6e:
      return load<u32>(at) == NULL ? at + 4 : 0;
    default:
      return number(at);
  }
}

function array(at: usize, depth: u32): usize {
  at = blank(at + 1);
  if (load<u8>(at) == CLOSE_BRACKET) return at + 1;
  while (true) {
    at = value(blank(at), depth);
    if (!at) return 0;
    at = blank(at);
    const byte = load<u8>(at++);
    if (byte == CLOSE_BRACKET) return at;
    if (byte != COMMA) return 0;
  }
}

function object(at: usize, depth: u32): usize {
  at = blank(at + 1);
  if (load<u8>(at) == CLOSE_BRACE) return at + 1;
  while (true) {
    at = colon(at);
    if (at) at = value(at, depth);
    if (!at) return 0;
    at = blank(at);
    const byte = load<u8>(at++);
    if (byte == CLOSE_BRACE) return at;
    if (byte != COMMA) return 0;
    at = blank(at);
  }
}

/** From a key to the value behind its colon. @inline */
function colon(at: usize): usize {
  if (load<u8>(at) != QUOTE) return 0;
  at = string(at + 1);
  if (!at) return 0;
  at = blank(at);
  return load<u8>(at) == COLON ? blank(at + 1) : 0;
}
