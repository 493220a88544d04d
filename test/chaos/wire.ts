import { gunzipSync, gzipSync } from 'node:zlib';

/** A record of a `_bulk` request: the name it is to be stored under, and its document as it came. */
export interface WireItem {
  readonly id: string;
  readonly document: string;
}

/** What is said about one record. */
export interface ItemAnswer {
  readonly create: { readonly status: number; readonly error?: { readonly type: string; readonly reason: string } };
}

/** Reads a packed body; throws what is wrong with it. */
export function readBulk(packed: Buffer): WireItem[] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(gunzipSync(packed));
  if (!text.endsWith('\n')) throw new Error('the last line of a body has no newline');
  const lines = text.slice(0, -1).split('\n');
  if (lines.length % 2 !== 0) throw new Error(`${lines.length} lines are not pairs`);
  return Array.from({ length: lines.length / 2 }, (_, pair) => {
    const { create } = JSON.parse(lines[2 * pair]!) as { create?: { _id?: unknown } };
    if (typeof create?._id !== 'string') throw new Error(`no create: ${lines[2 * pair]}`);
    const document = lines[2 * pair + 1]!;
    JSON.parse(document);
    return { id: create._id, document };
  });
}

export function writeBulk(items: readonly WireItem[]): Buffer {
  const pairs = items.map(({ id, document }) => `{"create":{"_id":${JSON.stringify(id)}}}\n${document}\n`);
  return gzipSync(pairs.join(''), { level: 1 });
}

/** The answers to a whole request: those that were refused before Elasticsearch, and its own for the others, in order. */
export function weave(
  refused: ReadonlyMap<number, ItemAnswer>,
  own: readonly ItemAnswer[],
  count: number,
): ItemAnswer[] {
  const rest = own.values();
  return Array.from({ length: count }, (_, index) => {
    const answer = refused.get(index) ?? rest.next().value;
    if (!answer) throw new Error(`${own.length} answers are too few for ${count - refused.size} records`);
    return answer;
  });
}

/** Whether a record is stored after such an answer. */
export const isStored = ({ create: { status } }: ItemAnswer): boolean =>
  status === 200 || status === 201 || status === 409;
