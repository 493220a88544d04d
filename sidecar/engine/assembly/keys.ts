// The promotion table: which of an application's keys become a field of ours. The host fills it at start-up from the plain
// table (plain/promote.ts), so there is one table only.

/** Slots of the hash table, a power of two; a slot has the key's size, its code, and its bytes. */
const SLOTS: u32 = 512;
const SLOT: usize = 48;
const KEY_AT: usize = 4;
export const LONGEST_KEY: usize = 40;
const table = memory.data(512 * 48);
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/** The first 8 bytes, of a shorter key only its own. @inline */
function head(at: usize, size: usize): u64 {
  const bytes = load<u64>(at);
  return size < 8 ? bytes & (((<u64>1) << ((<u64>size) << 3)) - 1) : bytes;
}

/** @inline */
function slotOf(head: u64, size: usize): u32 {
  return <u32>(((head ^ <u64>size) * MULTIPLIER) >> 55);
}

/** Whether the keys are equal; both have the size and are followed by readable bytes. @inline */
function isSame(a: usize, b: usize, size: usize): bool {
  while (size > 8) {
    if (load<u64>(a) != load<u64>(b)) return false;
    a += 8;
    b += 8;
    size -= 8;
  }
  return head(a, size) == head(b, size);
}

/** What the key [at, at + size) stands for, as it was given to `addKey`; 0 for a key that is none of ours. @inline */
export function codeOf(at: usize, size: usize): u32 {
  if (size - 1 >= LONGEST_KEY) return 0;
  let index = slotOf(head(at, size), size);
  while (true) {
    const slot = table + <usize>index * SLOT;
    const known: usize = load<u8>(slot);
    if (!known) return 0;
    if (known == size && isSame(slot + KEY_AT, at, size)) return load<u16>(slot, 2);
    index = (index + 1) & (SLOTS - 1);
  }
}

/** Adds a key of 1 to `LONGEST_KEY` bytes; at most half as many as there are slots. `code`: codes.ts. */
export function addKey(at: usize, size: usize, code: u32): void {
  let index = slotOf(head(at, size), size);
  while (load<u8>(table + <usize>index * SLOT)) index = (index + 1) & (SLOTS - 1);
  const slot = table + <usize>index * SLOT;
  store<u8>(slot, <u8>size);
  store<u16>(slot, <u16>code, 2);
  memory.copy(slot + KEY_AT, at, size);
}

/** Forgets all keys. */
export function clearKeys(): void {
  memory.fill(table, 0, <usize>SLOTS * SLOT);
}
