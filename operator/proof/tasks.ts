import type { Claim } from './claim.ts';

/** A claim that is to be compared with what is there. */
export interface Task {
  claim: Claim;
  /** By the clock that never goes back, milliseconds. */
  due: number;
  /** The how-manyth look at it: what is missing is said after the second one only. */
  look: number;
  /** Copies that were removed for it, and the bytes that they covered. */
  removed?: { records: number; bytes: number };
  /** Something was wrong with it some time ago. */
  isAgain?: boolean;
  /** Nothing more will be said of it: its pod is gone, and it has no seal. */
  isEnd?: boolean | undefined;
  /** It has waited for longer, because streams cannot be refreshed. */
  isRested?: boolean;
}

/** What waits to be compared, one task for each file. */
export class Tasks {
  readonly #byFile = new Map<string, Task>();

  get size(): number {
    return this.#byFile.size;
  }

  of(file: string): Task | undefined {
    return this.#byFile.get(file);
  }

  /** A seal goes before a report of the file, and the seal of a larger size before one of a smaller. */
  add(task: Task): void {
    const { claim } = task;
    const before = this.#byFile.get(claim.file)?.claim;
    if (!before || (claim.size ?? -1) >= (before.size ?? -1)) this.#byFile.set(claim.file, task);
  }

  /** Those that are due by now, those first that wait longest. */
  due(now: number): Task[] {
    return [...this.#byFile.values()].filter(({ due }) => due <= now).sort((a, b) => a.due - b.due);
  }

  take(file: string): void {
    this.#byFile.delete(file);
  }
}
