export interface TokenBucketOptions {
  /** How many may be taken at once, after a rest. */
  burst: number;
  perSecond: number;
  /** Milliseconds that only ever grow. */
  clock: () => number;
}

/** So many things a second and no more, a burst of them after a rest. */
export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #at: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#at = options.clock();
  }

  /** Whether one more may be done now. */
  take(): boolean {
    const { burst, perSecond, clock } = this.#options;
    const now = clock();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}
