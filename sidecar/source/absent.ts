import type { LossReason } from '../../api/names.ts';
import { withRestLost, type Checkpoint } from './checkpoint.ts';

/** A file may be out of its folder for a moment: it is being renamed, or another container's folder is slow. */
const ABSENT_MS = 10_000;
/** Checkpoints kept of a container's files that are gone: the kubelet keeps five, and a number more does no harm. */
const KEPT = 16;
/** Those that nobody could seal go too in the end: the state volume is small. */
const KEPT_AT_MOST = 256;

export interface Absence {
  /** Gone for good: what was not answered for of them is lost. */
  concluded: Checkpoint[];
  /** Long gone, and nothing is left to be done about them. */
  forgotten: Checkpoint[];
}

/** Keeps an eye on checkpoints whose log files are gone from the node. */
export class Absent {
  readonly #now: () => number;
  readonly #since = new Map<string, number>();

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * `absent`: the checkpoints of one container that have no file, the longest unchanged first. `ending`: nobody will look
   * again.
   */
  look(absent: readonly Checkpoint[], ending: boolean): Absence {
    const now = this.#now();
    const concluded: Checkpoint[] = [];
    for (const checkpoint of absent) {
      const since = this.#since.get(checkpoint.file) ?? now;
      this.#since.set(checkpoint.file, since);
      const isGone = ending || now - since >= ABSENT_MS;
      if (!checkpoint.ended && isGone) concluded.push(withRestLost(checkpoint, reasonOf(checkpoint)));
    }
    const done = absent.filter(({ ended, sealed, size }) => ended && sealed === size);
    const forgotten = [...done.slice(0, -KEPT), ...absent.slice(0, -KEPT_AT_MOST)];
    for (const { file } of forgotten) this.#since.delete(file);
    return { concluded, forgotten };
  }

  /** They are there again. */
  found(files: Iterable<string>): void {
    for (const file of files) this.#since.delete(file);
  }
}

/** A file that was begun anew under us has lost its place already. */
const reasonOf = ({ lost }: Checkpoint): LossReason => (lost.Truncated === undefined ? 'Removed' : 'Truncated');
