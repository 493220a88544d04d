// A fast DEFLATE encoder (RFC 1951): greedy matches, by one probe of a hash table.
import { begin, finish, literal, match } from './tokens';

const HASH_BITS: u32 = 15;
/** For each hash of 4 bytes where they were seen last, from the start of the input, plus 1. */
const heads = memory.data(4 << 15);
const WINDOW: usize = 32768;
const LONGEST: usize = 258;
const SHORTEST: usize = 4;
/** Nothing is searched so near to the end that a load could go past it. */
const TAIL: usize = 12;

/** @inline */
function head(four: u32): usize {
  return heads + ((<usize>((four * 2654435761) >> (32 - HASH_BITS))) << 2);
}

/** @inline */
function remember(from: usize, at: usize): void {
  store<u32>(head(load<u32>(at)), <u32>(at - from) + 1);
}

/** How many bytes are equal at `a` and `b`, of which 4 are known to be; `most` at most. @inline */
function matchLength(a: usize, b: usize, most: usize): usize {
  let n = SHORTEST;
  while (n + 8 <= most) {
    const differ = load<u64>(a + n) ^ load<u64>(b + n);
    if (differ) return n + (<usize>ctz(differ) >> 3);
    n += 8;
  }
  while (n < most && load<u8>(a + n) == load<u8>(b + n)) n++;
  return n;
}

/** After so many bytes without a match the next are not looked up: they are of an id, most likely. */
const PATIENCE: u32 = 4;

/** Compresses [from, from + size) to raw DEFLATE at `to`, at most 5 bytes longer for each 32 KiB and 64 more; returns its size. */
export function deflate(from: usize, size: usize, to: usize): usize {
  begin(from, to);
  memory.fill(heads, 0, 4 << HASH_BITS);
  const end = from + size;
  const limit = size > TAIL ? end - TAIL : from;
  let count: u32 = 0;
  let misses: u32 = 0;
  let at = from;
  while (at < limit) {
    const four = load<u32>(at);
    const place = head(four);
    const was: usize = load<u32>(place);
    store<u32>(place, <u32>(at - from) + 1);
    const before = from + was - 1;
    if (was && at - before <= WINDOW && load<u32>(before) == four) {
      const length = matchLength(before, at, min(end - at, LONGEST));
      const next = at + length;
      count = match(count, <u32>length, <u32>(at - before), next);
      if (next < limit) {
        remember(from, next - 1);
        remember(from, at + 1);
      }
      at = next;
      misses = 0;
      continue;
    }
    count = literal(count, load<u8>(at), at + 1);
    at++;
    if (++misses > PATIENCE) {
      count = literal(count, load<u8>(at), at + 1);
      at++;
      if (misses > 2 * PATIENCE) {
        count = literal(count, load<u8>(at), at + 1);
        at++;
      }
    }
  }
  for (; at < end; at++) count = literal(count, load<u8>(at), at + 1);
  return finish(count, end) - to;
}
