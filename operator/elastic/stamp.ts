import { createHash } from 'node:crypto';
import { compareVersions } from './server.ts';

/** `_meta` of an index template of ours: whose it is, which Tracewell wrote it, and what it wrote. */
export interface Stamp {
  managed_by: 'tracewell';
  /** Of Tracewell: `0.1.0`. */
  version: string;
  /** Of all the rest, see `hashOf`. */
  hash: string;
}

/** An index template, as it is sent or as a server shows it. */
export interface IndexTemplate {
  _meta?: Partial<Stamp>;
  template?: { settings?: object; mappings?: object };
  data_stream?: object;
}

export const stamped = <T extends IndexTemplate>(template: T, version: string): T & { _meta: Stamp } => ({
  ...template,
  _meta: { managed_by: 'tracewell', version, hash: hashOf(template) },
});

/**
 * What stands there, against what is wanted: `same`; `missing`; `outdated`, `other` and `newer`: of a Tracewell that is older,
 * of this version and wants something else, or newer; `changed`: not as any Tracewell wrote it.
 */
export type Standing = 'same' | 'missing' | 'outdated' | 'other' | 'newer' | 'changed';

export function standingOf(found: IndexTemplate | undefined, wanted: IndexTemplate & { _meta: Stamp }): Standing {
  if (!found) return 'missing';
  const { managed_by: by, version = '', hash } = found._meta ?? {};
  if (by !== 'tracewell' || hash !== hashOf(found)) return 'changed';
  const ahead = compareVersions(version, wanted._meta.version);
  if (hash === wanted._meta.hash && ahead >= 0) return 'same';
  if (ahead === 0) return 'other';
  return ahead > 0 ? 'newer' : 'outdated';
}

/** What a server adds or leaves out by itself. */
const SILENT = new Set(['_meta', 'created_date', 'created_date_millis', 'modified_date', 'modified_date_millis']);

/**
 * A hash of what a template says, however it is put: servers show settings as a tree of texts that were sent as `index.a.b` and
 * numbers, add defaults, and drop what is empty.
 */
export function hashOf(template: IndexTemplate): string {
  const { template: content = {}, data_stream: stream, ...rest } = template;
  const said = Object.entries(rest).filter(([key]) => !SILENT.has(key));
  const normal = plain({
    ...withoutEmpty(Object.fromEntries(said)),
    // Elasticsearch shows that what is off by default is off, OpenSearch the field that is always the one.
    data_stream:
      stream && Object.entries(stream).filter(([name, value]) => value !== false && name !== 'timestamp_field'),
    template: withoutEmpty({ ...content, settings: flat(content.settings ?? {}) }),
  });
  return createHash('sha256').update(JSON.stringify(normal)).digest('hex').slice(0, 16);
}

const withoutEmpty = (parts: object): object =>
  Object.fromEntries(
    Object.entries(parts).filter(
      ([, part]: [string, unknown]) => typeof part !== 'object' || Object.keys(part ?? {}).length > 0,
    ),
  );

/** Keys in order, values as text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each));
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, plain(each)]));
}

/** `{index: {a: {b: 1}}}` and `{'index.a.b': 1}` alike. */
function flat(settings: object, path = ''): Record<string, unknown> {
  return Object.assign(
    {},
    ...Object.entries(settings).map(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? flat(value, `${path}${key}.`)
        : { [`${path}${key}`]: value },
    ),
  ) as Record<string, unknown>;
}
