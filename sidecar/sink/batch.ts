import type { RawRecord } from '../plain/assemble.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter, type Origin } from '../plain/document.ts';
import type { Lane } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';

/** A record of a batch: its place there, which extent of which file it is, and where its two lines stand in a body. */
export interface Entry {
  index: number;
  file: LogFile;
  origin: Origin;
  offset: number;
  bytes: number;
  lane: Lane;
  start: number;
  end: number;
}

/** Records on their way to one `_bulk` request. Filled, sent, answered for, emptied, filled again. */
export class Batch {
  readonly body = new Body();
  readonly entries: Entry[] = [];
  readonly #writer: DocumentWriter;

  constructor(now: () => Date) {
    this.#writer = new DocumentWriter(this.body, now);
  }

  add(file: LogFile, origin: Origin, record: RawRecord): void {
    const { offset, bytes, lane } = record;
    const index = this.entries.length;
    const start = this.body.length;
    this.#writer.write(record, origin);
    this.entries.push({ index, file, origin, offset, bytes, lane, start, end: this.body.length });
  }

  clear(): void {
    this.body.length = 0;
    this.entries.length = 0;
  }
}
