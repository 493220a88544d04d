import { LANES, type Lane } from '../source/lane.ts';

/** One record of a log file, handed over as soon as its last line was read. `text` is valid only during the call. */
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
}

interface Open {
  offset: number;
  bytes: number;
  stamp: string | undefined;
  text: Buffer;
  length: number;
  cut: number;
}

/**
 * Joins the parts of long lines, per lane. The common line, whole and alone, passes through without a copy; parts are kept up
 * to `limit` bytes of text, and counted past it.
 */
export class Assembler {
  readonly #open: (Open | undefined)[] = LANES.map(() => undefined);
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Where the lane's unfinished record begins, if there is one. */
  openAt(lane: Lane): number | undefined {
    return this.#open[lane]?.offset;
  }

  /** Takes one line, or with `more` a part of one. True when `line` now holds a whole record. */
  take(line: RawRecord, more: boolean): boolean {
    const open = this.#open[line.lane];
    if (!open && !more) {
      line.cut = 0;
      this.#shorten(line);
      return true;
    }
    const joined = open ?? this.#begin(line);
    joined.bytes += line.bytes;
    this.#append(joined, line);
    if (more) return false;
    this.#fill(line, joined);
    return true;
  }

  /** Ends the lane's unfinished record: the file ends here. False when there is none. */
  close(lane: Lane, into: RawRecord): boolean {
    const open = this.#open[lane];
    if (!open) return false;
    into.lane = lane;
    this.#fill(into, open);
    return true;
  }

  #begin({ lane, offset, stamp }: RawRecord): Open {
    const open = { offset, bytes: 0, stamp, text: Buffer.alloc(0), length: 0, cut: 0 };
    this.#open[lane] = open;
    return open;
  }

  /** Keeps one byte more than the limit, so that the end can tell whether the cut falls inside a character. */
  #append(open: Open, { buffer, start, end }: RawRecord): void {
    const most = this.#limit + 1;
    const kept = Math.min(end - start, most - open.length);
    if (open.length + kept > open.text.length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(most, Math.max(32_768, 2 * (open.length + kept))));
      open.text.copy(grown, 0, 0, open.length);
      open.text = grown;
    }
    buffer.copy(open.text, open.length, start, start + kept);
    open.length += kept;
    open.cut += end - start - kept;
  }

  #fill(record: RawRecord, open: Open): void {
    this.#open[record.lane] = undefined;
    record.offset = open.offset;
    record.bytes = open.bytes;
    record.stamp = open.stamp;
    record.buffer = open.text;
    record.start = 0;
    record.end = open.length;
    record.cut = open.cut;
    this.#shorten(record);
  }

  /** Cuts a text past the limit, at the last whole character. */
  #shorten(record: RawRecord): void {
    const { buffer, start } = record;
    if (record.end - start <= this.#limit) return;
    let end = start + this.#limit;
    for (let back = 0; back < 3 && end > start && (buffer[end]! & 0xc0) === 0x80; back++) end--;
    record.cut += record.end - end;
    record.end = end;
  }
}
