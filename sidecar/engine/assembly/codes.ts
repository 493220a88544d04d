// What the promotion table says of a key, as the host tells it (table.ts): the number of its field in the lowest five bits, how its
// value is read in four, and what else there is to know.

export const FIELD_BITS: u32 = 31;
/** How its value is read. */
export const HOW_BITS: u32 = 15 << 5;
/** A text; one that is not empty; one of several lines; a whole number, also in quotes; a status of HTTP. */
export const ANY: u32 = 1 << 5;
export const FILLED: u32 = 2 << 5;
export const COUNT: u32 = 3 << 5;
export const STATUS_CODE: u32 = 4 << 5;
export const LEVEL_CODE: u32 = 5 << 5;
/** An id of hex digits, of Datadog's or of GCP's form; trace context, as text or as the header of B3 and Jaeger. */
export const HEX: u32 = 6 << 5;
export const CONTEXT: u32 = 7 << 5;
export const DATADOG: u32 = 9 << 5;
export const LINES: u32 = 10 << 5;
export const RESOURCE: u32 = 11 << 5;
export const HEADER: u32 = 12 << 5;
export const DIGITS: u32 = 13 << 5;
/** A record with such a key is the plain writer's. */
export const RARE: u32 = 8 << 5;
/** A record in which such a key holds an object is the plain writer's. */
export const OUTER: u32 = 1 << 9;
/** It counts only where no other key gives the field; two bits say in what company, if that matters. */
export const LATE: u32 = 1 << 10;
/** It is company of this kind to other keys. */
export const COMPANY_SHIFT: u32 = 11;
export const NEEDED_SHIFT: u32 = 13;
