import { STREAM_PREFIX } from '../../api/names.ts';
import { STREAM_KINDS, type StreamKind } from './templates.ts';

/** The data streams of a namespace. A namespace has no `_` in it, so no two share a stream. */
export function streamsOf(namespace: string): Record<StreamKind, string> {
  const suffix = namespace.replaceAll('-', '_');
  return Object.fromEntries(STREAM_KINDS.map((kind) => [kind, `${STREAM_PREFIX[kind]}${suffix}`])) as Record<
    StreamKind,
    string
  >;
}

const UNIT = { h: 1, d: 24 } as const;

/** The longest of retentions such as `36h` and `14d`; a stream is shared by all policies of its namespace. */
export function longestRetention(retentions: readonly string[]): string | undefined {
  const hours = (retention: string) => Number.parseInt(retention, 10) * UNIT[retention.at(-1) as 'h' | 'd'];
  return retentions.toSorted((a, b) => hours(b) - hours(a))[0];
}
