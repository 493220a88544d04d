import { fieldOf } from '../plain/fields.ts';
import { PROMOTIONS, type As } from '../plain/promotions.ts';

/** How a value is read, by the numbers of `assembly/codes.ts`. What is not here the plain writer reads. */
const HOW: Partial<Record<As, number>> = {
  text: 1,
  filled: 2,
  count: 3,
  status: 4,
  level: 5,
  trace: 6,
  span: 6,
  context: 7,
  datadog: 9,
  lines: 10,
  resource: 11,
  header: 12,
  digits: 13,
};
const RARE = 8 << 5;
const OUTER = 1 << 9;
const LATE = 1 << 10;
const COMPANY_SHIFT = 11;
const NEEDED_SHIFT = 13;
/** Kinds of company: a bit each, two of them. */
const COMPANY: readonly string[][] = [['v', 'levelname'], ['level_name']];

/** The table of promotions as the engine takes it: the code of each key that it must know. */
export function engineTable(): Map<string, number> {
  const codes = new Map<string, number>();
  for (const { path, as, to, late, with: company } of PROMOTIONS) {
    const kind = company === undefined ? 0 : 1 << COMPANY.findIndex((keys) => keys.includes(company));
    const how = HOW[as];
    const known = codes.get(path);
    if (company !== undefined && (kind < 1 || how === undefined)) {
      // Only in such company does the key mean something else.
      codes.set(company, RARE);
      continue;
    }
    const isKnown = how !== undefined;
    const code = isKnown ? (how << 5) | fieldOf(to) | (kind << NEEDED_SHIFT) : RARE;
    const isLate = late === true || company !== undefined;
    if (known === undefined) codes.set(path, code | (isLate && isKnown ? LATE : 0));
    else codes.set(path, isLate && (known & LATE) !== 0 ? known | code : RARE);
  }
  for (const [bit, keys] of COMPANY.entries()) {
    for (const key of keys) codes.set(key, (codes.get(key) ?? 0) | (1 << (COMPANY_SHIFT + bit)));
  }
  for (const { path } of PROMOTIONS) {
    for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      const outer = path.slice(0, dot);
      codes.set(outer, (codes.get(outer) ?? 0) | OUTER);
    }
  }
  return codes;
}
