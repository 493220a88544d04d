import { closeSync, fstatSync, readSync } from 'node:fs';
import { Assembler, type RawRecord } from '../plain/assemble.ts';
import { LineReader } from '../plain/lines.ts';
import { addSums, noSums, type Checkpoint, type Sums } from './checkpoint.ts';
import type { Lane, LaneOffsets } from './lane.ts';

export type Emit = (record: RawRecord) => boolean;

/** What a batch will have settled for one file once it is answered for. */
export interface Share {
  lanes: LaneOffsets;
  stored: Sums;
  duplicates: number;
  deadLettered: Sums;
}

/**
 * One open log file: reads on from where it stands, and keeps the checkpoint. The descriptor outlives renames and even
 * removal of the path, so what was opened is read to its end.
 */
export class LogFile {
  readonly fd: number;
  /** No more is written to it: rotated away, or a later run of its container exists. */
  finished = false;
  checkpoint: Checkpoint;
  /** Everything before it was handed over as records or is held as parts of one. */
  #position: number;
  #ended = false;
  #heldBack = 0;
  readonly #assembler: Assembler;
  readonly #lines: LineReader;

  constructor(fd: number, checkpoint: Checkpoint, recordBytes: number) {
    this.fd = fd;
    this.checkpoint = checkpoint;
    this.#position = Math.min(...checkpoint.lanes);
    this.#assembler = new Assembler(recordBytes);
    this.#lines = new LineReader(this.#assembler, checkpoint.lanes);
  }

  get position(): number {
    return this.#position;
  }

  size(): number {
    return fstatSync(this.fd).size;
  }

  /** Reads one chunk into `buffer` and hands its records to `emit`; returns how many bytes it got further. */
  read(buffer: Buffer, emit: Emit): number {
    const length = readSync(this.fd, buffer, 0, buffer.length, this.#position);
    if (length === 0) return 0;
    const consumed = this.#lines.read(buffer, length, { offset: this.#position, full: length === buffer.length }, emit);
    this.#position += consumed;
    this.#heldBack = length - consumed;
    return consumed;
  }

  /** Hands over what is still open. Call it once no more will be written, and everything was read. */
  end(buffer: Buffer, emit: Emit): void {
    if (this.#ended) return;
    const length = readSync(this.fd, buffer, 0, buffer.length, this.#position);
    this.#lines.finish(buffer.subarray(0, length), this.#position, emit);
    this.#position += length;
    this.#ended = true;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Everything that was read is answered for. */
  get isAnswered(): boolean {
    return this.checkpoint.lanes.every((lane) => lane >= this.#position);
  }

  /** Bytes at the end that wait for their newline. */
  get heldBack(): number {
    return this.#heldBack;
  }

  /** Where each lane would go on if everything handed over so far were acknowledged. */
  lanesNow(): LaneOffsets {
    const at = (lane: Lane) => this.#assembler.openAt(lane) ?? Math.max(this.#position, this.checkpoint.lanes[lane]);
    return [at(0), at(1), at(2)];
  }

  /** Moves the checkpoint past a share that was answered for. */
  acknowledge(share: Share): void {
    const { stored, duplicates, deadLettered } = this.checkpoint;
    this.checkpoint = {
      ...this.checkpoint,
      lanes: share.lanes,
      stored: addSums(stored, share.stored),
      duplicates: duplicates + share.duplicates,
      deadLettered: addSums(deadLettered, share.deadLettered),
    };
  }

  /** The record of an extent again, from the file; undefined when the file no longer has it. */
  reread({ offset, bytes, lane }: { offset: number; bytes: number; lane: Lane }): RawRecord | undefined {
    const chunk = Buffer.allocUnsafe(64 * 1024);
    const from: [number, number, number] = [Infinity, Infinity, Infinity];
    from[lane] = offset;
    const lines = new LineReader(new Assembler(REREAD_BYTES), from);
    const found: RawRecord[] = [];
    const emit = (record: RawRecord) => {
      const buffer = Buffer.from(record.buffer.subarray(record.start, record.end));
      found.push({ ...record, buffer, start: 0, end: buffer.length });
      return false;
    };
    let at = offset;
    while (found.length === 0) {
      const length = readSync(this.fd, chunk, 0, chunk.length, at);
      const consumed = lines.read(chunk, length, { offset: at, full: length === chunk.length }, emit);
      at += consumed;
      if (found.length > 0 || consumed > 0) continue;
      lines.finish(chunk.subarray(0, length), at, emit);
      break;
    }
    return found[0]?.bytes === bytes ? found[0] : undefined;
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** As much text of a refused record as its second form may hold. */
const REREAD_BYTES = 262_144;

export const noShare = (lanes: LaneOffsets): Share => ({
  lanes,
  stored: noSums(),
  duplicates: 0,
  deadLettered: noSums(),
});
