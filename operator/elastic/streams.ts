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
