const MORE: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
/** To be divided by: `1100m` is then the very number that `1.1` is. */
const LESS: Readonly<Record<string, number>> = { m: 1e3, u: 1e6, n: 1e9 };

/**
 * The number that a quantity stands for, to compare it with another (Kubernetes, "Quantity": `100m`, `1.5Gi`, `1e3`): as
 * exact as a double is. NaN for what is no quantity.
 */
export function numberOf(quantity: string): number {
  const [, digits, suffix = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  if (Object.hasOwn(LESS, suffix)) return Number(digits) / LESS[suffix]!;
  return Object.hasOwn(MORE, suffix) ? Number(digits) * MORE[suffix]! : Number.NaN;
}

/** The greater of two quantities, as it was written; the other where one is absent. */
export const greater = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && numberOf(other) > numberOf(one)) ? other : one;

/** The lesser of two quantities, likewise. */
export const lesser = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && numberOf(other) < numberOf(one)) ? other : one;

const ONE = 1_000_000_000n;
/** A unit of each suffix, in billionths. */
const UNIT: Readonly<Record<string, bigint>> = {
  ...Object.fromEntries(Object.entries(MORE).map(([suffix, times]) => [suffix, ONE * BigInt(times)])),
  ...Object.fromEntries(Object.entries(LESS).map(([suffix, parts]) => [suffix, ONE / BigInt(parts)])),
};

/**
 * A quantity in billionths, rounded up as Kubernetes does: exact, so that sums of them are what the API server adds up.
 * Throws for what is no quantity, or longer than any is: to reckon with a million digits would take the operator's time.
 */
export function nanosOf(quantity: string): bigint {
  const [, sign, whole = '', fraction = '', exponent = '0', suffix = ''] =
    /^([+-]?)(\d{0,40})\.?(\d{0,40})(?:[eE]([+-]?\d{1,2}))?([a-zA-Z]*)$/.exec(quantity) ?? [];
  const unit = Object.hasOwn(UNIT, suffix) ? UNIT[suffix] : undefined;
  if (unit === undefined || whole + fraction === '') throw new Error(`${quantity} is no quantity`);
  let nanos = BigInt(whole + fraction) * unit;
  const power = Number(exponent) - fraction.length;
  if (power > 0) nanos *= 10n ** BigInt(power);
  else if (power < 0) nanos = dividedUp(nanos, 10n ** BigInt(-power));
  return sign === '-' ? -nanos : nanos;
}

const dividedUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

const WRITTEN: readonly [bigint, string][] = [
  [ONE << 30n, 'Gi'],
  [ONE << 20n, 'Mi'],
  [ONE << 10n, 'Ki'],
  [ONE, ''],
  [ONE / 1000n, 'm'],
];

/** Billionths as people write them: `96Mi`, `1500m`. */
export function quantityOf(nanos: bigint): string {
  const [unit, suffix] = WRITTEN.find(([unit]) => nanos !== 0n && nanos % unit === 0n) ?? [1n, nanos === 0n ? '' : 'n'];
  return `${nanos / unit}${suffix}`;
}
