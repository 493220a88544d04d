import { LANES, STDERR, STDOUT, UNFRAMED, type Lane, type LaneOffsets } from '../source/lane.ts';
import type { Collector, ReadAt } from './collect.ts';
import type { Continuation } from './continuation.ts';
import { Group, isObject, stampOf, type View } from './group.ts';
import type { Line } from './lines.ts';
import { shorten, type Emit, type RawRecord, type Text } from './record.ts';
import { stampMs } from './stamp.ts';

/** A line joins the group before it when its stamp is at most so much later than that of the group's last line. */
export const JOIN_MS = 500;
/** A group goes out when the clock is so far past the stamp of its last line. */
const WAIT_MS = 750;
/** It goes out after so long in any case: the clock may have been set back. */
const WAIT_AT_MOST_MS = 3000;

/** How lines become records. */
export interface Grouping {
  /** Undefined: every line is a record of its own. */
  continuation: Continuation | undefined;
  /** Bytes of text past which a record is cut, and a group is ended. */
  limit: number;
}

/** Milliseconds: of the clock that stamps are written by, and of one that never goes back. */
export interface Now {
  wall: number;
  steady: number;
}

/** What lines are read with. */
export interface Pass {
  grouping: Grouping;
  now: Now;
  emit: Emit;
}

export interface GrouperOptions {
  readAt: ReadAt;
  collector: Collector;
  /** Hears of a group whose text is not in the file any more; when it throws, the group stays open. */
  onLost: (bytes: number) => void;
  /** Where each lane is read from. */
  from: LaneOffsets;
}

const NOTHING = Buffer.alloc(0);

/**
 * Makes the lines of one file records, per lane: puts the parts of a line together that the runtime cut, and lines that
 * continue the one before. The common line, whole and alone, passes through at once; a group is remembered by its extent, and
 * read again when it is whole.
 */
export class Grouper {
  readonly #groups = LANES.map(() => new Group());
  readonly #record: RawRecord;
  readonly #options: GrouperOptions;
  /** By lane: nothing of it was read yet, so that its first line may go on with what stands in the file before. */
  readonly #isFresh: boolean[];
  /** By lane: the next record goes on with one that was ended. */
  readonly #isContinued = [false, false, false];
  #openBytes = 0;

  constructor(options: GrouperOptions) {
    this.#options = options;
    this.#isFresh = options.from.map((offset) => offset === 0);
    const text: Text = { buffer: NOTHING, start: 0, end: 0, cut: 0 };
    this.#record = { offset: 0, bytes: 0, lane: UNFRAMED, stamp: undefined, ...text, continued: false };
  }

  /** Lets go of the buffer that the last record was in. */
  shrink(): void {
    this.#record.buffer = NOTHING;
  }

  /** Where the lane's group begins, if one is open. */
  openAt(lane: Lane): number | undefined {
    const group = this.#groups[lane]!;
    return group.isOpen ? group.offset : undefined;
  }

  /** Bytes of all that is open. */
  get openBytes(): number {
    return this.#openBytes;
  }

  /** Whether a group is open that time alone can end. */
  get isWaiting(): boolean {
    return this.#openBytes > 0 && this.#groups.some(({ isOpen, isMidLine }) => isOpen && !isMidLine);
  }

  /** Whether the lane ended inside a line. */
  isMidLine(lane: Lane): boolean {
    const { isOpen, isMidLine } = this.#groups[lane]!;
    return isOpen && isMidLine;
  }

  /** Whether the lane's next line stands for itself, if it is whole: nothing is open, or goes on from before. */
  isApart(lane: Lane): boolean {
    return !this.#groups[lane]!.isOpen && !this.#isContinued[lane]! && !this.#isFresh[lane]!;
  }

  /**
   * Takes back the group of this lane when it is one ordinary line that ends at `position`, in a chunk that begins at `base`:
   * where that begins, so that it can be read again with those that follow; undefined when it stays.
   */
  takeBack(lane: Lane, position: number, base: number): number | undefined {
    const group = this.#groups[lane]!;
    if (group.offset + group.bytes !== position || !group.isOrdinary(base)) return undefined;
    group.isOpen = false;
    this.#openBytes -= group.bytes;
    return group.offset;
  }

  /** Takes back the ordinary lines that were read last, none that begins before `least`; returns where what is read begins then. */
  takeBackLast(position: number, least: number): number {
    if (this.#openBytes === 0) return position;
    // Of two streams either may have had the last word.
    const first = this.#takeBackFrom(STDOUT, position, least);
    return this.#takeBackFrom(STDOUT, this.#takeBackFrom(STDERR, first, least), least);
  }

  #takeBackFrom(lane: Lane, position: number, least: number): number {
    const back = this.#groups[lane]!.offset >= least ? this.takeBack(lane, position, 0) : undefined;
    return back ?? position;
  }

  /** The file before this one ended inside a line of this lane. */
  continues(lane: Lane): void {
    this.#isContinued[lane] = true;
  }

  /** Takes the next line; false when one of the records that it completed found no more room after it. */
  take(line: Line, view: View, pass: Pass): boolean {
    const group = this.#groups[line.lane]!;
    if (!group.isOpen) return this.#begin(group, line, view, pass);
    if (group.isMidLine) {
      group.extend(line, view, pass.now.steady);
      this.#openBytes += line.bytes;
      const isWhole = pass.grouping.continuation ? group.isWhole(line) : !line.more;
      return isWhole ? this.#end(line.lane, view, pass) : true;
    }
    const state = this.#continues(group, line, view, pass.grouping);
    if (state < 0) {
      const room = this.#end(line.lane, view, pass);
      return this.#begin(group, line, view, pass) && room;
    }
    group.state = state;
    group.append(line, view, pass.now.steady);
    this.#openBytes += line.bytes;
    return true;
  }

  /** Ends the groups after which nothing more has come for long enough; false when there is no more room. */
  endDue(pass: Pass): boolean {
    const { wall, steady } = pass.now;
    let room = true;
    for (let lane = 0; lane < LANES.length; lane++) {
      const { isOpen, isMidLine, lastMs, readAt } = this.#groups[lane]!;
      if (!isOpen || isMidLine) continue;
      if (wall - lastMs >= WAIT_MS || steady - readAt >= WAIT_AT_MOST_MS) {
        room = this.#end(lane as Lane, undefined, pass) && room;
      }
    }
    return room;
  }

  /** Ends all that is open: the file ends here. */
  endAll(pass: Pass): void {
    for (const lane of LANES.keys()) if (this.#groups[lane]!.isOpen) this.#end(lane as Lane, undefined, pass);
  }

  /** Forgets what is open, and returns how many bytes that were: the file is lost to us. */
  abandon(): number {
    const bytes = this.#openBytes;
    for (const group of this.#groups) group.isOpen = false;
    this.#openBytes = 0;
    return bytes;
  }

  /** State of the group with this line, or -1 when the line begins a record of its own. */
  #continues(group: Group, line: Line, { bytes }: View, { continuation, limit }: Grouping): number {
    if (!continuation || isObject(bytes, line)) return -1;
    // When the clock was set back, the lines stand together all the same.
    if (stampMs(bytes, line.head, line.stampEnd) - group.lastMs > JOIN_MS) return -1;
    const state = continuation.next(group.state, bytes, line.start, line.end);
    if (state < 0 || group.length + 1 + line.end - line.start <= limit) return state;
    // It is full: what follows is a record that goes on with it.
    this.#isContinued[line.lane] = true;
    return -1;
  }

  #begin(group: Group, line: Line, view: View, { grouping, now, emit }: Pass): boolean {
    const { bytes } = view;
    const continuation = line.lane === UNFRAMED ? undefined : grouping.continuation;
    const isMiddle = this.#isFresh[line.lane]! && continuation?.isMiddle(bytes, line.start, line.end) === true;
    const continued = this.#isContinued[line.lane]! || isMiddle;
    this.#isFresh[line.lane] = false;
    this.#isContinued[line.lane] = false;
    if (line.more || (continuation && !isObject(bytes, line))) {
      group.begin(line, view, now.steady);
      group.continued = continued;
      if (continuation) group.state = continuation.begin(bytes, line.start, line.end);
      this.#openBytes += line.bytes;
      return true;
    }
    const record = this.#record;
    record.offset = line.offset;
    record.bytes = line.bytes;
    record.lane = line.lane;
    record.stamp = stampOf(bytes, line);
    record.continued = continued;
    record.buffer = bytes;
    record.start = line.start;
    record.end = line.end;
    record.cut = 0;
    shorten(record, grouping.limit);
    return emit(record);
  }

  #end(lane: Lane, view: View | undefined, { grouping: { limit }, emit }: Pass): boolean {
    const group = this.#groups[lane]!;
    const record = this.#record;
    record.offset = group.offset;
    record.bytes = group.bytes;
    record.lane = lane;
    record.stamp = group.stamp;
    record.continued = group.continued;
    // It may throw.
    const isThere = this.#textOf(group, view, limit);
    group.isOpen = false;
    this.#openBytes -= group.bytes;
    return isThere ? emit(record) : true;
  }

  /** Puts a group's text into the record: from the chunk at hand when it is there in one piece, else from the file. */
  #textOf(group: Group, view: View | undefined, limit: number): boolean {
    const record = this.#record;
    if (view && group.textAt >= view.base) {
      record.buffer = view.bytes;
      record.start = group.textAt - view.base;
      record.end = record.start + group.length;
      record.cut = 0;
      shorten(record, limit);
      return true;
    }
    const { readAt, collector, onLost } = this.#options;
    const from = view && group.offset >= view.base ? readerOf(view) : readAt;
    const text = collector.collect(from, record, limit);
    if (text) Object.assign(record, text);
    else onLost(group.bytes);
    return text !== undefined;
  }
}

/** Reads the chunk as if it were its file. */
const readerOf =
  ({ bytes, base, to }: View): ReadAt =>
  (into, offset) =>
    bytes.copy(into, 0, offset - base, to);
