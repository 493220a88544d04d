import { closeSync, fstatSync, readSync } from 'node:fs';
import { Assembler, type RawRecord } from '../plain/assemble.ts';
import { CLEAN_BYTES } from '../plain/document.ts';
import { LineReader, type Emit } from '../plain/lines.ts';
import { resumeAt, type Checkpoint } from './checkpoint.ts';
import type { Opened } from './discovery.ts';
import type { Lane, LaneOffsets } from './lane.ts';

/**
 * One open log file: reads on from where its checkpoint stands. The descriptor outlives renames and even removal of the path,
 * so what was opened is read to its end. System errors of reading are thrown.
 */
export class LogFile {
  checkpoint: Checkpoint;
  /** No more is written to it: rotated away, or a later run of its container exists. */
  finished = false;
  /** Records handed over and not yet answered for. */
  pending = 0;
  #fd: number;
  #inode: string;
  readonly #head: Buffer;
  readonly #assembler: Assembler;
  readonly #lines: LineReader;
  /** Everything before it was handed over as records or is held as parts of one. */
  #position: number;
  /** At the last look. */
  #size: number;
  #ended = false;
  #isClosed = false;

  constructor({ fd, inode, head }: Opened, checkpoint: Checkpoint, recordBytes: number) {
    this.#inode = inode;
    this.checkpoint = checkpoint;
    this.#fd = fd;
    this.#head = head;
    this.#position = resumeAt(checkpoint);
    this.#size = this.#position;
    this.#assembler = new Assembler(recordBytes);
    this.#lines = new LineReader(this.#assembler, checkpoint.lanes);
  }

  get inode(): string {
    return this.#inode;
  }

  get position(): number {
    return this.#position;
  }

  /** Handed over to its last byte. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that were there at the last look and are not handed over. */
  get unread(): number {
    return Math.max(0, this.#size - this.#position);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Nobody can write to it any more, or open it. */
  get isRemoved(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  /** Looks how long the file is; false when it was begun anew: shorter than what was read, or with another first line. */
  look(): boolean {
    const { size } = fstatSync(this.#fd);
    if (size === this.#size) return true;
    if (size < this.#position || !this.#beginsAsBefore()) return false;
    this.#size = size;
    return true;
  }

  /** Whether the other one begins as this one did, and has all that was read of it. */
  isCopiedIn({ head, size }: Opened): boolean {
    return size >= this.#position && head.subarray(0, this.#head.length).equals(this.#head);
  }

  /** Goes on in a copy. What was handed over stays what it is. */
  moveTo({ fd, inode }: Opened): void {
    closeSync(this.#fd);
    this.#fd = fd;
    this.#inode = inode;
    this.#size = this.#position;
  }

  /** Reads one chunk into `buffer` and hands its records to `emit`; returns how many bytes it got further. */
  read(buffer: Buffer, emit: Emit): number {
    return this.#readOn(buffer, emit).consumed;
  }

  /** Reads as `read` does, and where that gets no further the end is there: what is still open is handed over. */
  end(buffer: Buffer, emit: Emit): void {
    const { length, consumed } = this.#readOn(buffer, emit);
    if (consumed === 0) this.#finish(buffer.subarray(0, length), emit);
  }

  /** Hands over the parts in memory: what follows them is gone. Returns how many bytes were there and were not read. */
  abandon(emit: Emit): number {
    this.#finish(Buffer.alloc(0), emit);
    return this.unread;
  }

  /** Where each lane would go on if everything handed over so far were answered for. */
  lanesNow(): LaneOffsets {
    const at = (lane: Lane) => this.#assembler.openAt(lane) ?? Math.max(this.#position, this.checkpoint.lanes[lane]);
    return [at(0), at(1), at(2)];
  }

  /** The record of an extent again, its text cut to what a clean document holds; undefined when the file has it no more. */
  reread({ offset, bytes, lane }: { offset: number; bytes: number; lane: Lane }): RawRecord | undefined {
    if (this.#isClosed) return undefined;
    const from: [number, number, number] = [Infinity, Infinity, Infinity];
    from[lane] = offset;
    const lines = new LineReader(new Assembler(CLEAN_BYTES), from);
    const chunk = Buffer.allocUnsafe(65_536);
    const found: RawRecord[] = [];
    const emit = (record: RawRecord) => {
      const buffer = Buffer.from(record.buffer.subarray(record.start, record.end));
      found.push({ ...record, buffer, start: 0, end: buffer.length });
      return false;
    };
    let at = offset;
    for (let consumed = 1; consumed > 0 && found.length === 0; at += consumed) {
      const length = readSync(this.#fd, chunk, 0, chunk.length, at);
      consumed = lines.read(chunk, length, { offset: at, full: length === chunk.length }, emit);
      if (consumed === 0) lines.finish(chunk.subarray(0, length), at, emit);
    }
    return found[0]?.bytes === bytes ? found[0] : undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#size = this.#position;
    closeSync(this.#fd);
  }

  #readOn(buffer: Buffer, emit: Emit): { length: number; consumed: number } {
    const length = readSync(this.#fd, buffer, 0, buffer.length, this.#position);
    const at = { offset: this.#position, full: length === buffer.length };
    const consumed = this.#lines.read(buffer, length, at, emit);
    this.#position += consumed;
    if (consumed > 0) this.#ended = false;
    return { length, consumed };
  }

  #finish(rest: Buffer, emit: Emit): void {
    this.#lines.finish(rest, this.#position, emit);
    this.#position += rest.length;
    this.#ended = true;
  }

  #beginsAsBefore(): boolean {
    const head = Buffer.allocUnsafe(this.#head.length);
    return readSync(this.#fd, head, 0, head.length, 0) === head.length && head.equals(this.#head);
  }
}
