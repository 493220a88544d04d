/** Counts by name: of an outcome, a reason, a rule. */
export type Named = Readonly<Record<string, number>>;

/** What is counted from checkpoints, which outlive a sidecar's process. */
const KEPT = ['records', 'bytes', 'lost', 'discards', 'redactions'] as const;
/** What begins anew with each process of a sidecar. */
const MEASURED = ['delay', 'delays', 'storage', 'formats', 'batches', 'retries'] as const;

export type Kept = Record<(typeof KEPT)[number], Named>;
export type Measured = Record<(typeof MEASURED)[number], Named>;
/** All that a pod has said, or several pods together. Each number only grows. */
export type Sums = Kept & Measured;

/** Names are a pod's to say: what goes past so many in one group counts as one. */
const NAMES_AT_MOST = 40;
export const OTHER = 'other';

const NONE: Named = {};
const empty = <G extends string>(groups: readonly G[]): Record<G, Named> =>
  Object.fromEntries(groups.map((group) => [group, NONE])) as Record<G, Named>;

export const noKept = (): Kept => empty(KEPT);
export const noMeasured = (): Measured => empty(MEASURED);
export const noSums = (): Sums => ({ ...noKept(), ...noMeasured() });

export const countOf = (named: Named, name: string): number => (Object.hasOwn(named, name) ? named[name]! : 0);
export const totalOf = (named: Named): number => Object.values(named).reduce((sum, count) => sum + count, 0);

/** What a group is now, by the names under which it was counted before; a name for which there is no room is another's. */
function named(counts: Named, before: Named): Named {
  let room = NAMES_AT_MOST - Object.keys(before).length;
  const all: Record<string, number> = {};
  for (const [said, count] of Object.entries(counts)) {
    const isKnown = Object.hasOwn(before, said) || (said !== '__proto__' && room-- > 0);
    const name = isKnown ? said : OTHER;
    all[name] = countOf(all, name) + count;
  }
  return all;
}

/** The most that each count of a pod has ever been, and by how much more that is than before: absolute values in, growth out. */
export function grown<T extends Kept | Measured>(before: T, now: T): { most: T; more: T } {
  const most: Record<string, Named> = {};
  const more: Record<string, Named> = {};
  for (const [group, counts] of Object.entries(now) as [keyof T & string, Named][]) {
    const was = before[group] as Named;
    let is: Record<string, number> | undefined;
    const growth: Record<string, number> = {};
    for (const [name, count] of Object.entries(named(counts, was))) {
      const by = count - countOf(was, name);
      if (by <= 0) continue;
      (is ??= { ...was })[name] = count;
      growth[name] = by;
    }
    most[group] = is ?? was;
    more[group] = growth;
  }
  return { most: most as T, more: more as T };
}

/** Adds to sums what they have grown by. */
export function add(sums: Sums, more: Partial<Sums>): void {
  for (const [group, growth] of Object.entries(more) as [keyof Sums, Named][]) {
    const entries = Object.entries(named(growth, sums[group]));
    if (entries.length === 0) continue;
    const all: Record<string, number> = { ...sums[group] };
    for (const [name, count] of entries) all[name] = countOf(all, name) + count;
    sums[group] = all;
  }
}

/** Several sums together. */
export function together(all: Iterable<Sums>): Sums {
  const sum = noSums();
  for (const one of all) add(sum, one);
  return sum;
}
