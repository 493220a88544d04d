/** A set of characters: ranges of code points, both ends included, ascending and apart. */
export type Characters = readonly (readonly [from: number, to: number])[];

export const LAST_CHARACTER = 0x10ffff;

export const DIGITS: Characters = [[48, 57]];
export const WORD: Characters = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
/** ECMAScript's white space and line ends. */
export const SPACES: Characters = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: Characters = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];
/** What `.` stands for. */
export const ANY_BUT_LINE_ENDS = allBut(LINE_ENDS);

/** Every character that is in one of the sets. */
export function union(...sets: readonly Characters[]): Characters {
  const joined: [number, number][] = [];
  for (const [from, to] of sets.flat().sort((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** Every character that is not in the set. */
export function allBut(set: Characters): Characters {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) rest.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST_CHARACTER) rest.push([next, LAST_CHARACTER]);
  return rest;
}

/** The set with the other case of its ASCII letters. */
export function inBothCases(set: Characters): Characters {
  const shifted = (first: number, last: number, by: number): Characters =>
    set.flatMap(([from, to]) => {
      const [low, high] = [Math.max(from, first), Math.min(to, last)];
      return low <= high ? [[low + by, high + by] as const] : [];
    });
  return union(set, shifted(65, 90, 32), shifted(97, 122, -32));
}
