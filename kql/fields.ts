export type Scalar = string | number | boolean | null;
/** Undefined where the record has no such field. A list matches when one of its elements does. */
export type FieldValue = Scalar | undefined | readonly FieldValue[];

/** A record, as far as a query looks at it: the names are those of its document in Elasticsearch, see `api/document.ts`. */
export interface Fields {
  /** The value of a field by its whole name: `log.level`, `kubernetes.pod.name`, `app.http.status`. */
  get(name: string): FieldValue;
  /** The names of all fields with a value, each once. Asked for only by a value without a field, a pattern of names, and `field: *`. */
  names(): Iterable<string>;
}

/** The fields of a document: what stands in objects under the names with dots, also when the objects stand in lists. */
export function fieldsOf(document: object): Fields {
  const values = new Map<string, FieldValue[]>();
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) {
      for (const element of value) add(name, element);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(name === '' ? key : `${name}.${key}`, inner);
    } else {
      const before = values.get(name);
      if (before) before.push(value as Scalar);
      else values.set(name, [value as Scalar]);
    }
  };
  add('', document);
  return { get: (name) => values.get(name), names: () => values.keys() };
}
