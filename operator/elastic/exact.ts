import { Serializer } from '@elastic/elasticsearch';

/** Sixteen digits in a row: perhaps an integer that a double does not hold. */
const MANY_DIGITS = /\d{16}/;

/** Reads integers past 2^53 as `bigint`: a seal's sum of offsets outgrows what `JSON.parse` reads without rounding. */
export class ExactSerializer extends Serializer {
  override deserialize<T = unknown>(json: string): T {
    const value = super.deserialize<T>(json);
    return MANY_DIGITS.test(json) ? (JSON.parse(json, exactly) as T) : value;
  }
}

/** The third argument: ECMAScript proposal "JSON.parse source text access". */
function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  const { source } = context ?? {};
  const isRounded = typeof value === 'number' && !Number.isSafeInteger(value) && source && /^-?\d+$/.test(source);
  return isRounded ? BigInt(source) : value;
}
