import type { ReadAt } from './collect.ts';

const digits = (bytes: Uint8Array, at: number): number => bytes[at]! * 10 + bytes[at + 1]! - 528;

/** Milliseconds since 1970 of the RFC 3339 stamp `[start, end)`, which `parseCri` has found to be one. */
export function stampMs(bytes: Uint8Array, start: number, end: number): number {
  const days = daysSince1970(
    digits(bytes, start) * 100 + digits(bytes, start + 2),
    digits(bytes, start + 5),
    digits(bytes, start + 8),
  );
  const minutes = days * 1440 + digits(bytes, start + 11) * 60 + digits(bytes, start + 14);
  let ms = (minutes * 60 + digits(bytes, start + 17)) * 1000;
  let at = start + 19;
  if (bytes[at] === 46) {
    for (let unit = 100; ++at < end && bytes[at]! >= 48 && bytes[at]! <= 57; unit = Math.trunc(unit / 10)) {
      ms += (bytes[at]! - 48) * unit;
    }
  }
  if (bytes[at] === 90) return ms;
  const zone = (digits(bytes, at + 1) * 60 + digits(bytes, at + 4)) * 60_000;
  return bytes[at] === 45 ? ms + zone : ms - zone;
}

/** Of the Gregorian calendar. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const era = Math.trunc(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.trunc((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.trunc(yearOfEra / 4) - Math.trunc(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The runtime's stamp of the line at this offset; undefined for a line without one. */
export function stampAt(readAt: ReadAt, offset: number): string | undefined {
  const head = Buffer.alloc(64);
  const length = readAt(head, offset);
  return /^\S{20,35}(?= std(?:out|err) [PF])/.exec(head.toString('latin1', 0, length))?.[0];
}
