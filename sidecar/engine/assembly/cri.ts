// The header of a CRI line: `2026-01-02T03:04:05.123456789Z stdout F `. As strict as the plain reader (plain/cri.ts); what is
// rarer (zones other than Z, tags behind F) is left to it.
import { isDigit, mask } from './bytes';

/** Bytes of ` stdout F `. */
const TAIL: usize = 10;
/** Which of the first 16 bytes of a stamp are digits: `2026-01-02T03:04`. */
const DIGITS: u32 = 0b1101101101101111;
/** ` std`, ` F ` and `out `, `err ` as little-endian numbers. */
const STD: u32 = 0x64747320;
const OUT: u32 = 0x2074756f;
const ERR: u32 = 0x20727265;
const FULL: u16 = 0x2046;

/** @inline */
function two(at: usize): u32 {
  return <u32>load<u8>(at) * 10 + load<u8>(at, 1) - 528;
}

/** Whether `yyyy-mm-ddThh:mm:ss` at `at` is a time from 1970 to 2261. */
function isTime(at: usize): bool {
  const bytes = v128.load(at);
  const digits = i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)));
  if (digits != DIGITS) return false;
  if ((mask(bytes, 0x2d) & 0x90) != 0x90 || load<u8>(at, 10) != 0x54 || load<u8>(at, 13) != 0x3a) return false;
  if (load<u8>(at, 16) != 0x3a || !isDigit(load<u8>(at, 17)) || !isDigit(load<u8>(at, 18))) return false;
  const year = two(at) * 100 + two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  if (year < 1970 || year > 2261 || month - 1 > 11 || day < 1) return false;
  if (day > 28 && day > daysOf(year, month)) return false;
  return two(at + 11) < 24 && two(at + 14) < 60 && two(at + 17) < 60;
}

function daysOf(year: u32, month: u32): u32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Address of the text of a line that the runtime did not cut, or 0; may be `end` for an empty text. `end`: of the line. @inline */
export function textOf(at: usize, end: usize): usize {
  if (end - at < 30 || !isTime(at)) return 0;
  let gap = at + 19;
  if (load<u8>(gap) == 0x2e) {
    const first = ++gap;
    while (isDigit(load<u8>(gap))) gap++;
    if (gap == first || gap - first > 9) return 0;
  }
  if (load<u8>(gap++) != 0x5a || end - gap < TAIL) return 0;
  const kind = load<u32>(gap, 4);
  if (load<u32>(gap) != STD || (kind != OUT && kind != ERR) || load<u16>(gap, 8) != FULL) return 0;
  return gap + TAIL;
}

/** Bytes of the stamp of the line at `at`. @inline */
export function stampSize(at: usize, text: usize): usize {
  return text - TAIL - at;
}

/** `stdout` or `stderr`. @inline */
export function streamAt(text: usize): usize {
  return text - 9;
}

/** 0 for stdout, 1 for stderr. @inline */
export function laneOf(text: usize): u32 {
  return <u32>(load<u8>(text - 6) == 0x65);
}
