import { backoff } from '../../runtime/backoff.ts';
import { wait } from '../../runtime/wait.ts';

export interface PatienceOptions {
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  random: () => number;
  /** Aborts when the pod ends: from then on little time is left, and waits are short. */
  ending: AbortSignal;
}

/** One request's leave to go: `era` is the number of troubles before it; with `trial` it tries for all that wait. */
export interface Turn {
  readonly era: number;
  readonly trial?: PromiseWithResolvers<void>;
}

/** What a request came back with instead of an answer without fault. */
export interface Setback {
  /** Milliseconds that the server asked for. */
  afterMs?: number | undefined;
  /** Some of it was taken. */
  progress?: boolean;
}

/** The longest wait while the pod ends: the grace period may be over any moment. */
const LAST_MS = 1000;

/**
 * One backoff that all requests for the same end share. Without trouble everybody goes at once. In trouble one waits and tries
 * again, and the others wait for what becomes of it: a server that comes back is not met by all of them together, and a
 * success of one ends the wait of all.
 */
export class Patience {
  readonly #options: PatienceOptions;
  /** In a row, since something was taken. */
  #troubles = 0;
  #era = 0;
  #opensAt = 0;
  #trial: PromiseWithResolvers<void> | undefined;
  #relief = new AbortController();

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** A turn that waits for nobody. */
  now(): Turn {
    return { era: this.#era };
  }

  /** Resolves when a request may go. Each turn must be given back by `done`. */
  async turn(): Promise<Turn> {
    while (this.#trial) await this.#trial.promise;
    if (this.#troubles === 0) return this.now();
    const trial = Promise.withResolvers<void>();
    this.#trial = trial;
    await this.#pause();
    return { era: this.#era, trial };
  }

  /** Without a setback the request was answered as it should be, and nobody waits any longer. */
  done({ era, trial }: Turn, setback?: Setback): void {
    if (!setback || setback.progress) this.#troubles = 0;
    if (setback) this.#suffer(era, setback.afterMs ?? 0);
    // Mostly nobody waits.
    if (!this.#trial || (setback && trial !== this.#trial)) return;
    if (!setback) this.#relief.abort();
    this.#trial.resolve();
    this.#trial = undefined;
    this.#relief = new AbortController();
  }

  #suffer(era: number, afterMs: number): void {
    const { now, random } = this.#options;
    // Of requests that were on their way together only the first counts: they met the same trouble.
    const isNew = era === this.#era || this.#troubles === 0;
    const planned = isNew ? backoff(this.#troubles, random) : 0;
    const opensAt = now() + Math.max(planned, afterMs);
    this.#opensAt = isNew ? opensAt : Math.max(this.#opensAt, opensAt);
    if (!isNew) return;
    this.#troubles++;
    this.#era++;
  }

  async #pause(): Promise<void> {
    const { ending, now } = this.#options;
    const ms = Math.max(0, this.#opensAt - now());
    if (ending.aborted) await wait(Math.min(ms, LAST_MS), this.#relief.signal);
    else await wait(ms, AbortSignal.any([ending, this.#relief.signal]));
  }
}
