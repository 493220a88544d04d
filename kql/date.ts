/** A point in time: milliseconds since 1970, and the nanoseconds past them, which one number could not hold. */
export type Instant = readonly [milliseconds: number, nanoseconds: number];

/** From the first nanosecond that a date means to the last. */
export interface Span {
  readonly first: Instant;
  readonly last: Instant;
}

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-](?:0\d|1[0-8])(?::?[0-5]\d)?)?)?)?)?$/;
const MILLISECONDS = /^\d{1,15}$/;
/** Milliseconds at which 64 bits of nanoseconds end, in the year 2262. */
const END = 2 ** 63 / 1e6;

/**
 * Reads a date as Elasticsearch 9.5 was seen to do it for a `date_nanos` field, whose format is
 * `strict_date_optional_time_nanos||epoch_millis`; undefined where there is none. A missing time or fraction means all that it
 * could be, a missing month or day the first one. Without a zone it is UTC; zones have no names here.
 */
export function dateOf(text: string): Span | undefined {
  const { first, last } = spanOf(text);
  // Written so that NaN is refused, too.
  return first[0] >= 0 && last[0] < END ? { first, last } : undefined;
}

/** Negative, 0 or positive, for sorting. */
export const compareInstants = (a: Instant, b: Instant): number => a[0] - b[0] || a[1] - b[1];

function spanOf(text: string): Span {
  const match = DATE.exec(text);
  if (match === null) {
    const milliseconds = MILLISECONDS.test(text) ? Number(text) : NaN;
    return { first: [milliseconds, 0], last: [milliseconds, 999_999] };
  }
  const [, year, month = '01', day = '01', time, fraction, zone] = match;
  const instant = (clock: string, filler: string): Instant => {
    const nanoseconds = fraction?.padEnd(9, '0') ?? filler.repeat(9);
    const second = secondOf(`${year}-${month}-${day}T${time ?? clock}`) - offsetOf(zone);
    return [second + Number(nanoseconds.slice(0, 3)), Number(nanoseconds.slice(3))];
  };
  const first = instant('00:00:00', '0');
  return { first, last: fraction === undefined ? instant('23:59:59', '9') : first };
}

/** Milliseconds of a day and time that exist, or NaN: JavaScript alone would take the 30th of February for the 2nd of March. */
function secondOf(iso: string): number {
  const milliseconds = Date.parse(`${iso}Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(iso) ? milliseconds : NaN;
}

/** Milliseconds that a zone such as `+02:00`, `+0200` or `+02` is ahead of UTC. */
function offsetOf(zone = 'Z'): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.replace(':', '').slice(3));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
