import type { Lane } from '../source/lane.ts';

/** One record of a log file. Its text is valid only during the call that hands it over. */
export interface RawRecord {
  /** Offset of its first line. */
  offset: number;
  /** Bytes of its own lines, headers and newlines included: over a file they add up to its size. */
  bytes: number;
  lane: Lane;
  /** RFC 3339, of its first line; undefined for a line without CRI header. */
  stamp: string | undefined;
  /** The text is `[start, end)` of this buffer. */
  buffer: Buffer;
  start: number;
  end: number;
  /** Bytes of the text that were left out because it is longer than the limit. */
  cut: number;
  /** It goes on where another record ended: that of the file before, or one that was full. */
  continued: boolean;
}

/** Takes a record; false when there is no room for another one. */
export type Emit = (record: RawRecord) => boolean;

/** Which bytes of a file a record covers: `bytes` of its lane's own lines, the first of them at `offset`. */
export interface Extent {
  offset: number;
  bytes: number;
  lane: Lane;
}

/** The text of a record, cut to a limit. */
export type Text = Pick<RawRecord, 'buffer' | 'start' | 'end' | 'cut'>;

/** Cuts a text past `limit` bytes, at the last whole character. */
export function shorten(text: Text, limit: number): void {
  const { buffer, start } = text;
  if (text.end - start <= limit) return;
  let end = start + limit;
  for (let back = 0; back < 3 && end > start && (buffer[end]! & 0xc0) === 0x80; back++) end--;
  text.cut += text.end - end;
  text.end = end;
}
