import { backoff } from '../../runtime/backoff.ts';
import type { Part } from '../../runtime/lifecycle.ts';

export interface QueueOptions {
  /** Brings one key's world in order. A throw means: again, later. */
  work: (key: string) => Promise<void>;
  onError: (key: string, error: unknown) => void;
  random: () => number;
  /** Most of a reconciliation is waiting for Elasticsearch, which creates what is asked for at the same time in one go. */
  workers?: number;
}

/**
 * Keys to be reconciled: each waits once however often it is added, and is never worked on twice at a time. A key that was
 * added while it is worked on comes again; one that failed comes again after a growing pause.
 */
export class Queue implements Part {
  readonly name = 'reconcile queue';
  readonly #options: QueueOptions;
  readonly #waiting = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { timer: NodeJS.Timeout; at: number }>();
  #stopped = true;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#next();
  }

  /** Takes no more keys, and resolves when what is worked on is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    await Promise.all(this.#working.values());
  }

  add(key: string): void {
    clearTimeout(this.#timers.get(key)?.timer);
    this.#timers.delete(key);
    this.#waiting.add(key);
    this.#next();
  }

  /** Adds a key after a while, unless it comes sooner anyway. */
  addLater(key: string, ms: number): void {
    const at = performance.now() + ms;
    const before = this.#timers.get(key);
    if (this.#stopped || this.#waiting.has(key) || (before && before.at <= at)) return;
    clearTimeout(before?.timer);
    this.#timers.set(key, { timer: setTimeout(() => this.add(key), ms), at });
  }

  #next(): void {
    for (const key of this.#waiting) {
      if (this.#stopped || this.#working.size >= (this.#options.workers ?? 32)) return;
      if (this.#working.has(key)) continue;
      this.#waiting.delete(key);
      this.#working.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    try {
      await this.#options.work(key);
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#options.onError(key, error);
      this.addLater(key, backoff(failures, this.#options.random, { baseMs: 1000, maxMs: 60_000 }));
    }
    this.#working.delete(key);
    this.#next();
  }
}
