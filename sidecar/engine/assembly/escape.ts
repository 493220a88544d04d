// A text as the inside of a JSON string, as JSON.stringify writes it.
import { BACKSLASH, QUOTE, SPACE } from './bytes';

/** The letters of the short escapes, by control character: \b \t \n \f \r. */
const SHORT = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 0x62, 0x74, 0x6e, 0, 0x66, 0x72, 0, 0]);

/** @inline */
function nibble(x: u32): u32 {
  return x + (x < 10 ? 0x30 : 0x57);
}

/** Writes [at, end) escaped and returns the end of what was written: at most 6 bytes for each byte, 16 more are overwritten. */
export function escape(to: usize, at: usize, end: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    v128.store(to, bytes);
    const quoted = v128.or(i8x16.eq(bytes, i8x16.splat(QUOTE)), i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    let stop: u32 = i8x16.bitmask(v128.or(quoted, i8x16.lt_u(bytes, i8x16.splat(SPACE))));
    const left = end - at;
    if (left < 16) stop &= (1 << (<u32>left)) - 1;
    if (!stop) {
      const size = min<usize>(left, 16);
      at += size;
      to += size;
      continue;
    }
    const before = ctz(stop);
    at += before;
    to += before;
    const byte: u32 = load<u8>(at++);
    store<u8>(to, BACKSLASH);
    if (byte == QUOTE || byte == BACKSLASH) {
      store<u8>(to, byte, 1);
    } else if (byte < 16 && load<u8>(SHORT + byte)) {
      store<u8>(to, load<u8>(SHORT + byte), 1);
    } else {
      store<u32>(to, 0x303075, 1);
      store<u8>(to, nibble(byte >> 4), 4);
      store<u8>(to, nibble(byte & 15), 5);
      to += 4;
    }
    to += 2;
  }
  return to;
}

/** As `escape`, of a text that has escapes already, and no quote without one: they are kept. */
export function escapeRest(to: usize, at: usize, end: usize): usize {
  while (at < end) {
    const bytes = v128.load(at);
    v128.store(to, bytes);
    const escapes = i8x16.eq(bytes, i8x16.splat(BACKSLASH));
    const stops = i8x16.bitmask(v128.or(escapes, i8x16.lt_u(bytes, i8x16.splat(SPACE))));
    const size = min<usize>(min<usize>(end - at, 16), ctz(stops));
    at += size;
    to += size;
    if (at == end || !(stops >> <i32>size)) continue;
    if (load<u8>(at) == BACKSLASH) {
      store<u16>(to, load<u16>(at));
      at += 2;
      to += 2;
    } else {
      to = escape(to, at, at + 1);
      at++;
    }
  }
  return to;
}
