// Levels of which people want to know at once (sink/age.ts); the host fills the list from there.

/** At most so many words, of at most 16 bytes, in small letters. */
const MOST: u32 = 16;
const words = memory.data(16 * 16);
const sizes = memory.data(16);
let count: u32 = 0;

export function addUrgent(at: usize, size: usize): void {
  if (count == MOST || size > 16) unreachable();
  memory.copy(words + ((<usize>count) << 4), at, size);
  store<u8>(sizes + count++, <u8>size);
}

/** Whether the level [at, end) is one of them. */
export function isUrgent(at: usize, end: usize): bool {
  const size = end - at;
  if (size > 16) return false;
  const bytes = v128.load(at);
  const capitals = i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x41)), i8x16.splat(26));
  const small = v128.or(bytes, v128.and(capitals, i8x16.splat(0x20)));
  const mine: u32 = (1 << (<u32>size)) - 1;
  for (let i: u32 = 0; i < count; i++) {
    if (load<u8>(sizes + i) != size) continue;
    const same = <u32>i8x16.bitmask(i8x16.eq(small, v128.load(words + ((<usize>i) << 4))));
    if ((same & mine) == mine) return true;
  }
  return false;
}
