import { setImmediate } from 'node:timers/promises';

/**
 * Lets pieces of work that take milliseconds run one in each turn of the event loop, however many are ready at once: what
 * comes in meanwhile waits for one of them, not for all.
 */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is its turn. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => setImmediate());
    return this.#last;
  }
}
