// Raw memory. Every buffer has 64 spare bytes behind it, so that loads and stores of 16 bytes may run past its end.

export const TAB: u8 = 0x09;
export const NEWLINE: u8 = 0x0a;
export const CARRIAGE_RETURN: u8 = 0x0d;
export const SPACE: u8 = 0x20;
export const QUOTE: u8 = 0x22;
export const COMMA: u8 = 0x2c;
export const COLON: u8 = 0x3a;
export const OPEN_BRACKET: u8 = 0x5b;
export const BACKSLASH: u8 = 0x5c;
export const CLOSE_BRACKET: u8 = 0x5d;
export const OPEN_BRACE: u8 = 0x7b;
export const CLOSE_BRACE: u8 = 0x7d;

/** Which of 16 bytes are equal to `byte`, a bit each. @inline */
export function mask(bytes: v128, byte: u8): u32 {
  return <u32>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(byte)));
}

/** Address of the first `byte` in [at, end), or `end`. @inline */
export function find(at: usize, end: usize, byte: u8): usize {
  while (at < end) {
    const hits = mask(v128.load(at), byte);
    if (hits) {
      at += ctz(hits);
      return at < end ? at : end;
    }
    at += 16;
  }
  return end;
}

/** Copies `size` bytes in steps of 16 and returns the end of the copy; up to 15 bytes behind it are overwritten. @inline */
export function copy(to: usize, from: usize, size: usize): usize {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
  return to + size;
}

/** As `copy`, for a size of at most 64 that is known when this is compiled: no loop is left. @inline */
export function put(to: usize, from: usize, size: usize): usize {
  v128.store(to, v128.load(from));
  if (size > 16) v128.store(to + 16, v128.load(from + 16));
  if (size > 32) v128.store(to + 32, v128.load(from + 32));
  if (size > 48) v128.store(to + 48, v128.load(from + 48));
  return to + size;
}

/** Places an ASCII text in memory, once, at start-up. `size` is stated so that `put` can use it as a constant. */
export function literal(text: string, size: i32): usize {
  if (text.length != size) unreachable();
  const at = heap.alloc(size + 64);
  String.UTF8.encodeUnsafe(changetype<usize>(text), size, at);
  return at;
}

/** @inline */
export function isDigit(byte: u32): bool {
  return byte - 0x30 < 10;
}

/** Which of the 16 bytes at `at` are hexadecimal digits in lower case, a bit each. @inline */
export function hexMask(at: usize): u32 {
  const bytes = v128.load(at);
  const digits = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10));
  const letters = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x61)), i8x16.splat(6));
  return <u32>i8x16.bitmask(v128.or(digits, letters));
}

/** Whether all of them are. @inline */
export function isHex16(at: usize): bool {
  return hexMask(at) == 0xffff;
}

/** Whether the 16 bytes at `at` are all the digit 0. @inline */
export function isZero16(at: usize): bool {
  return mask(v128.load(at), 0x30) == 0xffff;
}

/** Writes a number in decimal and returns the end. */
export function decimal(to: usize, value: u64): usize {
  let size: usize = 1;
  for (let rest = value; rest >= 10; rest /= 10) size++;
  for (let at = to + size; at > to; value /= 10) store<u8>(--at, <u8>(0x30 + (value % 10)));
  return to + size;
}
