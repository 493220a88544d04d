// The symbols of DEFLATE (RFC 1951, section 3.2.5): how often each was met, and how it is written.
import { build } from './huffman';

const LITERALS: i32 = 286;
const DISTANCES: i32 = 30;

/** How often each byte, each length of a match, and each symbol of a distance was met. */
export const literalCounts = memory.data(288 * 4);
export const lengthCounts = memory.data(260 * 4);
export const distanceCounts = memory.data(32 * 4);
export const literalLengths = memory.data(288);
export const distanceLengths = memory.data(32);
const literalCodes = memory.data(288 * 2);
const distanceCodes = memory.data(32 * 2);
const lengthSymbols = memory.data(260);
const lengthExtra = memory.data(32);
const lengthBase = memory.data(32 * 2);
const distanceExtras = memory.data(32);
const distanceBases = memory.data(32 * 2);
/** For each byte and the end of the block, and for each length of a match, what is written: `codeOf` and `sizeOf` read it. */
export const literalBits = memory.data(260 * 4);
export const lengthBits = memory.data(260 * 4);
/** The same for each symbol of a distance, and where its distances begin: `distanceCode` and what follows it read it. */
export const distanceBits = memory.data(32 * 8);

/** Bits to be written: a code and what follows it. @inline */
export function codeOf(entry: u32): u64 {
  return entry >> 5;
}

/** How many they are. @inline */
export function sizeOf(entry: u32): u64 {
  return entry & 31;
}

/** @inline */
export function distanceCode(entry: u64): u64 {
  return entry >> 24;
}

/** Bits of the code. @inline */
export function distanceSize(entry: u64): u64 {
  return entry & 15;
}

/** The first distance of the symbol, less 1: what is more than it is written behind the code. @inline */
export function distanceBase(entry: u64): u64 {
  return (entry >> 8) & 0xffff;
}

/** In so many bits. @inline */
export function distanceExtra(entry: u64): u64 {
  return (entry >> 4) & 15;
}

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
  base = 0;
  for (let i = 0; i < 30; i++) {
    const extra = i < 4 ? 0 : (i >> 1) - 1;
    store<u16>(distanceBases + (i << 1), base);
    store<u8>(distanceExtras + i, extra);
    base += 1 << extra;
  }
}
prepare();

/** The symbol of a distance, less 1. @inline */
export function distanceSymbol(less: u32): u32 {
  const high = 31 - clz(less | 1);
  return select<u32>((high << 1) + ((less >> (high - 1)) & 1), less, less > 1);
}

/** @inline */
export function tick(table: usize, i: u32): void {
  const at = table + ((<usize>i) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

export function clearCounts(): void {
  memory.fill(literalCounts, 0, 288 * 4);
  memory.fill(lengthCounts, 0, 260 * 4);
  memory.fill(distanceCounts, 0, 32 * 4);
}

/** Nothing is written for any symbol. */
export function silence(): void {
  memory.fill(literalBits, 0, 260 * 4);
  memory.fill(lengthBits, 0, 260 * 4);
  memory.fill(distanceBits, 0, 32 * 8);
}

/**
 * Makes codes for what was counted, in which every symbol has one, and begins to count anew. Returns how many bits all of it takes in
 * these codes.
 */
export function learn(): u64 {
  for (let i: usize = 0; i < <usize>LITERALS; i++) tick(literalCounts, <u32>i);
  for (let i: usize = 0; i < <usize>DISTANCES; i++) tick(distanceCounts, <u32>i);
  for (let length: usize = 3; length <= 258; length++) {
    const at = literalCounts + ((257 + <usize>load<u8>(lengthSymbols + length)) << 2);
    store<u32>(at, load<u32>(at) + load<u32>(lengthCounts + (length << 2)));
  }
  build(literalCounts, LITERALS, 15, literalLengths, literalCodes);
  build(distanceCounts, DISTANCES, 15, distanceLengths, distanceCodes);
  for (let i: usize = 0; i <= 256; i++) {
    store<u32>(literalBits + (i << 2), ((<u32>load<u16>(literalCodes + (i << 1))) << 5) | load<u8>(literalLengths + i));
  }
  for (let length: usize = 3; length <= 258; length++) {
    const symbol = <usize>load<u8>(lengthSymbols + length);
    const size = <u32>load<u8>(literalLengths + 257 + symbol);
    const extra = <u32>length - load<u16>(lengthBase + (symbol << 1));
    const code = <u32>load<u16>(literalCodes + ((257 + symbol) << 1)) | (extra << size);
    store<u32>(lengthBits + (length << 2), (code << 5) | (size + load<u8>(lengthExtra + symbol)));
  }
  for (let i: usize = 0; i < <usize>DISTANCES; i++) {
    const place = ((<u64>load<u16>(distanceBases + (i << 1))) << 8) | ((<u64>load<u8>(distanceExtras + i)) << 4);
    const code = (<u64>load<u16>(distanceCodes + (i << 1))) << 24;
    store<u64>(distanceBits + (i << 3), code | place | load<u8>(distanceLengths + i));
  }
  const sum = coded();
  clearCounts();
  return sum;
}

/** Bits of what was counted, in the codes at hand. */
function coded(): u64 {
  let sum: u64 = 0;
  for (let i: usize = 0; i < <usize>LITERALS; i++) {
    const extra: u32 = i > 256 ? load<u8>(lengthExtra + i - 257) : 0;
    sum += <u64>load<u32>(literalCounts + (i << 2)) * (load<u8>(literalLengths + i) + extra);
  }
  for (let i: usize = 0; i < <usize>DISTANCES; i++) {
    const size = <u32>load<u8>(distanceLengths + i) + load<u8>(distanceExtras + i);
    sum += <u64>load<u32>(distanceCounts + (i << 2)) * size;
  }
  return sum;
}
