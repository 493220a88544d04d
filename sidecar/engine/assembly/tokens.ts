// What DEFLATE writes (RFC 1951): literals and matches, collected as tokens and written as blocks with codes of their own.
import { build } from './huffman';

/** Tokens of a block. */
const MOST: u32 = 32768;
/** A literal byte, or length << 16 | distance - 1, which is 3 << 16 at least; behind the last one a stop. */
const tokens = memory.data((32768 + 8) * 4);
const STOP: u32 = 0xffffffff;
const literalCounts = memory.data(288 * 4);
const distanceCounts = memory.data(32 * 4);
const literalLengths = memory.data(288);
const distanceLengths = memory.data(32);
const literalCodes = memory.data(288 * 2);
const distanceCodes = memory.data(32 * 2);
const lengthSymbols = memory.data(260);
const lengthExtra = memory.data(32);
const lengthBase = memory.data(32 * 2);
const nearSymbols = memory.data(256);
const farSymbols = memory.data(256);
const distanceExtra = memory.data(32);
const distanceBase = memory.data(32 * 2);
/** For each length of a match its code and extra bits together, and how many they are. */
const matchCodes = memory.data(260 * 4);
const matchBits = memory.data(260);
/** The code lengths of a block's header, as runs. */
const headerLengths = memory.data(320);
const runs = memory.data(320);
const runExtra = memory.data(320);
const codeCounts = memory.data(19 * 4);
const codeLengths = memory.data(19);
const codeCodes = memory.data(19 * 2);
const CODE_ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const MOST_STORED: usize = 65535;

/** Where the bytes of the current block begin. */
let blockFrom: usize = 0;
/** The bit writer. */
let bits: u64 = 0;
let filled: u64 = 0;
let out: usize = 0;

function prepare(): void {
  let base = 3;
  for (let i = 0; i < 28; i++) {
    const extra = i < 8 ? 0 : (i >> 2) - 1;
    store<u16>(lengthBase + (i << 1), base);
    store<u8>(lengthExtra + i, extra);
    for (let k = 0; k < 1 << extra && base + k < 258; k++) store<u8>(lengthSymbols + base + k, i);
    base += 1 << extra;
  }
  store<u16>(lengthBase + 56, 258);
  store<u8>(lengthSymbols + 258, 28);
  base = 1;
  for (let i = 0; i < 30; i++) {
    const extra = i < 4 ? 0 : (i >> 1) - 1;
    store<u16>(distanceBase + (i << 1), base);
    store<u8>(distanceExtra + i, extra);
    for (let k = 0; k < 1 << extra; k++) {
      const less = base + k - 1;
      if (less < 256) store<u8>(nearSymbols + less, i);
      else store<u8>(farSymbols + (less >> 7), i);
    }
    base += 1 << extra;
  }
}
prepare();

/** @inline */
function distanceSymbol(less: u32): u32 {
  return less < 256 ? load<u8>(nearSymbols + less) : load<u8>(farSymbols + (less >> 7));
}

/** @inline */
function code16(table: usize, i: u32): u64 {
  return load<u16>(table + ((<usize>i) << 1));
}

/** @inline */
function tick(table: usize, i: u32): void {
  const at = table + ((<usize>i) << 2);
  store<u32>(at, load<u32>(at) + 1);
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
function align(): void {
  while (<i64>filled > 0) {
    store<u8>(out++, <u8>bits);
    bits >>= 8;
    filled = filled > 8 ? filled - 8 : 0;
  }
  bits = 0;
}

/** Begins a stream at `to` for the bytes from `from`. */
export function begin(from: usize, to: usize): void {
  out = to;
  bits = 0;
  filled = 0;
  blockFrom = from;
  clearCounts();
}

function clearCounts(): void {
  memory.fill(literalCounts, 0, 288 * 4);
  memory.fill(distanceCounts, 0, 32 * 4);
}

/** Adds the byte before `end` to `count` tokens of the block; returns how many there are then. @inline */
export function literal(count: u32, byte: u32, end: usize): u32 {
  tick(literalCounts, byte);
  return collect(count, byte, end);
}

/** Adds a match of 3 to 258 bytes, 1 to 32768 bytes back, that ends before `end`; returns as `literal` does. @inline */
export function match(count: u32, length: u32, distance: u32, end: usize): u32 {
  const less = distance - 1;
  tick(literalCounts, 257 + load<u8>(lengthSymbols + length));
  tick(distanceCounts, distanceSymbol(less));
  return collect(count, (length << 16) | less, end);
}

/** @inline */
function collect(count: u32, token: u32, end: usize): u32 {
  store<u32>(tokens + ((<usize>count) << 2), token);
  if (++count < MOST) return count;
  block(count, end, 0);
  return 0;
}

/** Ends the stream, whose bytes end at `end`, and returns the address after it. */
export function finish(count: u32, end: usize): usize {
  block(count, end, 1);
  align();
  return out;
}

/** Writes the tokens so far as one block, or the bytes themselves when that is shorter. */
function block(count: u32, end: usize, last: u32): void {
  store<u32>(tokens + ((<usize>count) << 2), STOP);
  tick(literalCounts, 256);
  build(literalCounts, 286, 15, literalLengths, literalCodes);
  build(distanceCounts, 30, 15, distanceLengths, distanceCodes);
  const size = end - blockFrom;
  if (coded() >> 3 < <u64>size) {
    header(last);
    body(count);
  } else {
    stored(size, last);
  }
  blockFrom = end;
  clearCounts();
}

/** Bits that the tokens take in the codes at hand; the header is a little more. */
function coded(): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < 286; i++) {
    const extra: u32 = i > 256 ? load<u8>(lengthExtra + i - 257) : 0;
    sum += <u64>load<u32>(literalCounts + ((<usize>i) << 2)) * (load<u8>(literalLengths + i) + extra);
  }
  for (let i: u32 = 0; i < 30; i++) {
    const size = <u32>load<u8>(distanceLengths + i) + load<u8>(distanceExtra + i);
    sum += <u64>load<u32>(distanceCounts + ((<usize>i) << 2)) * size;
  }
  return sum;
}

/** Blocks of type 0, for bytes that do not become shorter. */
function stored(size: usize, last: u32): void {
  let at = blockFrom;
  do {
    const part = min(size, MOST_STORED);
    size -= part;
    push(size ? 0 : last, 3);
    flush();
    align();
    store<u16>(out, <u16>part);
    store<u16>(out, <u16>~part, 2);
    memory.copy(out + 4, at, part);
    out += 4 + part;
    at += part;
  } while (size);
}

/** The code lengths of a block of type 2, run-length encoded. */
function header(last: u32): void {
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
  push(last, 1);
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
    const symbol = load<u8>(runs + i);
    push(code16(codeCodes, symbol), load<u8>(codeLengths + symbol));
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

/** The tokens and the end of the block. */
function body(count: u32): void {
  for (let length = 3; length <= 258; length++) {
    const symbol = <u32>load<u8>(lengthSymbols + length);
    const size = <u32>load<u8>(literalLengths + 257 + symbol);
    const extra = <u32>length - load<u16>(lengthBase + (symbol << 1));
    store<u32>(matchCodes + (length << 2), <u32>code16(literalCodes, 257 + symbol) | (extra << size));
    store<u8>(matchBits + length, size + load<u8>(lengthExtra + symbol));
  }
  // In locals: a global costs a load and a store each time.
  let b = bits;
  let f = filled;
  let o = out;
  const end = tokens + ((<usize>count) << 2);
  for (let at = tokens; at < end;) {
    let token = load<u32>(at);
    at += 4;
    if (token < 256) {
      b |= code16(literalCodes, token) << f;
      f += load<u8>(literalLengths + token);
      // Up to two more literals before the flush; the stop lies behind the last token.
      token = load<u32>(at);
      if (token < 256) {
        at += 4;
        b |= code16(literalCodes, token) << f;
        f += load<u8>(literalLengths + token);
        token = load<u32>(at);
        if (token < 256) {
          at += 4;
          b |= code16(literalCodes, token) << f;
          f += load<u8>(literalLengths + token);
        }
      }
    } else {
      const length = token >> 16;
      const less = token & 0xffff;
      const symbol = distanceSymbol(less);
      b |= (<u64>load<u32>(matchCodes + (length << 2))) << f;
      f += load<u8>(matchBits + length);
      b |= code16(distanceCodes, symbol) << f;
      f += load<u8>(distanceLengths + symbol);
      b |= (<u64>(less + 1 - load<u16>(distanceBase + (symbol << 1)))) << f;
      f += load<u8>(distanceExtra + symbol);
    }
    store<u64>(o, b);
    o += <usize>(f >> 3);
    b >>= f & ~7;
    f &= 7;
  }
  bits = b;
  filled = f;
  out = o;
  push(code16(literalCodes, 256), load<u8>(literalLengths + 256));
  flush();
}
