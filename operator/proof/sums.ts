/** Documents of one class: how many, the bytes of the file that they cover, and the sum of the offsets at which they begin. */
export interface Sums {
  records: number;
  bytes: number;
  offsets: bigint;
}

/** Records and dead letters of one file. */
export interface Shelves {
  stored: Sums;
  deadLettered: Sums;
}

export const noSums = (): Sums => ({ records: 0, bytes: 0, offsets: 0n });
export const noShelves = (): Shelves => ({ stored: noSums(), deadLettered: noSums() });

export const isSame = (a: Sums, b: Sums): boolean =>
  a.records === b.records && a.bytes === b.bytes && a.offsets === b.offsets;

/**
 * From here on a sum that Elasticsearch gives may be rounded: it adds in doubles. Below, every partial sum of offsets is an
 * integer that a double holds, whatever the order.
 */
export const EXACT_BELOW = 2 ** 53;
