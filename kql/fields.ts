export type Scalar = string | number | boolean | null;
/** Undefined where the record has no such field. A list matches when one of its elements does. */
export type FieldValue = Scalar | undefined | readonly FieldValue[];

/** A record, as far as a query looks at it: the names are those of its document in Elasticsearch, see `api/document.ts`. */
export interface Fields {
  /** The value of a field by its whole name: `log.level`, `kubernetes.pod.name`, `app.http.status`. */
  get(name: string): FieldValue;
  /**
   * Each single value with the name of its field; `within`: only of the field of this name and of those inside it. Without that
   * asked for only by a value without a field, and by a pattern of names.
   */
  entries(within?: string): Iterable<readonly [name: string, value: Scalar]>;
}

/** No field has a longer name: Elasticsearch refuses the record. */
const LONGEST_NAME = 32_766;

/**
 * The fields of a document: what stands in objects under the names with dots, also when the objects stand in lists. They are
 * looked up where they stand, for all the names together may be a thousand times as long as their document.
 */
export function fieldsOf(document: object): Fields {
  return {
    get(name) {
      const values: Scalar[] = [];
      collect(document, name, values);
      return values.length > 0 ? values : undefined;
    },
    entries: (within) => (within === undefined ? entriesOf(document, '') : entriesWithin(document, within, '')),
  };
}

type Json = Scalar | object;

/** Adds the values of the field of this name. A key may have dots itself, so several ways may lead to it. */
function collect(value: Json, name: string, into: Scalar[]): void {
  if (Array.isArray(value)) for (const element of value as Json[]) collect(element, name, into);
  else if (isObject(value)) {
    for (const [key, inner] of membersOf(value)) {
      if (key === name) addTo(into, inner);
      else if (isBefore(key, name)) collect(inner, name.slice(key.length + 1), into);
    }
  }
}

function addTo(into: Scalar[], value: Json): void {
  if (Array.isArray(value)) for (const element of value as Json[]) addTo(into, element);
  else if (!isObject(value)) into.push(value);
}

/** `name` is what is left of the name below `above`. */
function* entriesWithin(value: Json, name: string, above: string): Generator<readonly [string, Scalar], void> {
  if (Array.isArray(value)) for (const element of value as Json[]) yield* entriesWithin(element, name, above);
  else if (isObject(value)) {
    for (const [key, inner] of membersOf(value)) {
      if (key === name || isBefore(name, key)) yield* entriesOf(inner, joined(above, key));
      else if (isBefore(key, name)) yield* entriesWithin(inner, name.slice(key.length + 1), joined(above, key));
    }
  }
}

function* entriesOf(value: Json, name: string): Generator<readonly [string, Scalar], void> {
  if (name.length > LONGEST_NAME) return;
  if (Array.isArray(value)) for (const element of value as Json[]) yield* entriesOf(element, name);
  else if (!isObject(value)) yield [name, value];
  else for (const [key, inner] of membersOf(value)) yield* entriesOf(inner, joined(name, key));
}

const joined = (above: string, key: string): string => (above === '' ? key : `${above}.${key}`);
const isObject = (value: Json): value is object => typeof value === 'object' && value !== null;
const membersOf = (value: object): [string, Json][] => Object.entries(value);
/** Whether the first is the part of the second before one of its dots. */
const isBefore = (start: string, name: string): boolean => name[start.length] === '.' && name.startsWith(start);
