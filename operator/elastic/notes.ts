import type { Installed } from './client.ts';

/** What a person should know of the Elasticsearch that is there, though all is well. */
export function elasticNotes({ server, templates, durability }: Installed): string[] {
  const { product, version, newest } = server;
  return [
    ...(newest
      ? [`${product} is being upgraded from ${version} to ${newest}; until that is over it is used as ${version}.`]
      : []),
    ...templates.left.map(
      (name) => `The index template ${name} is of a newer Tracewell, or of one with other values, and is left alone.`,
    ),
    ...durability,
  ];
}
