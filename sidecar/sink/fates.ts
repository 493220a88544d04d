import type { Taken } from './sender.ts';

/** What became of a record for good: Elasticsearch has it, had it, or has it as a dead letter; or a rule leaves it out. */
export type Fate = Taken | 'deadLettered' | 'discarded';

/** Of the records of a batch, in their order; `stored`: all that were sent are new and stored. */
export type Fates = 'stored' | readonly Fate[];

/** Notes what becomes of the records of a batch. Mostly one answer says the same of all, and no list is made. */
export class FateList {
  readonly #count: number;
  #each: Fate[] | undefined;
  #isAllStored = false;

  constructor(count: number) {
    this.#count = count;
  }

  set(place: number, fate: Fate): void {
    this.#each ??= this.#none();
    this.#each[place] = fate;
  }

  /** All that were sent, of none of which anything is noted yet. */
  setAllStored(): void {
    this.#isAllStored = true;
  }

  /** Something is noted of one of them, and not of all at once. */
  get isBegun(): boolean {
    return this.#each !== undefined;
  }

  /** What is not noted was not sent. */
  get fates(): Fates {
    return this.#each ?? (this.#isAllStored ? 'stored' : this.#none());
  }

  #none(): Fate[] {
    return Array<Fate>(this.#count).fill('discarded');
  }
}
