const EVERY_MS = 60_000;
/** Keys are few (addresses, paths, kinds of trouble); should they not be, the oldest reminders come early. */
const KEYS = 1000;

/** Lets a trouble be said when it begins and once a minute while it lasts, not once for each record that meets it. */
export class Reminder {
  readonly #now: () => number;
  readonly #said = new Map<string, number>();

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** True when the trouble of this name should be said now. */
  due(trouble: string): boolean {
    const now = this.#now();
    const last = this.#said.get(trouble);
    if (last !== undefined && now - last < EVERY_MS) return false;
    if (this.#said.size >= KEYS) this.#said.clear();
    this.#said.set(trouble, now);
    return true;
  }
}
