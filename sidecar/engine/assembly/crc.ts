// CRC-32 (RFC 1952, section 8) of many bytes by way of few: all but the last 4,800 bytes are folded into those that follow.
//
// x^300 + x^155 + x^117 + x^89 + 1 is a multiple of the polynomial of CRC-32, and so are its squares, with each exponent twice as large:
// over GF(2) a sum is squared term by term. Seven times squared, the exponents are multiples of 16 bytes, and 16 bytes may be
// added to those 145, 183, 211 and 300 places behind them, which leaves the remainder as it is. The idea is that of Chorba
// (Sam Russell, arXiv 2412.16398).

const NEAREST: usize = 145 * 16;
const NEARER: usize = 183 * 16;
const FARTHER: usize = 211 * 16;
const FARTHEST: usize = 300 * 16;
const PIECE: usize = 1024 * 16;
/** What was folded last, and behind it what is being folded. */
const folded = memory.data(300 * 16 + 1024 * 16);
/** What is left. */
const rest = memory.data(301 * 16, 16);
/** By byte, the remainder of it and 32 zero bits. */
const remainders = memory.data(256 * 4);

/** The 16 bytes at `at`, and what was folded into them, where those before are at `place`. @inline */
function sum(at: usize, place: usize): v128 {
  const near = v128.xor(v128.load(place - NEAREST), v128.load(place - NEARER));
  const far = v128.xor(v128.load(place - FARTHER), v128.load(place - FARTHEST));
  return v128.xor(v128.load(at), v128.xor(near, far));
}

/** CRC-32 of [from, from + size). */
export function crc32(from: usize, size: usize): u32 {
  if (load<u32>(remainders + 4) === 0) fillRemainders();
  if (size <= FARTHEST + 16) return ~bytewise(from, size, 0xffffffff);
  // What is folded has the ones in it, with which a CRC begins.
  return ~bytewise(rest, fold(from, size), 0);
}

function bytewise(from: usize, size: usize, begun: u32): u32 {
  let crc = begun;
  for (let at = from, end = from + size; at < end; at++) {
    crc = load<u32>(remainders + ((<usize>(<u8>crc ^ load<u8>(at))) << 2)) ^ (crc >>> 8);
  }
  return crc;
}

function fillRemainders(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    store<u32>(remainders + ((<usize>byte) << 2), crc);
  }
}

/** Leaves, of [from, from + size), as many bytes at `rest` as it returns: their CRC, begun with 0 instead of ones, is that of all. */
function fold(from: usize, size: usize): usize {
  let left = (size - FARTHEST) & ~15;
  const start = folded + FARTHEST;
  let at = from;
  memory.fill(folded, 0, FARTHEST);
  // A CRC begins with ones.
  store<u32>(start - FARTHEST, 0xffffffff);
  while (left) {
    const piece = min(left, PIECE);
    for (let i: usize = 0; i < piece; i += 16) v128.store(start + i, sum(at + i, start + i));
    memory.copy(folded, folded + piece, FARTHEST);
    at += piece;
    left -= piece;
  }
  memory.fill(start, 0, FARTHEST);
  for (let i: usize = 0; i < FARTHEST; i += 16) v128.store(rest + i, sum(at + i, start + i));
  // At most 15 more are as they were.
  v128.store(rest + FARTHEST, v128.load(at + FARTHEST));
  return from + size - at;
}
