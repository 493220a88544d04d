// UTF-8 as `buffer.isUtf8` has it: no surrogates, nothing overlong, nothing past U+10FFFF (RFC 3629, section 4).

/** @inline */
function isAscii(bytes: v128): bool {
  return !i8x16.bitmask(bytes);
}

/** Whether [at, end) is UTF-8. */
export function isUtf8(at: usize, end: usize): bool {
  while (at + 32 <= end && isAscii(v128.or(v128.load(at), v128.load(at, 16)))) at += 32;
  while (at < end) {
    const byte: u32 = load<u8>(at);
    if (byte < 0x80) {
      at++;
      // Most bytes around are ASCII, too.
      while (at + 16 <= end && isAscii(v128.load(at))) at += 16;
      continue;
    }
    const second: u32 = load<u8>(at, 1);
    let size: usize;
    if (byte < 0xc2) return false;
    if (byte < 0xe0) {
      size = 2;
      if (second - 0x80 >= 0x40) return false;
    } else if (byte < 0xf0) {
      size = 3;
      const least: u32 = byte == 0xe0 ? 0xa0 : 0x80;
      const most: u32 = byte == 0xed ? 0x9f : 0xbf;
      if (second < least || second > most || <u32>load<u8>(at, 2) - 0x80 >= 0x40) return false;
    } else {
      size = 4;
      const least: u32 = byte == 0xf0 ? 0x90 : 0x80;
      const most: u32 = byte == 0xf4 ? 0x8f : 0xbf;
      if (byte > 0xf4 || second < least || second > most) return false;
      if (<u32>load<u8>(at, 2) - 0x80 >= 0x40 || <u32>load<u8>(at, 3) - 0x80 >= 0x40) return false;
    }
    at += size;
  }
  return at == end;
}
