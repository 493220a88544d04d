import type { Range, RangeOperator } from './ast.ts';
import { compareInstants, dateOf } from './date.ts';
import type { Matcher } from './matcher.ts';
import { numberOf } from './number.ts';
import { tokensOf } from './tokens.ts';

const HOLDS: Record<RangeOperator, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * A range, as Elasticsearch answers one: of numbers by size, of dates by time, of keywords and of each word of a full text by
 * their characters. Of truth values there is none here; Elasticsearch has false before true.
 */
export function rangeMatcher({ operator, bound }: Pick<Range, 'operator' | 'bound'>): Matcher {
  const holds = HOLDS[operator];
  const number = numberOf(bound);
  const span = dateOf(bound);
  const instant = operator === '<' || operator === '>=' ? span?.first : span?.last;
  const keyword = characters(bound);
  return {
    text: (value) => tokensOf(value).some((token) => holds(Buffer.compare(characters(token), keyword))),
    date(value) {
      const at = dateOf(value)?.first;
      return at !== undefined && instant !== undefined && holds(compareInstants(at, instant));
    },
    keyword: (value) => holds(Buffer.compare(characters(value), keyword)),
    number: (value) => holds(value - number),
    boolean: () => false,
  };
}

/** UTF-8 sorts by code points, as Lucene does; JavaScript's own strings do not. */
const characters = (text: string): Buffer => Buffer.from(text);
