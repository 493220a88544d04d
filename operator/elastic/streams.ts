import type { Client } from '@elastic/elasticsearch';
import { STREAM_PREFIX } from '../../api/names.ts';
import { STREAM_KINDS, type StreamKind } from './templates.ts';
import { PartRefused } from './trouble.ts';

/** The data streams of a namespace. A namespace has no `_` in it, so no two share a stream. */
export function streamsOf(namespace: string): Record<StreamKind, string> {
  const suffix = namespace.replaceAll('-', '_');
  return Object.fromEntries(STREAM_KINDS.map((kind) => [kind, `${STREAM_PREFIX[kind]}${suffix}`])) as Record<
    StreamKind,
    string
  >;
}

/**
 * Sees that the streams are there; whether any had to be made. A write creates a stream on every version and product; a
 * document without a time is refused by every data stream, so nothing is stored. One request for all of them: the master then
 * makes them together.
 */
export async function createStreams(client: Client, streams: readonly string[]): Promise<boolean> {
  const areThere = (names: readonly string[]) => client.indices.exists({ index: [...names] });
  if (await areThere(streams)) return false;
  const operations = streams.flatMap((stream) => [{ create: { _index: stream } }, {}]);
  const { items } = await client.bulk({ operations });
  if (await areThere(streams)) return true;
  for (const [i, stream] of streams.entries()) {
    if (await areThere([stream])) continue;
    const { status, error } = items[i]?.create ?? {};
    throw new PartRefused(status, `${stream} was not created: ${error?.reason ?? 'no reason given'}`);
  }
  return true;
}

/** Names of the data streams that fit a pattern. */
export async function namesOf(client: Client, pattern: string): Promise<string[]> {
  const { data_streams: streams } = await client.indices.resolveIndex({ name: pattern });
  return streams.map(({ name }) => name);
}
