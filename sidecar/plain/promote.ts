import type { Facts, Value } from './facts.ts';
import { fieldOf } from './fields.ts';
import { LEFT } from './outcome.ts';
import { PROMOTIONS, type As } from './promotions.ts';
import { READERS } from './readers.ts';

/** A row of the table, ready for use. */
export interface Row {
  as: As;
  /** The number of a field. */
  field: number;
  isLate: boolean;
  /** A key that the record must have. */
  company: string | undefined;
}

/** The table by path; rows of one path in their order. */
const ROWS = new Map<string, Row[]>();
/** Paths of the objects inside which paths of the table lie. */
const OUTER = new Set<string>();
for (const { path, as, to, late, with: company } of PROMOTIONS) {
  const row = { as, field: fieldOf(to), isLate: late === true || company !== undefined, company };
  ROWS.set(path, [...(ROWS.get(path) ?? []), row]);
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) OUTER.add(path.slice(0, dot));
}

/** Keys that make others count. */
const COMPANY = new Set(PROMOTIONS.flatMap(({ with: company }) => company ?? []));

const NO_ROWS: readonly Row[] = [];
/** The rows for a path, in which keys of objects inside each other have dots between them. */
export const rowsOf = (path: string): readonly Row[] => ROWS.get(path) ?? NO_ROWS;

/** Whether a row asks for this key at the top. */
export const isCompany = (key: string): boolean => COMPANY.has(key);

/** Whether an object that stands at this path may hold what has a row. */
export const isOuter = (path: string): boolean => OUTER.has(path);

const LONGEST = Math.max(...PROMOTIONS.map(({ path }) => path.length));
/** By first byte a bit for each length that keys of the table have: most keys are none of ours. */
const LENGTHS = new Uint32Array(256);
for (const path of [...ROWS.keys(), ...OUTER, ...COMPANY]) LENGTHS[path.charCodeAt(0)]! |= 1 << (path.length & 31);

/** Whether a key `[start, end)` at the top may be one of the table. */
export function mayHaveRow(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return length > 0 && length <= LONGEST && ((LENGTHS[bytes[start]!]! >>> (length & 31)) & 1) === 1;
}

/** Takes a value over into the row's field; when that has one already, or the value is none for it, it is left. */
export function promote(row: Row, bytes: Uint8Array, value: Value, facts: Facts): number {
  return facts.has(row.field) ? LEFT : READERS[row.as](bytes, value, row.field, facts);
}
