import { Body } from '../plain/body.ts';
import { DocumentWriter, type Origin } from '../plain/document.ts';
import type { RawRecord } from '../plain/record.ts';
import { isUrgent } from './age.ts';
import { pack } from './slice.ts';

/** What became of lines that were taken at once. */
export interface Taken {
  /** Records that were written. */
  count: number;
  /** Bytes of the file that they cover. */
  covered: number;
  /** Where it got in the chunk. */
  to: number;
  /** Where lines before that begin that were not taken: texts that wait for the next line of their lane. */
  waiting: readonly number[];
}

/** Records that were written at once, as columns: `Batch` has the same. Valid until the next call. */
export interface Rows extends Taken {
  waiting: number[];
  offsets: Float64Array;
  bytes: Uint32Array;
  ends: Uint32Array;
  lanes: Uint8Array;
  offsetSum: number;
  /** One of them has a level of which people want to know at once. */
  isUrgent: boolean;
  /** How often which rule replaced something in them. */
  redactions: Map<string, number>;
}

/** Whole lines `[from, to)` of the chunk, the first of which stands at `offset` of the file. */
export interface LineRange {
  from: number;
  to: number;
  offset: number;
  /** Lanes whose lines may be taken, a bit each: nothing of theirs is open, and nothing of them is answered for already. */
  lanes: number;
  /** Bytes of a text past which it is cut. */
  limit: number;
  /** How lines of text become records. */
  multiline: 'Off' | 'Auto' | 'Pattern';
  /** A body of so many bytes is full. */
  full: number;
}

/** The body of the bulk request that is filled. There is one at a time: packed, it is a batch's own. */
export interface BulkBody {
  /** Where files are read into. */
  readonly chunk: Buffer;
  /** Bytes so far. */
  readonly length: number;
  /** What was written from `start` on; valid until the next call. */
  since(start: number): Buffer;
  /** Takes back what was written from `start` on. */
  truncate(start: number): void;
  /** Writes a record behind the others; returns whether it has a level of which people want to know at once. */
  write(record: RawRecord, origin: Origin): boolean;
  /**
   * Writes the records of the lines of a chunk, as many as are ordinary and find room, each byte as `write` has it; the rest
   * is the caller's. Undefined when it takes none.
   */
  take(lines: LineRange, origin: Origin): Rows | undefined;
  /** Compresses all of it, into `spare` where that is large enough, and is empty then. */
  pack(spare: Buffer): Buffer;
  /** Other bytes as gzip, for who sends something else. */
  gzip(bytes: Buffer): Buffer;
  /** Lets go of what a large batch made it grow to. */
  shrink(): void;
}

const CHUNK_BYTES = 256 * 1024;

/** The plain path: one record after the other, and zlib. */
export class PlainBody implements BulkBody {
  readonly chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #body = new Body();
  readonly #writer: DocumentWriter;

  constructor(wall: () => number) {
    this.#writer = new DocumentWriter(this.#body, wall);
  }

  get length(): number {
    return this.#body.length;
  }

  since(start: number): Buffer {
    return this.#body.bytes.subarray(start, this.#body.length);
  }

  truncate(start: number): void {
    this.#body.length = start;
  }

  /** Bytes that it holds, used or not. */
  get capacity(): number {
    return this.#body.bytes.length;
  }

  write(record: RawRecord, origin: Origin): boolean {
    return isUrgent(this.#writer.write(record, origin));
  }

  take(): undefined {
    return undefined;
  }

  pack(): Buffer {
    const packed = pack(this.#body.bytes.subarray(0, this.#body.length));
    this.#body.length = 0;
    return packed;
  }

  gzip(bytes: Buffer): Buffer {
    return pack(bytes);
  }

  shrink(): void {
    this.#body.shrink();
  }
}
