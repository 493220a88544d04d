// A fast DEFLATE encoder (RFC 1951): greedy matches, by one probe of a hash table, and written at once, in a code that was learnt
// from what came before.
import { hexMask, isHex16 } from './bytes';
import { align, bits, filled, header, out, setWriter, stored } from './block';
import {
  clearCounts,
  codeOf,
  distanceBase,
  distanceBits,
  distanceCode,
  distanceCounts,
  distanceExtra,
  distanceSize,
  distanceSymbol,
  learn,
  lengthBits,
  lengthCounts,
  literalBits,
  literalCounts,
  silence,
  sizeOf,
  tick,
} from './symbols';

const HASH_BITS: u32 = 15;
/** For each hash of 4 bytes the address where they were seen last. */
const heads = memory.data(4 << 15);
const WINDOW: u32 = 32768;
const LONGEST: usize = 258;
const SHORTEST: usize = 4;
/** Nothing is searched so near to the end that a load could go past it. */
const TAIL: usize = 12;
/** Bytes from which the first code is learnt, and bytes of a block. */
const SAMPLE: usize = 32768;
const BLOCK: usize = 524288;
const END_OF_BLOCK: usize = 256;

/** @inline */
function head(four: u32): usize {
  return heads + ((<usize>((four * 2654435761) >> (32 - HASH_BITS))) << 2);
}

/** @inline */
function remember(at: usize): void {
  store<u32>(head(load<u32>(at)), <u32>at);
}

/** How many bytes are equal at `a` and `b`, of which 4 are known to be; `most` at most. Behind both 260 bytes can be read. @inline */
function matchLength(a: usize, b: usize, most: usize): usize {
  let n = SHORTEST;
  do {
    const differ = load<u64>(a + n) ^ load<u64>(b + n);
    if (differ) return min(n + (<usize>ctz(differ) >> 3), most);
    n += 8;
  } while (n < LONGEST);
  return most;
}

/** After so many bytes without a match every other byte is not looked up. */
const PATIENCE: u32 = 3;
/** Hexadecimal digits of an id, at least, among which nobody looks for a match. */
const ID: usize = 16;

/** How many hexadecimal digits stand at `at`, counted up to 32; 0 when they are fewer than 16. @inline */
function idAt(at: usize): usize {
  return isHex16(at) ? ID + <usize>ctz(~hexMask(at + ID)) : 0;
}

/** A byte that is met as itself: what to write for it. @inline */
function literal(byte: u32): u32 {
  tick(literalCounts, byte);
  return load<u32>(literalBits + ((<usize>byte) << 2));
}

/**
 * Writes the bytes from `at` up to `stop`, and past it what the last match has or, behind bytes without a match, one more; returns
 * where it got. No load goes past `end`.
 */
function encode(at: usize, stop: usize, end: usize): usize {
  // In locals: a global costs a load and a store each time.
  let b = bits;
  let f = filled;
  let o = out;
  let misses: u32 = 0;
  const limit = min(stop, max(at, end - TAIL));
  while (at < limit) {
    const four = load<u32>(at);
    const place = head(four);
    const before: usize = load<u32>(place);
    store<u32>(place, <u32>at);
    const less = <u32>(at - before - 1);
    // Both in one branch, for it is often foretold wrongly. Where there is none before, it is address 0; when a block is written a
    // second time, it may be `at` or what is behind that.
    if (<u32>(less < WINDOW) & <u32>(load<u32>(before) == four)) {
      const length = matchLength(before, at, min(end - at, LONGEST));
      const next = at + length;
      if (next < limit) {
        remember(next - 1);
        remember(at + 1);
      }
      at = next;
      misses = 0;
      const match = load<u32>(lengthBits + (length << 2));
      b |= codeOf(match) << f;
      f += sizeOf(match);
      const symbol = distanceSymbol(less);
      const distance = load<u64>(distanceBits + ((<usize>symbol) << 3));
      b |= distanceCode(distance) << f;
      f += distanceSize(distance);
      b |= (less - distanceBase(distance)) << f;
      f += distanceExtra(distance);
      tick(lengthCounts, <u32>length);
      tick(distanceCounts, symbol);
    } else {
      const first = literal(load<u8>(at++));
      b |= codeOf(first) << f;
      f += sizeOf(first);
      if (++misses > PATIENCE) {
        const second = literal(load<u8>(at++));
        b |= codeOf(second) << f;
        f += sizeOf(second);
      } else if (misses == PATIENCE) {
        const id = min(idAt(at), limit - at);
        for (const stop = id < ID ? at : at + id; at < stop; at++) {
          const digit = literal(load<u8>(at));
          b |= codeOf(digit) << f;
          f += sizeOf(digit);
          store<u64>(o, b);
          o += <usize>(f >> 3);
          b >>= f & ~7;
          f &= 7;
        }
      }
    }
    store<u64>(o, b);
    o += <usize>(f >> 3);
    b >>= f & ~7;
    f &= 7;
  }
  setWriter(b, f, o);
  if (stop == end) for (; at < end; at++) write(literal(load<u8>(at)));
  return at;
}

/** Writes a literal. */
function write(entry: u32): void {
  const b = bits | (codeOf(entry) << filled);
  const f = filled + sizeOf(entry);
  store<u64>(out, b);
  setWriter(b >> (f & ~7), f & 7, out + <usize>(f >> 3));
}

/** Learns a code for the bytes [from, from + size) from the first of them, for which nothing is written. */
function sample(from: usize, size: usize, to: usize): void {
  clearCounts();
  silence();
  memory.fill(heads, 0, 4 << HASH_BITS);
  setWriter(0, 0, to);
  encode(from, from + min(size, SAMPLE), from + size);
  memory.fill(heads, 0, 4 << HASH_BITS);
  setWriter(0, 0, to);
}

/** Writes a block, with the code at hand; returns where it got. */
function block(at: usize, stop: usize, end: usize): usize {
  header(stop == end);
  at = encode(at, stop, end);
  write(load<u32>(literalBits + END_OF_BLOCK * 4));
  return at;
}

/**
 * Compresses [from, from + size) to raw DEFLATE at `to`, at most 5 bytes longer for each 64 KiB and 64 more, but up to `BLOCK` more
 * are overwritten; returns its size.
 */
export function deflate(from: usize, size: usize, to: usize): usize {
  const end = from + size;
  sample(from, size, to);
  learn();
  let start = from;
  let stop: usize;
  do {
    stop = end - start <= BLOCK ? end : start + BLOCK;
    const b = bits;
    const f = filled;
    const o = out;
    let at = block(start, stop, end);
    if (size > SAMPLE && <u64>(out - o) * 6 > learn()) {
      // It was nothing like what came before.
      setWriter(b, f, o);
      at = block(start, stop, end);
    }
    if (out - o > at - start) {
      // As they are, they are shorter.
      setWriter(b, f, o);
      stored(start, at - start, stop == end);
    }
    start = at;
  } while (stop < end);
  align();
  return out - to;
}
