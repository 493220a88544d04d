import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { formatCheckpoint, parseCheckpoint, type Checkpoint } from './checkpoint.ts';

/** The checkpoints of a pod: one file each in the state folder, and all of them in memory. */
export class State {
  readonly #folder: string;
  readonly #known = new Map<string, Checkpoint>();

  /** Reads what an earlier run left. `onDamaged` hears of each file that cannot be used; its log file is read from its start. */
  constructor(folder: string, onDamaged: (path: string) => void) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (!name.endsWith('.json')) {
        if (name.endsWith('.tmp')) rmSync(path, { force: true });
        continue;
      }
      const checkpoint = parseCheckpoint(readFileSync(path, 'utf8'));
      if (checkpoint && name === `${checkpoint.file}.json`) this.#known.set(checkpoint.file, checkpoint);
      else onDamaged(path);
    }
  }

  get(file: string): Checkpoint | undefined {
    return this.#known.get(file);
  }

  files(): Iterable<Checkpoint> {
    return this.#known.values();
  }

  /**
   * Remembers the checkpoints at once and writes each durably (written aside, fsync, rename), then the folder. Throws when
   * the disk refuses; memory stays right then, and the next save writes all of it.
   */
  save(checkpoints: Iterable<Checkpoint>): void {
    const all = [...checkpoints];
    for (const checkpoint of all) this.#known.set(checkpoint.file, checkpoint);
    for (const checkpoint of all) {
      const path = this.#path(checkpoint.file);
      const aside = `${path}.tmp`;
      withFile(aside, 'w', (fd) => {
        writeSync(fd, formatCheckpoint(checkpoint));
        fsyncSync(fd);
      });
      renameSync(aside, path);
    }
    withFile(this.#folder, 'r', fsyncSync);
  }

  /** Forgets a log file that is gone from the node. */
  forget(file: string): void {
    this.#known.delete(file);
    rmSync(this.#path(file), { force: true });
  }

  #path(file: string): string {
    return join(this.#folder, `${file}.json`);
  }
}

function withFile(path: string, flags: string, use: (fd: number) => void): void {
  const fd = openSync(path, flags, 0o600);
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}
