// What the promotion table says of a key, as the host tells it (table.ts): the number of its field in the lowest five bits, and

export const FIELD_BITS: u32 = 31;
/** How its value is read. */
export const HOW_BITS: u32 = 15 << 5;
/** A string; one that is not empty; a whole number; a status of HTTP. */
export const ANY: u32 = 1 << 5;
export const FILLED: u32 = 2 << 5;
export const COUNT: u32 = 3 << 5;
export const STATUS_CODE: u32 = 4 << 5;
export const LEVEL_CODE: u32 = 5 << 5;
/** An id of hex digits; a traceparent. Other forms of them are the plain writer's. */
export const HEX: u32 = 6 << 5;
export const CONTEXT: u32 = 7 << 5;
/** A record with such a key is the plain writer's. */
export const RARE: u32 = 8 << 5;
/** A record in which such a key holds an object is the plain writer's. */
export const OUTER: u32 = 1 << 9;
/** It counts only where no other key gives the field; two bits say in what company, if that matters. */
export const LATE: u32 = 1 << 10;
/** It is company of this kind to other keys. */
export const COMPANY_SHIFT: u32 = 11;
export const NEEDED_SHIFT: u32 = 13;
