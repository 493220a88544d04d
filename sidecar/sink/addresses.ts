/** How often the first address is tried again while another one is in use. */
const REVISIT_MS = 60_000;

/** Which address of a list to ask: the first while it answers, else the one that did last. */
export class Addresses {
  readonly #now: () => number;
  /** Undefined: the first. */
  #preferred: string | undefined;
  #revisitAt = 0;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All of them, in the order in which to ask now. */
  order(urls: readonly string[]): string[] {
    const at = Math.max(0, urls.indexOf(this.#preferred ?? ''));
    return [...urls.slice(at), ...urls.slice(0, at)];
  }

  answered(url: string, urls: readonly string[]): void {
    if (url === urls[0]) this.#preferred = undefined;
    else if (url !== this.#preferred) {
      this.#preferred = url;
      this.#revisitAt = this.#now() + REVISIT_MS;
    }
  }

  /** None of them answered: the next time begins with the first. */
  noneAnswered(): void {
    this.#preferred = undefined;
  }

  /** True when it is time to see whether the first is there again; asked once, it is false for a while. */
  isRevisitDue(urls: readonly string[]): boolean {
    const isAway = this.#preferred !== undefined && urls.indexOf(this.#preferred) > 0;
    if (!isAway || this.#now() < this.#revisitAt) return false;
    this.#revisitAt = this.#now() + REVISIT_MS;
    return true;
  }
}
