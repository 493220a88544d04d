import type { FieldValue } from './fields.ts';

/** A condition on one value, for each way in which `operator/elastic/templates.ts` has a field indexed. */
export interface Matcher {
  /** Full text: `message`, and an error's message and stack trace. */
  readonly text: (value: string) => boolean;
  /** `@timestamp` */
  readonly date: (value: string) => boolean;
  /** Any other string: compared as a whole. */
  readonly keyword: (value: string) => boolean;
  readonly number: (value: number) => boolean;
  readonly boolean: (value: boolean) => boolean;
}

const TEXTS: ReadonlySet<string> = new Set(['message', 'error.message', 'error.stack_trace']);

/** Longer keywords are not indexed, so that no query finds them: `ignore_above` of the template. */
const IGNORE_ABOVE = 1024;

/** `*`: whatever is there. */
export const anything: Matcher = {
  text: () => true,
  date: () => true,
  keyword: () => true,
  number: () => true,
  boolean: () => true,
};

export const anyOf = (matchers: readonly Matcher[]): Matcher => ({
  text: (value) => matchers.some((matcher) => matcher.text(value)),
  date: (value) => matchers.some((matcher) => matcher.date(value)),
  keyword: (value) => matchers.some((matcher) => matcher.keyword(value)),
  number: (value) => matchers.some((matcher) => matcher.number(value)),
  boolean: (value) => matchers.some((matcher) => matcher.boolean(value)),
});

/**
 * Whether the field has a value for which the matcher holds. A value under `app` is what it is in this record; Elasticsearch
 * has one type for all records of an index, and reads a number in a string as one where that type is a number.
 */
export function holds(matcher: Matcher, name: string, value: FieldValue): boolean {
  if (typeof value === 'string') {
    if (TEXTS.has(name)) return matcher.text(value);
    if (name === '@timestamp') return matcher.date(value);
    return value.length <= IGNORE_ABOVE && matcher.keyword(value);
  }
  if (typeof value === 'number') return matcher.number(value);
  if (typeof value === 'boolean') return matcher.boolean(value);
  return Array.isArray(value) && value.some((element: FieldValue) => holds(matcher, name, element));
}
