// A length-limited Huffman code from symbol counts: two queues over sorted counts, then repair of the Kraft sum.
/** Tables for 288 symbols, and as many inner nodes. */
const order = memory.data(288 * 2);
const weight = memory.data(288 * 2 * 4);
const parent = memory.data(288 * 2 * 2);
const depth = memory.data(288 * 2);
const count = memory.data(16 * 4);
const next = memory.data(16 * 4);

/** @inline */
function word(table: usize, i: i32): u32 {
  return load<u32>(table + ((<usize>i) << 2));
}

/** @inline */
function half(table: usize, i: i32): u32 {
  return load<u16>(table + ((<usize>i) << 1));
}

/** Adds to a number of a table. @inline */
function add(table: usize, i: i32, n: u32): void {
  const at = table + ((<usize>i) << 2);
  store<u32>(at, load<u32>(at) + n);
}

/** Fills `lengths` (u8) and `codes` (u16, bits reversed) for `size` symbols, at most 288, counted in `counts` (u32). */
export function build(counts: usize, size: i32, longest: i32, lengths: usize, codes: usize): void {
  let used = 0;
  for (let i = 0; i < size; i++) {
    store<u8>(lengths + i, 0);
    if (word(counts, i)) store<u16>(order + (used++ << 1), i);
  }
  if (used == 0) {
    store<u8>(lengths, 1);
    store<u8>(lengths + 1, 1);
  } else if (used == 1) {
    // A code of one symbol needs a second one to be complete.
    const one = half(order, 0);
    store<u8>(lengths + one, 1);
    store<u8>(lengths + (one ? 0 : 1), 1);
  } else {
    sort(counts, used);
    measure(counts, used, longest, lengths);
  }
  assign(size, lengths, codes);
}

/** Shell sort of `order` by count. */
function sort(counts: usize, used: i32): void {
  for (let gap = 121; gap > 0; gap /= 3) {
    for (let i = gap; i < used; i++) {
      const symbol = half(order, i);
      const n = word(counts, symbol);
      let j = i;
      while (j >= gap && word(counts, half(order, j - gap)) > n) {
        store<u16>(order + (j << 1), half(order, j - gap));
        j -= gap;
      }
      store<u16>(order + (j << 1), symbol);
    }
  }
}

/** Finds how long each symbol's code is. */
function measure(counts: usize, used: i32, longest: i32, lengths: usize): void {
  for (let i = 0; i < used; i++) store<u32>(weight + (i << 2), word(counts, half(order, i)));
  const root = 2 * used - 2;
  let leaf = 0;
  let inner = used;
  for (let end = used; end <= root; end++) {
    let sum: u32 = 0;
    for (let child = 0; child < 2; child++) {
      const isLeaf = leaf < used && (inner >= end || word(weight, leaf) <= word(weight, inner));
      const chosen = isLeaf ? leaf++ : inner++;
      sum += word(weight, chosen);
      store<u16>(parent + (chosen << 1), end);
    }
    store<u32>(weight + (end << 2), sum);
  }
  memory.fill(count, 0, 64);
  store<u8>(depth + root, 0);
  for (let i = root - 1; i >= 0; i--) {
    const d = <i32>load<u8>(depth + half(parent, i)) + 1;
    store<u8>(depth + i, d);
    if (i < used) add(count, min(d, longest), 1);
  }
  shorten(longest);
  let i = 0;
  for (let d = longest; d >= 1; d--) {
    for (let n = word(count, d); n; n--) store<u8>(lengths + half(order, i++), d);
  }
}

/** Codes that were cut to the longest length are too many: makes shorter ones longer until they fit. */
function shorten(longest: i32): void {
  let kraft: u32 = 0;
  for (let d = 1; d <= longest; d++) kraft += word(count, d) << (longest - d);
  while (kraft > (<u32>1) << longest) {
    let d = longest - 1;
    while (!word(count, d)) d--;
    add(count, d, -1);
    add(count, d + 1, 2);
    add(count, longest, -1);
    kraft--;
  }
}

/** The canonical codes of these lengths (RFC 1951, section 3.2.2), first bit lowest. */
function assign(size: i32, lengths: usize, codes: usize): void {
  memory.fill(count, 0, 64);
  for (let i = 0; i < size; i++) add(count, load<u8>(lengths + i), 1);
  store<u32>(count, 0);
  let code: u32 = 0;
  for (let d = 1; d <= 15; d++) {
    code = (code + word(count, d - 1)) << 1;
    store<u32>(next + (d << 2), code);
  }
  for (let i = 0; i < size; i++) {
    const length = <i32>load<u8>(lengths + i);
    if (!length) continue;
    let value = word(next, length);
    add(next, length, 1);
    let reversed: u32 = 0;
    for (let bit = 0; bit < length; bit++) {
      reversed = (reversed << 1) | (value & 1);
      value >>= 1;
    }
    store<u16>(codes + (i << 1), reversed);
  }
}
