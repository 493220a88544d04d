import type { RawRecord } from '../plain/assemble.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter, type Origin } from '../plain/document.ts';
import type { Lane } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';

/** Which extent of which file a record of a batch is, and where its two lines stand in the body. */
export interface Entry {
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
  readonly body: Body;
  readonly entries: Entry[] = [];
  readonly writer: DocumentWriter;
  /** When its first record was added, milliseconds of the clock that `add` was given. */
  since = 0;

  constructor(now: () => Date) {
    this.body = new Body(256 * 1024);
    this.writer = new DocumentWriter(this.body, now);
  }

  add(file: LogFile, origin: Origin, record: RawRecord): void {
    const { offset, bytes, lane } = record;
    const start = this.body.length;
    this.writer.write(record, origin);
    this.entries.push({ file, origin, offset, bytes, lane, start, end: this.body.length });
  }

  clear(): void {
    this.body.length = 0;
    this.entries.length = 0;
  }
}
