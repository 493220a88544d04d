import { Body } from '../plain/body.ts';
import { DocumentWriter, type Origin } from '../plain/document.ts';
import type { Extent, RawRecord } from '../plain/record.ts';
import type { LogFile } from '../source/log-file.ts';
import { isUrgent } from './age.ts';

/** A record of a batch: its place there, and which extent of which file it is. */
interface Place extends Extent {
  index: number;
  file: LogFile;
}

/** One that is sent: where its two lines stand in a body. */
export interface Sent extends Place {
  origin: Origin;
  start: number;
  end: number;
  rule: undefined;
}

/** One that a rule of the policy leaves out: it has no lines, and is answered for when its turn comes. */
export interface Discarded extends Place {
  rule: string;
}

export type Entry = Sent | Discarded;

export const isSent = (entry: Entry): entry is Sent => entry.rule === undefined;

/** What an entry without lines counts as, so that a batch of nothing but those is full some time. */
const DISCARDED_BYTES = 64;

/** Records on their way to one `_bulk` request. Filled, sent, answered for, emptied, filled again. */
export class Batch {
  readonly body = new Body();
  readonly entries: Entry[] = [];
  readonly #writer: DocumentWriter;
  #discarded = 0;
  #isUrgent = false;

  constructor(now: () => Date) {
    this.#writer = new DocumentWriter(this.body, now);
  }

  add(file: LogFile, origin: Origin, record: RawRecord): void {
    const { offset, bytes, lane } = record;
    const index = this.entries.length;
    const start = this.body.length;
    const level = this.#writer.write(record, origin);
    this.#isUrgent ||= isUrgent(level);
    this.entries.push({ index, file, offset, bytes, lane, origin, start, end: this.body.length, rule: undefined });
  }

  discard(file: LogFile, { offset, bytes, lane }: Extent, rule: string): void {
    this.entries.push({ index: this.entries.length, file, offset, bytes, lane, rule });
    this.#discarded++;
  }

  /** How large it is: its body, and a little for each entry without lines. */
  get bytes(): number {
    return this.body.length + this.#discarded * DISCARDED_BYTES;
  }

  /** It has a record that somebody may be waiting for. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Empties it; its memory is kept, but for what goes past `bytes`. */
  clear(bytes: number): void {
    this.body.length = 0;
    if (this.body.bytes.length > bytes) this.body.shrink();
    this.entries.length = 0;
    this.#discarded = 0;
    this.#isUrgent = false;
  }
}
