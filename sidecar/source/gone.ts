import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { addByRule } from '../sink/settle.ts';
import { formatCheckpoint, freshCheckpoint, readCheckpoint, type Checkpoint, type Sums } from './checkpoint.ts';

/** What several files add up to. */
export interface CheckpointSum {
  files: number;
  sum: Checkpoint;
}

const NOBODY = '0'.repeat(24);

/** Adds one more; `before` undefined: it is the first. */
export function together(before: CheckpointSum | undefined, { size, lost, ...more }: Checkpoint): CheckpointSum {
  const none = { files: 0, sum: freshCheckpoint({ file: NOBODY, container: '', run: 0, generation: 0 }) };
  const { files, sum } = before ?? none;
  return {
    files: files + 1,
    sum: {
      ...sum,
      size: sum.size + size,
      stored: plus(sum.stored, more.stored),
      duplicates: sum.duplicates + more.duplicates,
      deadLettered: plus(sum.deadLettered, more.deadLettered),
      discarded: plus(sum.discarded, more.discarded),
      discardedBy: addByRule(sum.discardedBy, more.discardedBy),
      redactedBy: addByRule(sum.redactedBy, more.redactedBy),
      unframed: sum.unframed + more.unframed,
      lost: addByRule(sum.lost, lost),
    },
  };
}

const plus = (a: Sums, b: Sums): Sums => ({
  records: a.records + b.records,
  bytes: a.bytes + b.bytes,
  offsets: a.offsets + b.offsets,
});

/** As a checkpoint, and how many files it is the sum of: whoever reads it leaves out what is of one file only. */
export const formatSum = ({ files, sum }: CheckpointSum): string =>
  `{"files":${files},${formatCheckpoint(sum).slice(1)}`;

/**
 * What the files add up to whose checkpoints were forgotten, so that what a pod has said never shrinks. It is written down with the
 * name of the last of them before that one's checkpoint goes: after a crash in between, none is counted twice.
 */
export class Gone {
  readonly #path: string;
  #sum: CheckpointSum | undefined;
  #last: string | undefined;

  /** `path`: of its file; should that be damaged, what was in it is not told of any more. */
  constructor(path: string) {
    this.#path = path;
    try {
      const text = readFileSync(path, 'utf8');
      const { files, last } = JSON.parse(text) as { files?: unknown; last?: unknown };
      if (typeof files !== 'number' || typeof last !== 'string') return;
      this.#sum = { files, sum: readCheckpoint(text) };
      this.#last = last;
    } catch {
      // There is none yet.
    }
  }

  get sum(): CheckpointSum | undefined {
    return this.#sum;
  }

  /** Its checkpoint may be there still. */
  has(file: string): boolean {
    return this.#last === file;
  }

  /** Throws when it cannot be written; nothing has changed then. */
  add(checkpoint: Checkpoint): void {
    const sum = together(this.#sum, checkpoint);
    const aside = `${this.#path}.tmp`;
    const fd = openSync(aside, 'w', 0o600);
    try {
      writeFileSync(fd, `{"last":"${checkpoint.file}",${formatSum(sum).slice(1)}`);
    } finally {
      closeSync(fd);
    }
    renameSync(aside, this.#path);
    this.#sum = sum;
    this.#last = checkpoint.file;
  }
}
