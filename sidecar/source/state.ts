import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { ENV } from '../../api/names.ts';
import { describe, Permanent } from '../../runtime/errors.ts';
import type { Log } from '../../runtime/log.ts';
import type { Reminder } from '../reminder.ts';
import { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { Gone, type CheckpointSum } from './gone.ts';

export interface StateOptions {
  log: Log;
  reminder: Reminder;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
}

/**
 * Once in this time what is written is forced onto the disk: of a pod with many files that costs as much as reading them, and what
 * it spares after a crash of the node is a second reading. The kernel itself writes after half a minute.
 */
const SYNC_MS = 60_000;

/** The file of what the forgotten ones add up to: no checkpoint. */
const GONE = 'gone';

/** A checkpoint and its file. */
interface Known {
  checkpoint: Checkpoint;
  /** A later one changed later. */
  turn: number;
  isSaved: boolean;
  /** Length of the file, if this process has written it and it is whole. */
  length: number | undefined;
}

/** The checkpoints of a pod: one file each in the state folder, and all of them in memory. */
export class State {
  readonly #folder: string;
  readonly #options: StateOptions;
  /**
   * Changed in place: a map from which is deleted what is set again is made anew every few times, and V8 keeps what an old one of
   * them held until the next full collection.
   */
  readonly #known = new Map<string, Known>();
  #turn = 0;
  readonly #gone: Gone;
  #syncedAt = -Infinity;

  /** Reads what an earlier run left; what is damaged is left out, and its log file is read from the start. */
  constructor(folder: string, options: StateOptions) {
    this.#folder = folder;
    this.#options = options;
    const names = namesByAge(folder);
    this.#gone = new Gone(`${folder}/${GONE}`);
    for (const name of names) {
      const path = `${folder}/${name}`;
      const checkpoint = read(path);
      // A crash came between its being added to what is gone, and its end.
      if (checkpoint && this.#gone.has(checkpoint.file)) rmSync(path, { force: true });
      else if (checkpoint && name === `${checkpoint.file}.json`) this.#learn(checkpoint).isSaved = true;
      else options.log.warn('a checkpoint is damaged; its log file is read again from the start', { path });
    }
  }

  get(file: string): Checkpoint | undefined {
    return this.#known.get(file)?.checkpoint;
  }

  /** The longest unchanged first. */
  files(): Checkpoint[] {
    return inTurn(this.#known.values()).map(({ checkpoint }) => checkpoint);
  }

  /**
   * Remembers the checkpoints and writes each, so that a crash of the process leaves the old or the new one whole. When the node
   * crashes, or the disk refuses, that costs a second reading, nothing else; all that is not written goes with the next save.
   */
  save(checkpoints: Iterable<Checkpoint>): void {
    this.remember(checkpoints);
    this.#writeAll();
  }

  /** Remembers the checkpoints; they are written with the next that are saved. */
  remember(checkpoints: Iterable<Checkpoint>): void {
    for (const checkpoint of checkpoints) this.#learn(checkpoint);
  }

  #learn(checkpoint: Checkpoint): Known {
    const turn = this.#turn++;
    let known = this.#known.get(checkpoint.file);
    if (!known) {
      known = { checkpoint, turn, isSaved: false, length: undefined };
      this.#known.set(checkpoint.file, known);
    }
    known.checkpoint = checkpoint;
    known.turn = turn;
    known.isSaved = false;
    return known;
  }

  #writeAll(): void {
    const isSyncDue = this.#options.now() - this.#syncedAt >= SYNC_MS;
    try {
      for (const known of inTurn(this.#known.values())) {
        if (known.isSaved) continue;
        if (isSyncDue || known.length === undefined) this.#replace(known, isSyncDue);
        else this.#overwrite(known, known.length);
        known.isSaved = true;
      }
      if (isSyncDue) this.#syncedAt = this.#options.now();
    } catch (error) {
      const { log, reminder } = this.#options;
      const consequence = 'after a restart records are read again, and found to be stored';
      if (reminder.due('checkpoints')) log.error('cannot write checkpoints', { error: describe(error), consequence });
    }
  }

  /** Remembers that the seal of a file is in Elasticsearch, and of which size it is. */
  sealed(file: string, size: number): void {
    const checkpoint = this.get(file);
    if (checkpoint) this.save([{ ...checkpoint, sealed: size }]);
  }

  /** What the forgotten files add up to; undefined: none was. */
  get gone(): CheckpointSum | undefined {
    return this.#gone.sum;
  }

  /** Forgets a log file that is gone from the node, but for what it adds to the sum of those; unless that cannot be written. */
  forget(file: string): void {
    const checkpoint = this.get(file);
    try {
      if (checkpoint) this.#gone.add(checkpoint);
    } catch {
      // The disk is full: it stays until the next look.
      return;
    }
    this.#known.delete(file);
    try {
      rmSync(this.#path(file), { force: true });
    } catch {
      // The next start reads it, and it is forgotten again.
    }
  }

  /** Replaces the file by a new one, so that there is always a whole one. */
  #replace(known: Known, isSyncDue: boolean): void {
    const { checkpoint } = known;
    const path = this.#path(checkpoint.file);
    const aside = `${path}.tmp`;
    const text = formatCheckpoint(checkpoint);
    const fd = openSync(aside, 'w', 0o600);
    known.length = undefined;
    try {
      writeFileSync(fd, text);
      // The rename itself need not be durable: before it there is the older checkpoint, which is as true.
      if (isSyncDue) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, path);
    known.length = text.length;
  }

  /**
   * Writes over what is there, by one call, which is either done or not when the process is killed, and costs a fifth of a new
   * file. Should the node crash meanwhile, the file may be damaged: that costs a second reading.
   */
  #overwrite(known: Known, length: number): void {
    const { checkpoint } = known;
    const text = formatCheckpoint(checkpoint).padEnd(length);
    const fd = openSync(this.#path(checkpoint.file), 'r+');
    known.length = undefined;
    try {
      writeSync(fd, text, 0);
    } finally {
      closeSync(fd);
    }
    known.length = text.length;
  }

  #path(file: string): string {
    return `${this.#folder}/${file}.json`;
  }
}

const inTurn = (known: Iterable<Known>): Known[] => [...known].sort((a, b) => a.turn - b.turn);

/** The checkpoints' names, oldest first; what a crash left half written is removed. */
function namesByAge(folder: string): string[] {
  try {
    mkdirSync(folder, { recursive: true });
    const names = readdirSync(folder);
    for (const name of names) if (name.endsWith('.tmp')) rmSync(`${folder}/${name}`, { force: true });
    const aged = names
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ name, age: statSync(`${folder}/${name}`).mtimeMs }));
    return aged.sort((a, b) => a.age - b.age).map(({ name }) => name);
  } catch (error) {
    throw new Permanent(
      `cannot use ${folder} for checkpoints; ${ENV.state} must name a folder that can be written to`,
      {
        cause: error,
      },
    );
  }
}

function read(path: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
