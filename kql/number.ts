const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The number that a text is, or NaN, which is neither equal to nor more or less than any. */
export const numberOf = (text: string): number => (NUMBER.test(text) ? Number(text) : NaN);
