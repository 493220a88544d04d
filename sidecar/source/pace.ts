const MOST = 64;

/** How often ordinary lines are asked for all at once: rarely where few are ordinary, for asking costs as much as a line. */
export class Pace {
  /** Lines that are looked at one by one before the next time, and how many they were the last time. */
  #left = 0;
  #pause = 0;

  get isDue(): boolean {
    return this.#left === 0;
  }

  /** A line was looked at by itself; returns whether it was due already. */
  pass(): boolean {
    if (this.#left === 0) return true;
    this.#left--;
    return false;
  }

  /** So many were taken at once. */
  took(lines: number): void {
    this.#pause = lines > 0 ? 0 : Math.min(2 * this.#pause + 1, MOST);
    this.#left = this.#pause;
  }
}
