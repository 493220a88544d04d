import type { Collector } from '../plain/collect.ts';
import type { Pass } from '../plain/grouper.ts';
import type { LineRange, Taken } from '../sink/bulk-body.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Opened } from './discovery.ts';
import type { LogFile } from './log-file.ts';

export interface LogFileOptions {
  opened: Opened;
  checkpoint: Checkpoint;
  /** Shared by all files: one text is collected at a time. */
  collector: Collector;
  /** The container's file before this one, when it is still open. */
  previous: LogFile | undefined;
  /** Where a compressed file is unpacked. */
  folder: string;
}

/** What a file's records are read with. */
export interface Reading extends Pass {
  /** Filled again for every chunk of every file. */
  buffer: Buffer;
  /**
   * Takes whole lines of the chunk that are ordinary and alone; `isFull`: no more of them have room. Absent where lines are looked at one by one.
   */
  take?: ((lines: Ordinary) => Taken & { isFull: boolean }) | undefined;
}

/** Lines `[from, to)` of the chunk, the first at `offset` of the file; `lanes`: which may be taken, a bit each. */
export type Ordinary = Pick<LineRange, 'from' | 'to' | 'offset' | 'lanes'>;

/** Where the bytes of a file are, at this moment: `size` is the sum of all others. */
export interface Account {
  size: number;
  answered: number;
  /** Handed over, and not answered for yet. */
  pending: number;
  /** Read, in records that are not whole yet. */
  open: number;
  lost: number;
  unread: number;
}
