import type { SidecarConfig } from '../../api/sidecar-config.ts';
import { invariant } from '../../runtime/errors.ts';
import { wait } from '../../runtime/wait.ts';
import type { Origin } from '../plain/document.ts';
import type { DropRules } from '../drop.ts';
import type { RawRecord } from '../plain/record.ts';
import type { LogFile } from '../source/log-file.ts';
import type { State } from '../source/state.ts';
import { batchAge, Rate } from './age.ts';
import { Batch } from './batch.ts';
import type { BodyOnDemand } from './body-on-demand.ts';
import { PlainBody, type LineRange, type Taken } from './bulk-body.ts';
import type { Deliverer } from './deliver.ts';
import type { Fates } from './fates.ts';
import { sampleOf, type Sample } from './sample.ts';
import { settle, standingsOf, type Standings } from './settle.ts';

export interface OutboxOptions {
  deliverer: Pick<Deliverer, 'deliver'>;
  state: Pick<State, 'save' | 'remember'>;
  /** Of the batch that is filled. */
  body: BodyOnDemand;
  /** Asked again and again: the configuration may change. */
  limits: () => Pick<SidecarConfig['limits'], 'inFlight' | 'batchBytes' | 'batchAgeMs'>;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  /** Hears of each batch that is answered for: of some of its records, and when that was, in milliseconds since 1970. */
  onAcknowledged: (sample: Sample, at: number) => void;
}

/** A batch on its way; with fates it is answered for, and waits for those before it. */
interface Flight {
  batch: Batch;
  standings: Standings;
  sample: Sample;
  fates: Fates | undefined;
}

/** Which rule leaves out the record of two lines of a body, if any. */
type Drop = Pick<DropRules, 'ruleFor'>;

/** How often checkpoints are written: after a crash what was answered for in this time is sent twice. */
const SAVE_MS = 2000;

/**
 * Batches: some are on their way while one is filled. Answers come in any order, but are settled in the order in which the
 * batches left, so that a checkpoint moves over nothing that is not answered for. More than `limits.inFlight` and the one that
 * is filled are never in memory.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #flights: Flight[] = [];
  readonly #spare: Batch[] = [];
  readonly #rate = new Rate();
  #filling = new Batch();
  /** When the batch that is filled got its first record. */
  #since = 0;
  /** Aborts when a batch lands; there while somebody waits for that. */
  #landing: AbortController | undefined;
  /** Body bytes that are answered for by checkpoints that are not written yet, and when that was done last. */
  #unsavedBytes = 0;
  #savedAt = -Infinity;
  #failure: Error | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Takes a record. One that a rule leaves out is not sent, but its turn to be answered for comes with its neighbours'.
   */
  add(file: LogFile, origin: Origin, record: RawRecord, drop?: Drop): void {
    const { body } = this.#options;
    this.#begin();
    const start = body.length;
    origin.redactor?.countAnew();
    const isUrgent = body.write(record, origin);
    const rule = drop?.ruleFor(body.since(start));
    if (rule !== undefined) {
      body.truncate(start);
      this.#filling.discard(file, record, rule);
      return;
    }
    this.#filling.isUrgent ||= isUrgent;
    this.#filling.add(file, origin, record, body.length);
    if (origin.redactor) this.#filling.addRedactions(file, origin.redactor.hits);
  }

  /** Takes ordinary lines of the body's chunk at once; returns what became of them. */
  take(file: LogFile, origin: Origin, lines: LineRange): Taken {
    const rows = this.#options.body.take(lines, origin);
    if (!rows) return { count: 0, covered: 0, to: lines.from, waiting: [] };
    if (rows.count > 0) this.#begin();
    this.#filling.isUrgent ||= rows.isUrgent;
    this.#filling.addRows(file, origin, rows);
    return rows;
  }

  /** Where files are read into. */
  get chunk(): Buffer {
    return this.#options.body.chunk;
  }

  /** Of the batch that is filled. */
  get bytes(): number {
    return this.#filling.size;
  }

  /** The batch that is filled will have waited long enough in so many milliseconds. */
  isDueIn(ms: number): boolean {
    const { limits, now } = this.#options;
    if (this.#filling.count === 0) return false;
    const { isUrgent } = this.#filling;
    const bytesPerSecond = this.#rate.at(now());
    return now() + ms - this.#since >= batchAge({ bytesPerSecond, isUrgent, batchAgeMs: limits().batchAgeMs });
  }

  /** Milliseconds in which a batch fills, at the pace of the last seconds. */
  get fillMs(): number {
    const { limits, now } = this.#options;
    return (limits().batchBytes / this.#rate.at(now())) * 1000;
  }

  /** No further batch may leave before one has landed. */
  get isFull(): boolean {
    return this.#flights.length >= this.#options.limits().inFlight;
  }

  get isFlying(): boolean {
    return this.#flights.length > 0;
  }

  get isEmpty(): boolean {
    return !this.isFlying && this.#filling.count === 0;
  }

  /** Stamp of the oldest record on its way, milliseconds since 1970; of each batch only some are looked at. */
  get oldest(): number | undefined {
    const stamps = this.#flights.flatMap(({ sample }) => sample.stamps);
    return stamps.length > 0 ? Math.min(...stamps) : undefined;
  }

  /** Sends what there is. Must not be full. */
  dispatch(): void {
    invariant(!this.isFull, 'a batch is sent before there is room for it');
    this.#send();
  }

  #send(): void {
    const batch = this.#filling;
    if (batch.count === 0) return;
    const { body, limits, now } = this.#options;
    const { length } = body;
    this.#rate.add(length, now());
    const sample = sampleOf(body.since(0), batch);
    batch.gzip = body.pack(batch.gzip);
    if (length > 2 * limits().batchBytes) body.shrink();
    this.#filling = this.#spare.pop() ?? new Batch();
    const flight: Flight = { batch, standings: standingsOf(batch), sample, fates: undefined };
    this.#flights.push(flight);
    void this.#answerFor(flight);
  }

  /**
   * Sends some records out of their turn, and counts none of them: `fill` adds them, and hears of the batch's bytes. Nobody waits
   * for the answer, for they are sent again in their turn.
   */
  sendAhead(fill: (add: (...record: Parameters<Outbox['add']>) => number) => void): void {
    const batch = new Batch();
    const body = new PlainBody(this.#options.wall);
    fill((file, origin, record, drop) => {
      const start = body.length;
      body.write(record, origin);
      if (drop?.ruleFor(body.since(start)) === undefined) batch.add(file, origin, record, body.length);
      else body.truncate(start);
      return batch.size;
    });
    if (batch.count === 0) return;
    batch.gzip = body.pack();
    this.#options.deliverer.deliver(batch).catch((error: unknown) => {
      this.#failure ??= new Error('a batch cannot be delivered', { cause: error });
    });
  }

  /** Until a batch on its way is settled, at most `ms`; at once when there is none. Throws as `check` does. */
  async landed(ms: number): Promise<void> {
    if (this.isFlying && !this.#failure) await wait(ms, (this.#landing ??= new AbortController()).signal);
    this.check();
  }

  /** Throws when a batch will never be settled: a bug. */
  check(): void {
    if (this.#failure) throw this.#failure;
  }

  /** Sends all there is, and resolves when it is answered for. It does not wait for room, for nothing is filled meanwhile. */
  async flush(): Promise<void> {
    this.#send();
    while (this.isFlying) await this.landed(60_000);
    this.save(0);
  }

  /** Writes what is answered for down, when that was not done for so many milliseconds. */
  save(ms = SAVE_MS): void {
    const { now, state } = this.#options;
    if (this.#unsavedBytes === 0 || now() - this.#savedAt < ms) return;
    this.#unsavedBytes = 0;
    this.#savedAt = now();
    state.save([]);
  }

  /** Lets go of what a busy time made it need; returns whether there was a body. */
  release(): boolean {
    this.#spare.length = 0;
    if (this.#filling.count === 0) this.#filling = new Batch();
    return this.#options.body.release();
  }

  #begin(): void {
    if (this.#filling.count === 0) this.#since = this.#options.now();
  }

  async #answerFor(flight: Flight): Promise<void> {
    try {
      const { wall, deliverer, onAcknowledged } = this.#options;
      flight.fates = await deliverer.deliver(flight.batch);
      onAcknowledged(flight.sample, wall());
      this.#settle();
    } catch (error) {
      // It stays on its way for ever: nothing that comes after it may be acknowledged.
      this.#failure ??= new Error('a batch cannot be delivered', { cause: error });
    }
    // With a reason of its own: the usual one is an error, with a stack trace that nobody reads.
    this.#landing?.abort('landed');
    this.#landing = undefined;
  }

  /** Settles the batches that are answered for, up to the first that is not. */
  #settle(): void {
    const { limits, state } = this.#options;
    const { inFlight, batchBytes } = limits();
    for (let first = this.#flights[0]; first?.fates; first = this.#flights[0]) {
      const { batch, fates, standings } = first;
      // Should settling fail, it is not tried again: some of it may be done.
      first.fates = undefined;
      state.remember(settle(batch, fates, standings));
      this.#unsavedBytes += batch.size;
      this.save();
      this.#flights.shift();
      batch.clear(2 * batchBytes);
      if (this.#spare.length < inFlight) this.#spare.push(batch);
    }
  }
}
