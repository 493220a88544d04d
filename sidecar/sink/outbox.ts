import type { RawRecord } from '../plain/assemble.ts';
import type { Origin } from '../plain/document.ts';
import type { LogFile } from '../source/log-file.ts';
import type { State } from '../source/state.ts';
import { wait } from '../../runtime/wait.ts';
import { Batch } from './batch.ts';
import type { Deliverer } from './deliver.ts';
import { settle, standingsOf } from './settle.ts';

export interface OutboxOptions {
  deliverer: Pick<Deliverer, 'deliver'>;
  state: Pick<State, 'save'>;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  date: () => Date;
}

/**
 * Two batches: one is filled while the other is on its way. Only one is, so answers come in the order of the files, and a
 * checkpoint moves over nothing that is not answered for. More than the two is never in memory.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #filling: Batch;
  #spare: Batch;
  #since = 0;
  #flight: AbortController | undefined;
  #failure: Error | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#filling = new Batch(options.date);
    this.#spare = new Batch(options.date);
  }

  add(file: LogFile, origin: Origin, record: RawRecord): void {
    if (this.#filling.entries.length === 0) this.#since = this.#options.now();
    this.#filling.add(file, origin, record);
    file.pending++;
  }

  /** Bytes of the batch that is being filled. */
  get bytes(): number {
    return this.#filling.body.length;
  }

  /** How long the oldest record waits for its batch to be sent, milliseconds; 0 without one. */
  get age(): number {
    return this.#filling.entries.length === 0 ? 0 : this.#options.now() - this.#since;
  }

  get isFlying(): boolean {
    return this.#flight !== undefined;
  }

  get isEmpty(): boolean {
    return !this.isFlying && this.#filling.entries.length === 0;
  }

  /** Sends what there is. None may be on its way. */
  dispatch(): void {
    const batch = this.#filling;
    if (batch.entries.length === 0) return;
    this.#filling = this.#spare;
    this.#spare = batch;
    this.#flight = new AbortController();
    void this.#answerFor(batch);
  }

  /** Until the batch on its way is answered for, at most `ms`. Throws when it never will be: that is a bug. */
  async landed(ms: number): Promise<void> {
    if (this.#flight) await wait(ms, this.#flight.signal);
    if (this.#failure) throw this.#failure;
  }

  /** Sends all there is, and resolves when it is answered for. */
  async flush(): Promise<void> {
    while (!this.isEmpty) {
      if (!this.isFlying) this.dispatch();
      await this.landed(60_000);
    }
  }

  /** Lets go of what a busy time made the batches grow to. */
  shrink(): void {
    this.#filling.body.shrink();
    this.#spare.body.shrink();
  }

  async #answerFor(batch: Batch): Promise<void> {
    const flight = this.#flight;
    try {
      const standings = standingsOf(batch);
      this.#options.state.save(settle(batch, await this.#options.deliverer.deliver(batch), standings));
      batch.clear();
      this.#flight = undefined;
    } catch (error) {
      // It stays on its way for ever: nothing that comes after it may be acknowledged.
      this.#failure = new Error('a batch cannot be delivered', { cause: error });
    }
    flight?.abort();
  }
}
