const DAY_MS = 86_400_000;
/** Days from the first of March of the year 0 to 1970, and of four centuries, one and four years. */
const DAYS_BEFORE_1970 = 719_468;
const [ERA, CENTURY, OLYMPIAD, YEAR] = [146_097, 36_524, 1460, 365] as const;

/**
 * Milliseconds since 1970 as `Date.prototype.toISOString` writes them, from then until the year 9999. A `Date` asks for the
 * time zone of the machine, wanted or not, and the data for that are a megabyte of a process. The days are counted by Howard
 * Hinnant's `civil_from_days`.
 */
export function isoTime(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  const [y, m, d] = civil(days + DAYS_BEFORE_1970);
  const within = Math.floor(ms - days * DAY_MS);
  const [hours, minutes] = [Math.floor(within / 3_600_000), Math.floor(within / 60_000) % 60];
  const [seconds, thousandths] = [Math.floor(within / 1000) % 60, within % 1000];
  return `${pad(y, 4)}-${pad(m)}-${pad(d)}T${pad(hours)}:${pad(minutes)}:${pad(seconds)}.${pad(thousandths, 3)}Z`;
}

/** Year, month and day, of days since the first of March of the year 0: years begin in March, so that a leap day ends one. */
function civil(days: number): [number, number, number] {
  const era = Math.floor(days / ERA);
  const inEra = days - era * ERA;
  const leaps = Math.floor(inEra / OLYMPIAD) - Math.floor(inEra / CENTURY) + Math.floor(inEra / (ERA - 1));
  const year = Math.floor((inEra - leaps) / YEAR);
  const inYear = inEra - (YEAR * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * month + 2) / 5) + 1;
  return month < 10 ? [year + era * 400, month + 3, day] : [year + era * 400 + 1, month - 9, day];
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
