import type { Claim } from './claim.ts';
import { SEALS_AT_ONCE, type Place, type Store } from './store.ts';

export interface SealsOptions {
  store: Pick<Store, 'seals'>;
  /** Where an earlier leader has come to; undefined: begin with the oldest. */
  begin: Place | undefined;
  pace: SealsPace;
  /** Milliseconds of a clock that never goes back. */
  clock: () => number;
  now: () => Date;
}

/** Milliseconds. */
export interface SealsPace {
  /** Between two looks for new seals. */
  newMs: number;
  /** A seal bears the time of its node, and arrives a little later. */
  overlapMs: number;
  /** Between two looks for seals that arrived later than that, and how late these may be. */
  lateMs: number;
  lateAtMostMs: number;
}
export const SEALS_PACE: SealsPace = {
  newMs: 10_000,
  overlapMs: 120_000,
  lateMs: 900_000,
  lateAtMostMs: 7_200_000,
};
const OLDEST: Place = { at: '1970-01-01T00:00:00.000Z', file: '' };

/** Seals in the order of their time, each once. */
export class Seals {
  readonly #options: SealsOptions;
  /** Up to where all seals have been read. */
  #until: Place;
  /** Where the look that is under way has come to. */
  #at: Place;
  #lookedAt = -Infinity;
  /** The look that is under way, RFC 3339. */
  #began = '';
  #lookedForLateAt: number;
  #isDone = true;
  /** Seals that were read, by file and size, with their time; those that are older than any look are forgotten. */
  readonly #read = new Map<string, number>();

  constructor(options: SealsOptions) {
    this.#options = options;
    this.#until = options.begin ?? OLDEST;
    this.#at = this.#until;
    this.#lookedForLateAt = options.clock();
  }

  /** What the next leader begins with. */
  get until(): Place {
    return this.#until;
  }

  /** The next ones that are new; none when it is not time yet. At most one request. */
  async next(): Promise<Claim[]> {
    const { store, now, clock, pace } = this.#options;
    if (this.#isDone) {
      if (clock() - this.#lookedAt < pace.newMs) return [];
      this.#lookedAt = clock();
      this.#began = now().toISOString();
      this.#at = this.#begin();
    }
    const found = await store.seals(this.#at, now());
    this.#isDone = found.length < SEALS_AT_ONCE;
    this.#forget();
    const fresh = found.filter(({ claim }) => !this.#read.has(keyOf(claim)));
    for (const { claim } of fresh) this.#read.set(keyOf(claim), claim.at);
    const last = found.at(-1)?.place;
    if (last) this.#at = last;
    if (last && last.at > this.#until.at) this.#until = last;
    // All that were there when the look began have been read: a burst of them is not read again for ever.
    if (this.#isDone && this.#began > this.#until.at) this.#until = { at: this.#began, file: '' };
    return fresh.map(({ claim }) => claim);
  }

  /** Some time before where all have been read: nobody's clock is right. */
  #begin(): Place {
    const { clock, pace } = this.#options;
    const isLate = clock() - this.#lookedForLateAt >= pace.lateMs;
    if (isLate) this.#lookedForLateAt = clock();
    const before = Date.parse(this.#until.at) - (isLate ? pace.lateAtMostMs : pace.overlapMs);
    return before > 0 ? { at: new Date(before).toISOString(), file: '' } : OLDEST;
  }

  #forget(): void {
    const { pace } = this.#options;
    const before = Date.parse(this.#until.at) - pace.lateAtMostMs - pace.overlapMs;
    for (const [key, at] of this.#read) if (at < before) this.#read.delete(key);
  }
}

const keyOf = ({ file, size }: Claim): string => `${file}.${size}`;
