import { TokenBucket } from '../../runtime/token-bucket.ts';
import { wait } from '../../runtime/wait.ts';
import { SEALS_PACE, type SealsPace } from './seals.ts';

/** Milliseconds, but for the requests. */
export interface Pace extends SealsPace {
  /** Between two looks at what is to be done, while there is nothing. */
  lookMs: number;
  /** Requests to Elasticsearch a minute, at most. */
  perMinute: number;
  /** Between the beginnings of two rounds through the files that are written. */
  roundMs: number;
  /** From a report or seal to the comparison: five refresh intervals of Elasticsearch's default. */
  settleMs: number;
  /** From what seemed wrong to the second look, before which the streams are refreshed; and where that is not allowed. */
  secondMs: number;
  unrefreshedMs: number;
  /** Between two looks at a file that is not proved. */
  againMs: number;
  /** From the end of a pod to the look for its seals. */
  goneMs: number;
  /** Between two writes of what the next leader is to know. */
  saveMs: number;
  /** How long the count of files in a status stands. */
  saidMs: number;
  /** How long Elasticsearch must have been of no use until a status says so. */
  troubleMs: number;
}
export const PACE: Pace = {
  ...SEALS_PACE,
  lookMs: 1_000,
  perMinute: 60,
  roundMs: 20_000,
  settleMs: 5_000,
  secondMs: 10_000,
  unrefreshedMs: 120_000,
  againMs: 600_000,
  goneMs: 120_000,
  saveMs: 60_000,
  saidMs: 600_000,
  troubleMs: 60_000,
};

/** What may be sent at once, after a rest. */
const BURST = 10;
const LOOK_MS = 100;

/** Lets so many requests through a minute and no more. */
export class Turnstile {
  readonly #bucket: TokenBucket;

  constructor({ perMinute }: Pick<Pace, 'perMinute'>, clock: () => number) {
    this.#bucket = new TokenBucket({ burst: BURST, perSecond: perMinute / 60, clock });
  }

  async pass(signal: AbortSignal): Promise<void> {
    while (!this.#bucket.take() && !signal.aborted) await wait(LOOK_MS, signal);
  }
}
