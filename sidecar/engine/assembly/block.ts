// Blocks of DEFLATE (RFC 1951, section 3.2.3): what stands before and between the symbols, bit by bit.
import { build } from './huffman';
import { distanceLengths, literalLengths, tick } from './symbols';

/** The code lengths of a block's header, as runs. */
const headerLengths = memory.data(320);
const runs = memory.data(320);
const runExtra = memory.data(320);
const codeCounts = memory.data(19 * 4);
const codeLengths = memory.data(19);
const codeCodes = memory.data(19 * 2);
const CODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const MOST_STORED: usize = 65535;

/** The bit writer: bits that are not written, how many they are, and where they go. */
export let bits: u64 = 0;
export let filled: u64 = 0;
export let out: usize = 0;

export function setWriter(newBits: u64, newFilled: u64, newOut: usize): void {
  bits = newBits;
  filled = newFilled;
  out = newOut;
}

/** Appends bits, at most 56 between two flushes. @inline */
function push(value: u64, size: u64): void {
  bits |= value << filled;
  filled += size;
}

/** @inline */
function flush(): void {
  store<u64>(out, bits);
  out += <usize>(filled >> 3);
  bits >>= filled & ~7;
  filled &= 7;
}

/** Writes what is left of a byte. */
export function align(): void {
  while (<i64>filled > 0) {
    store<u8>(out++, <u8>bits);
    bits >>= 8;
    filled = filled > 8 ? filled - 8 : 0;
  }
  bits = 0;
}

/** Blocks of type 0, for the bytes [at, at + size), which do not become shorter. */
export function stored(at: usize, size: usize, last: bool): void {
  do {
    const part = min(size, MOST_STORED);
    size -= part;
    push(<u64>(!size && last), 3);
    flush();
    align();
    store<u16>(out, <u16>part);
    store<u16>(out, <u16>~part, 2);
    memory.copy(out + 4, at, part);
    out += 4 + part;
    at += part;
  } while (size);
}

/** Begins a block of type 2: the code lengths, run-length encoded. */
export function header(last: bool): void {
  let literals = 286;
  while (literals > 257 && !load<u8>(literalLengths + literals - 1)) literals--;
  let distances = 30;
  while (distances > 1 && !load<u8>(distanceLengths + distances - 1)) distances--;
  memory.copy(headerLengths, literalLengths, literals);
  memory.copy(headerLengths + literals, distanceLengths, distances);
  const used = runLengths(literals + distances);
  build(codeCounts, 19, 7, codeLengths, codeCodes);
  let codes = 19;
  while (codes > 4 && !load<u8>(codeLengths + load<u8>(CODE_ORDER + codes - 1))) codes--;
  push(<u64>last, 1);
  push(2, 2);
  push(literals - 257, 5);
  push(distances - 1, 5);
  push(codes - 4, 4);
  flush();
  for (let i = 0; i < codes; i++) {
    push(load<u8>(codeLengths + load<u8>(CODE_ORDER + i)), 3);
    flush();
  }
  for (let i = 0; i < used; i++) {
    const symbol = <usize>load<u8>(runs + i);
    push(load<u16>(codeCodes + (symbol << 1)), load<u8>(codeLengths + symbol));
    if (symbol >= 16) push(load<u8>(runExtra + i), symbol == 16 ? 2 : symbol == 17 ? 3 : 7);
    flush();
  }
}

/** Puts the first code lengths of the header into runs, and returns how many those are. */
function runLengths(size: i32): i32 {
  memory.fill(codeCounts, 0, 19 * 4);
  let n = 0;
  for (let i = 0; i < size;) {
    const length = load<u8>(headerLengths + i);
    let next = i;
    while (next < size && load<u8>(headerLengths + next) == length) next++;
    let left = next - i;
    i = next;
    if (length) {
      n = run(n, length, 0);
      left--;
      while (left >= 3) {
        const part = min(left, 6);
        n = run(n, 16, part - 3);
        left -= part;
      }
    } else {
      while (left >= 11) {
        const part = min(left, 138);
        n = run(n, 18, part - 11);
        left -= part;
      }
      while (left >= 3) {
        const part = min(left, 10);
        n = run(n, 17, part - 3);
        left -= part;
      }
    }
    while (left-- > 0) n = run(n, length, 0);
  }
  return n;
}

function run(n: i32, symbol: u32, extra: i32): i32 {
  store<u8>(runs + n, symbol);
  store<u8>(runExtra + n, extra);
  tick(codeCounts, symbol);
  return n + 1;
}
