import type { LossReason } from '../../api/names.ts';
import { CLEAN_BYTES } from '../plain/document.ts';
import { Collector } from '../plain/collect.ts';
import { Grouper, type Pass } from '../plain/grouper.ts';
import { LineReader, type Chunk, type Line } from '../plain/lines.ts';
import type { Emit, Extent, RawRecord } from '../plain/record.ts';
import { stampAt } from '../plain/stamp.ts';
import { answeredBytes, resumeAt, withRestLost, type Checkpoint } from './checkpoint.ts';
import { Descriptor } from './descriptor.ts';
import type { Opened } from './discovery.ts';
import { BegunAnew, isOfFile } from './file-error.ts';
import { STDERR, STDOUT, type Lane, type LaneOffsets } from './lane.ts';
import { readNewest } from './newest.ts';
import { Pace } from './pace.ts';
import type { Account, LogFileOptions, Reading } from './reading.ts';

const NOTHING = Buffer.alloc(0);

/**
 * One open log file: reads on from where its checkpoint stands, to its end. System errors of reading are thrown.
 */
export class LogFile {
  checkpoint: Checkpoint;
  /** No more is written to it: rotated away, or a later run of its container exists. */
  finished = false;
  /** Records handed over and not yet answered for. */
  pending = 0;
  readonly #descriptor: Descriptor;
  #previous: LogFile | undefined;
  readonly #folder: string;
  readonly #collector: Collector;
  #lines = new LineReader();
  #grouper: Grouper;
  #from: LaneOffsets;
  readonly #chunk: Chunk = { bytes: NOTHING, from: 0, to: 0, base: 0, isLast: false };
  /** Everything before it was handed over as records or is in one that is not whole yet. */
  #position: number;
  /** At the last look. */
  #size: number;
  #pendingBytes = 0;
  /** Bytes after the position that an earlier run of the program has answered for: other lanes were ahead. */
  #ahead: number;
  #lost: { reason: LossReason; bytes: number } | undefined;
  /** Where the lanes stood when it was given up. */
  #leftAt: LaneOffsets | undefined;
  #ended = false;
  #unpacking: Promise<void> | undefined;
  /** Lanes that ended inside a line. */
  #midLine: readonly Lane[] = [];
  readonly #pace = new Pace();
  #isClosed = false;
  #emit: Emit = () => false;
  /** Counts what is handed over. */
  readonly #counted: Emit = (record) => {
    this.pending++;
    this.#pendingBytes += record.bytes;
    return this.#emit(record);
  };

  constructor({ opened, checkpoint, collector, previous, folder }: LogFileOptions) {
    this.#descriptor = new Descriptor(opened);
    this.#previous = previous;
    this.#folder = folder;
    this.#collector = collector;
    // It may have ended once: a pod's last words came, and the pod went on.
    this.checkpoint = { ...checkpoint, ended: false };
    this.#from = checkpoint.lanes;
    this.#position = resumeAt(checkpoint);
    this.#ahead = answeredBytes(checkpoint) - this.#position;
    this.#size = this.#position;
    this.#grouper = this.#newGrouper();
  }

  get inode(): string {
    return this.#descriptor.inode;
  }

  get position(): number {
    return this.#position;
  }

  /** Handed over to its last byte. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that were there at the last look and are not read. */
  get unread(): number {
    return Math.max(0, this.#size - this.#position);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Nothing of it will be read again. */
  get isGivenUp(): boolean {
    return this.#lost !== undefined && this.#ended;
  }

  /** It is compressed, and must be unpacked before it is read. */
  get isPacked(): boolean {
    return this.#descriptor.isPacked;
  }

  /** Bytes of the disk that are there only because this is open: nobody else can open it any more. */
  get heldBytes(): number {
    return this.#isClosed ? 0 : this.#descriptor.heldBytes;
  }

  /** Whether one of its records waits only for the time in which it could go on. */
  get isWaiting(): boolean {
    return this.#grouper.isWaiting;
  }

  /** Nobody can write to it any more, or open it. */
  get isRemoved(): boolean {
    return this.#descriptor.isRemoved;
  }

  /** Where its bytes are. */
  get account(): Account {
    const answered = answeredBytes(this.checkpoint);
    const lost = this.#lost?.bytes ?? 0;
    const open = this.#grouper.openBytes;
    return { size: this.#size, answered, pending: this.#pendingBytes, open, lost, unread: this.unread - this.#ahead };
  }

  /** Looks how long the file is; false when it was begun anew: shorter than what was read, or with another beginning. */
  look(): boolean {
    if (this.isPacked || this.#isClosed) return true;
    const size = this.#descriptor.look(this.#position);
    if (size === undefined) return false;
    this.#setSize(size);
    return true;
  }

  /** Whether the other one begins as this one did, and has all that was read of it. */
  isCopiedIn(opened: Opened): boolean {
    return this.#descriptor.isCopiedIn(opened, this.#position);
  }

  /** Goes on in a copy. What was handed over stays what it is. */
  moveTo(opened: Opened): void {
    this.#descriptor.moveTo(opened);
    this.#setSize(Math.max(this.#position, opened.isPacked ? opened.size : 0));
    if (opened.isPacked) this.finished = true;
  }

  /** Makes a compressed file one that can be read: once, whoever asks for it meanwhile. */
  async unpack(): Promise<void> {
    while (this.isPacked && !this.#isClosed) {
      this.#unpacking ??= this.#unpack().finally(() => (this.#unpacking = undefined));
      await this.#unpacking;
    }
  }

  async #unpack(): Promise<void> {
    if (!(await this.#descriptor.unpack(this.#folder, () => this.#isClosed))) return;
    this.finished = true;
    this.#setSize(Math.max(this.#position, this.#descriptor.size));
  }

  /** Reads a chunk and hands its records over; returns how many bytes it got further. */
  read(reading: Reading): number {
    this.#meetPrevious();
    const before = this.#position;
    const half = reading.buffer.length / 2;
    // A line of text that waits for the next one is ordinary among those that have come, if they fit into the chunk with it.
    if (reading.take && reading.grouping.continuation?.isAuto && this.#pace.isDue && this.unread < half)
      this.#position = this.#grouper.takeBackLast(before, before - half);
    this.#readOn(reading, false);
    return this.#position - before;
  }

  /**
   * Hands over the newest of the records that are not read yet, to be sent before their turn: they are read again when that
   * comes, and count only then.
   */
  readNewest(reading: Reading): void {
    if (this.isPacked || this.unread === 0) return;
    const buffer = reading.buffer.subarray(0, Math.min(reading.buffer.length, this.unread));
    readNewest({ ...reading, buffer, readAt: this.#descriptor.readAt, size: this.#size });
  }

  /** Hands over the groups after which nothing more has come for long enough; what follows is not there yet. */
  endDue(reading: Reading): void {
    this.#grouper.endDue(this.#passOf(reading));
  }

  /** Reads as `read` does, and where that gets no further the end is there: what is open is handed over, and what comes late goes on with it. */
  end(reading: Reading): void {
    if (this.#readOn(reading, false) > 0 || this.#readOn(reading, true) > 0) return;
    this.#midLine = this.#lanesMidLine();
    this.#grouper.endAll(this.#passOf(reading));
    for (const lane of this.#midLine) this.#grouper.continues(lane);
    this.#ended = true;
  }

  /** Lets go of what was not handed over: it is lost, and counts as that once all that was handed over is answered for. */
  giveUp(reason: LossReason): number {
    this.look();
    this.#leftAt = this.lanesNow();
    const bytes = this.#grouper.abandon() + this.unread - this.#ahead;
    this.#lose(reason, bytes);
    this.#position = this.#size;
    this.#ahead = 0;
    this.#ended = true;
    this.finished = true;
    return this.#lost!.bytes;
  }

  /** Where each lane would go on if everything handed over so far were answered for. What is given up it does not pass. */
  lanesNow(): LaneOffsets {
    if (this.#leftAt) return this.#leftAt;
    return [this.#laneNow(0), this.#laneNow(1), this.#laneNow(2)];
  }

  #laneNow(lane: Lane): number {
    return this.#grouper.openAt(lane) ?? Math.max(this.#position, this.#from[lane], this.checkpoint.lanes[lane]);
  }

  /** Takes over what became of some of its records: the checkpoint is its own from here on. */
  settle(checkpoint: Checkpoint, records: number, bytes: number): Checkpoint {
    this.pending -= records;
    this.#pendingBytes -= bytes;
    checkpoint.size = this.#size;
    return (this.checkpoint = checkpoint);
  }

  /** The checkpoint of a file that has ended and is answered for. */
  conclude(): Checkpoint {
    const lost = this.#lost;
    const size = this.#size;
    this.checkpoint = { ...this.checkpoint, size, lanes: [size, size, size], ended: true };
    if (lost) this.checkpoint = withRestLost(this.checkpoint, lost.reason);
    return this.checkpoint;
  }

  /** The record of an extent again, its text cut to what a clean document holds; undefined when it cannot be had. */
  async reread({ offset, bytes, lane }: Extent): Promise<RawRecord | undefined> {
    try {
      await this.unpack();
      if (this.#isClosed || this.isGivenUp) return undefined;
      const text = new Collector().collect(this.#descriptor.readAt, { offset, bytes, lane }, CLEAN_BYTES);
      return (
        text && { offset, bytes, lane, ...text, stamp: stampAt(this.#descriptor.readAt, offset), continued: false }
      );
    } catch (error) {
      if (isOfFile(error)) return undefined;
      throw error;
    }
  }

  /** Lets go of the buffer that it was read into last. */
  shrink(): void {
    this.#chunk.bytes = NOTHING;
    this.#grouper.shrink();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#size = this.#position;
    this.#descriptor.close();
  }

  #readOn(reading: Reading, isLast: boolean): number {
    const chunk = this.#chunk;
    chunk.bytes = reading.buffer;
    chunk.base = this.#position;
    chunk.from = 0;
    chunk.to = this.#descriptor.readAt(chunk.bytes, chunk.base);
    chunk.isLast = isLast;
    const pass = this.#passOf(reading);
    try {
      while (this.#takeOrdinary(reading, pass) && this.#takeLines(reading, pass)) continue;
      return chunk.from;
    } catch (error) {
      this.#takeUpAgain();
      throw error;
    } finally {
      if (this.#position > chunk.base) this.#ended = false;
      // More may have come since the last look.
      this.#size = Math.max(this.#size, this.#position);
    }
  }

  /** Takes lines one by one, up to where they may be ordinary again; false when no more have room, or none is left. */
  #takeLines(reading: Reading, pass: Pass): boolean {
    const chunk = this.#chunk;
    const { from, to, isLast } = chunk;
    if (from === to && !isLast) return false;
    let hasRoom = true;
    const onLine = (line: Line): boolean => {
      hasRoom = this.#isAnswered(line) || this.#grouper.take(line, chunk, pass);
      this.#position = line.offset + line.bytes;
      // What comes next may be ordinary.
      return hasRoom && (reading.take === undefined || !this.#mayTake(line.lane, reading));
    };
    if (this.#lines.read(chunk, onLine) === from) return false;
    // Not where the reader got: a line may have been taken back.
    chunk.from = this.#position - chunk.base;
    return hasRoom;
  }

  /** Takes the lines at the front of the chunk that are ordinary, all at once; false when no more have room. */
  #takeOrdinary({ take }: Reading, pass: Pass): boolean {
    const chunk = this.#chunk;
    if (!take || this.#lines.isMidLine || chunk.from === chunk.to || !this.#pace.isDue) return true;
    const { from, to, base } = chunk;
    const lanes = this.#lanesApart;
    if (lanes === 0) return true;
    const taken = take({ from, to, offset: base + from, lanes });
    chunk.from = taken.to;
    this.#position = base + taken.to;
    this.pending += taken.count;
    this.#pendingBytes += taken.covered;
    const { waiting } = taken;
    for (let i = 0; i < waiting.length; i++) this.#grouper.take(this.#lines.lineAt(chunk, waiting[i]!), chunk, pass);
    this.#pace.took(taken.count);
    return !taken.isFull;
  }

  /**
   * Whether lines may be taken at once from here on, after one of this lane. A line of text that waits for the next one is taken
   * back for that.
   */
  #mayTake(lane: Lane, { grouping }: Reading): boolean {
    if (!this.#pace.pass()) return false;
    if (grouping.continuation?.isAuto === true) {
      const back = this.#grouper.takeBack(lane, this.#position, this.#chunk.base);
      if (back !== undefined) this.#position = back;
    }
    return ((this.#lanesApart >> lane) & 1) === 1;
  }

  /** The lanes of which nothing is open, and nothing that comes is answered for already: a bit each. */
  get #lanesApart(): number {
    return (this.#isApart(STDOUT) ? 1 << STDOUT : 0) | (this.#isApart(STDERR) ? 1 << STDERR : 0);
  }

  #isApart(lane: Lane): boolean {
    return this.#from[lane] <= this.#position && this.#grouper.isApart(lane);
  }

  /** Reading ended with an error in the middle of a chunk: goes on as after a restart, and hands nothing over twice. */
  #takeUpAgain(): void {
    this.#from = this.lanesNow();
    this.#position = Math.min(...this.#from);
    this.#ahead = answeredBytes(this.checkpoint) + this.#pendingBytes - this.#position;
    this.#lines = new LineReader();
    this.#grouper = this.#newGrouper();
  }

  #newGrouper(): Grouper {
    const onLost = (bytes: number) => {
      if (!this.look()) throw new BegunAnew();
      this.#lose('Truncated', bytes);
    };
    return new Grouper({ readAt: this.#descriptor.readAt, collector: this.#collector, onLost, from: this.#from });
  }

  /** Whether an earlier run of the program got an answer for this line. */
  #isAnswered({ lane, offset, bytes }: Line): boolean {
    if (offset >= this.#from[lane]) return false;
    this.#ahead -= bytes;
    return true;
  }

  #passOf({ grouping, now, emit }: Reading): Pass {
    this.#emit = emit;
    return { grouping, now, emit: this.#counted };
  }

  /** When the file before ended inside a line, the first record of that lane goes on with it. */
  #meetPrevious(): void {
    const previous = this.#previous;
    this.#previous = undefined;
    if (!previous || this.#position > 0) return;
    for (const lane of [...previous.#midLine, ...previous.#lanesMidLine()]) this.#grouper.continues(lane);
  }

  #lanesMidLine(): Lane[] {
    return ([0, 1, 2] as const).filter((lane) => this.#grouper.isMidLine(lane));
  }

  #setSize(size: number): void {
    this.#size = size;
    if (size > this.#position) this.#ended = false;
  }

  #lose(reason: LossReason, bytes: number): void {
    this.#lost = { reason, bytes: (this.#lost?.bytes ?? 0) + bytes };
  }
}
