/** A pointer from one saved object to another; `name` is how the attributes speak of it. */
export interface Reference {
  type: Type;
  id: string;
  name: string;
}

/**
 * The form in which a type's attributes are written, by which any newer Kibana knows what to migrate. They are those of Kibana
 * 8.9, which 8.19, the oldest that is supported, takes as well as 9: a form is never newer than the Kibana that reads it.
 */
const TYPE_VERSION = { 'index-pattern': '8.0.0', search: '8.0.0', lens: '8.9.0', dashboard: '8.9.0' } as const;
export type Type = keyof typeof TYPE_VERSION;

/** One line of an export of Kibana's: Kibana documentation, "Saved objects", export and import. */
export interface SavedObject {
  type: Type;
  id: string;
  attributes: Readonly<Record<string, unknown>>;
  references: readonly Reference[];
  coreMigrationVersion: string;
  typeMigrationVersion: string;
}

export interface Content {
  attributes: SavedObject['attributes'];
  references?: readonly Reference[];
}

/** With what every saved object has. */
export function savedObject(type: Type, id: string, { attributes, references = [] }: Content): SavedObject {
  return { type, id, attributes, references, coreMigrationVersion: '8.8.0', typeMigrationVersion: TYPE_VERSION[type] };
}

/** A query in Kibana's own language; empty: everything. */
export const kql = (query: string) => ({ query, language: 'kuery' });

/** Where `searchSourceJSON` stands in attributes, and what it holds: a JSON text in the JSON. */
export const searchSource = (source: object) => ({
  kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(source) },
});
