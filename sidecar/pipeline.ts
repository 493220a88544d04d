import type { Part } from '../runtime/lifecycle.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import type { Config } from './config.ts';
import { Intake } from './intake.ts';
import type { Now } from './plain/grouper.ts';
import type { Emit } from './plain/record.ts';
import type { Outbox } from './sink/outbox.ts';
import { BegunAnew, isOfFile } from './source/file-error.ts';
import type { LogFile } from './source/log-file.ts';
import type { Source } from './source/source.ts';
import { watchFolders } from './source/watch.ts';

export interface PipelineOptions {
  source: Source;
  outbox: Outbox;
  config: () => Config | undefined;
  /** No policy governs the pod any more. */
  isIdle: () => boolean;
  log: Log;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970, as log files are stamped. */
  wall: () => number;
  /** Collects garbage, now. */
  collect: () => void;
  /** Aborted by `stop`; others that wait listen to it too. */
  ending: AbortController;
}

/**
 * How often a busy pod's files are looked at: mostly each look is a request. Sooner where two batches fill sooner, for then requests
 * are just as large, but no more often than this.
 */
const POLL_MS = 280;
const POLL_LEAST_MS = 50;
/** How often its folders are looked at, a quiet pod, and whether a configuration has come. */
const FOLDERS_MS = 1000;
const QUIET_MS = 5000;
const CONFIG_MS = 200;
/** After which a file that could not be read is tried again: it may be a full disk on which it cannot be unpacked. */
const RETRY_MS = 5000;
/** Without a new byte for this long a pod is quiet; and for this long it gives back the memory that it does not need then. */
const BUSY_MS = 2000;
const RELEASE_MS = 30_000;
/**
 * At the end the runtime may still be copying what the containers said last, and one that used up its grace period is killed at the
 * moment at which the sidecar is asked to end; a writer that never stops is left after so many looks.
 */
const LAST_LOOK_MS = 100;
const LAST_LOOKS = 3;
/** What cannot be read then is tried again so often, and what comes while answers are waited for is read so often. */
const LAST_ROUNDS = 10;
const LAST_RETRY_MS = 500;
/** Without a policy the pod's end is not held up for longer by what nobody takes. */
const LAST_IDLE_MS = 2000;

/** Undefined for what cannot be read now: it may be read in its turn. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!isOfFile(error)) throw error;
    return undefined;
  }
}

/**
 * From files to acknowledged records: reads what is there into the outbox, which is sent when it is large or old enough. When
 * it is full and too many batches are not answered for, reading waits, but the folders are looked at: a file that is open
 * survives its rotation.
 */
export class Pipeline implements Part {
  readonly name = 'pipeline';
  readonly #options: PipelineOptions;
  readonly #unframed = new WeakSet<LogFile>();
  /** Files that could not be read, and when to try again. */
  #postponed = new WeakMap<LogFile, number>();
  /** A file could not be read in the last pass. */
  #hasTrouble = false;
  #intake: Intake | undefined;
  #lookedAt = -Infinity;
  #lastByteAt = -Infinity;
  #running: Promise<void> = Promise.resolve();

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Reads to the end of what is there, sends it, and resolves when all of it is answered for: that may take long. */
  async stop(): Promise<void> {
    this.#options.ending.abort();
    // Who waits for `ended` hears of a failure.
    await this.#running.catch(() => undefined);
  }

  /** Settles when the pipeline has ended: by `stop`, or by a bug. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { config, ending, isIdle, now, outbox, source } = this.#options;
    // Without one there is nowhere to send to, not even at the end: the operator may still write it.
    while (!config()) await wait(CONFIG_MS);
    try {
      while (!ending.signal.aborted) {
        if (isIdle()) await this.#idle();
        if (ending.signal.aborted) break;
        const nextAt = now() + this.#pauseMs;
        this.#look();
        await this.#readAll();
        if (outbox.isDueIn(nextAt - now()) && !outbox.isFull) outbox.dispatch();
        outbox.save();
        outbox.check();
        await this.#rest(nextAt);
      }
      if (isIdle()) await this.#drain(LAST_IDLE_MS);
      else await this.#finish();
    } finally {
      source.closeAll();
    }
  }

  /**
   * No policy governs the pod: what was read is delivered, the files are let go, and nothing more is read until one does. What
   * the pod says meanwhile is in its log files, and as much of it as is there then is read.
   */
  async #idle(): Promise<void> {
    const { ending, isIdle, source } = this.#options;
    let isDrained = false;
    while (isIdle() && !ending.signal.aborted) {
      if (!isDrained) {
        isDrained = await this.#drain(FOLDERS_MS);
        // What waits to be delivered may be held open, but not more than is allowed.
        if (!isDrained) this.#lookNow();
      } else {
        source.closeAll();
        this.#release();
        await wait(FOLDERS_MS, ending.signal);
      }
    }
  }

  /** Sends what was read; false when it is not answered for within so many milliseconds. */
  async #drain(ms: number): Promise<boolean> {
    const { now, outbox } = this.#options;
    for (const until = now() + ms; !outbox.isEmpty && now() < until;) {
      if (!outbox.isFull) outbox.dispatch();
      await outbox.landed(until - now());
    }
    outbox.save(0);
    return outbox.isEmpty;
  }

  /** Two seconds may be all that is left: records, then seals, are two answers one after the other, and no more. */
  async #finish(): Promise<void> {
    const { outbox } = this.#options;
    this.#lookNow();
    this.#sendNewest();
    // Nothing leaves yet: what might have gone on until now would have to wait for an answer to it.
    for (let look = 0; look < LAST_LOOKS; look++) {
      this.#lookNow();
      if ((await this.#readAll()) === 0 && look > 0) break;
      await wait(LAST_LOOK_MS);
    }
    for (let round = 0; round < LAST_ROUNDS; round++) {
      await this.#readLast();
      await outbox.flush();
      // What is answered for now has ended, if its writer did not go on meanwhile, in it or in a new file.
      this.#lookNow(true);
      if ((await this.#readAll()) === 0) return;
      await wait(LAST_LOOK_MS);
    }
    await outbox.flush();
  }

  /** Reads to the end of all files, and hands over what might have gone on. */
  async #readLast(): Promise<void> {
    for (let round = 0; round < LAST_ROUNDS; round++) {
      this.#lookNow(true);
      // There is no later: what could not be read is tried again, for as long as others would be content with.
      this.#postponed = new WeakMap();
      if ((await this.#readAll()) > 0) continue;
      if (!this.#hasTrouble) return;
      // The others do not wait for it.
      if (!this.#options.outbox.isFull) this.#options.outbox.dispatch();
      await wait(LAST_RETRY_MS);
    }
  }

  /**
   * Little time may be left, and a long backlog: what was said last, which is what people look for after a crash, is sent
   * before it. It comes again in its turn, is found to be stored then, and is counted.
   */
  #sendNewest(): void {
    const { source, outbox } = this.#options;
    const { batchBytes } = this.#intake!.config.settings.limits;
    // One that was begun anew under us is no longer what it was.
    const files = source.files().filter((file) => attempt(() => file.look()));
    if (files.reduce((sum, { unread }) => sum + unread, 0) <= batchBytes) return;
    outbox.sendAhead((add) => {
      for (const file of files.toReversed()) {
        const origin = this.#intake!.originOf(file);
        const { drop } = this.#intake!.config;
        const emit: Emit = (record) => {
          return add(file, origin, record, drop) < batchBytes;
        };
        attempt(() => file.readNewest({ ...this.#intake!.readingOf(file, this.#now), emit }));
      }
    });
  }

  #look(): void {
    const isNew = this.#options.config() !== this.#intake?.config;
    if (isNew || this.#options.now() - this.#lookedAt >= FOLDERS_MS) this.#lookNow();
  }

  /** Takes over a changed configuration, and looks for files. */
  #lookNow(ending = false): void {
    const { log, now, outbox, source } = this.#options;
    const config = this.#options.config()!;
    if (config !== this.#intake?.config) this.#intake = new Intake(config, { outbox, log, unframed: this.#unframed });
    this.#lookedAt = now();
    source.look(config.settings, ending);
  }

  /** Returns how many bytes further it got. A file that cannot be read holds up no other. */
  async #readAll(): Promise<number> {
    const { now, source } = this.#options;
    let progress = 0;
    this.#hasTrouble = false;
    for (const file of source.files()) {
      if (this.#options.isIdle()) break;
      const until = this.#postponed.get(file);
      if (until !== undefined && now() < until) continue;
      try {
        progress += await this.#readOn(file);
      } catch (error) {
        if (error instanceof BegunAnew) {
          source.restart(file);
          progress++;
          continue;
        }
        if (!isOfFile(error)) throw error;
        this.#hasTrouble = true;
        this.#postponed.set(file, now() + RETRY_MS);
        const { container, run } = file.checkpoint;
        source.complain(`${container}/${run}.log`, error);
      }
    }
    if (progress > 0) this.#lastByteAt = now();
    return progress;
  }

  /** Reads a file until nothing more is there. */
  async #readOn(file: LogFile): Promise<number> {
    const { source } = this.#options;
    const before = file.position;
    // It may have been let go of while another one waited for room.
    if (file.isClosed) return 0;
    const lookedAt = this.#now;
    if (!file.look()) {
      source.restart(file);
      return 1;
    }
    let at = lookedAt;
    for (;;) {
      // While it waited for room its compressed copy may have taken its place.
      if (file.isPacked) await file.unpack();
      // Or it was given up, or let go of because it is no longer selected.
      if (file.isClosed) return 1;
      if (file.unread === 0 || (file.read(this.#intake!.readingOf(file, at)) <= 0 && !this.#intake!.isFull)) break;
      if (!this.#intake!.isFull) continue;
      if (!(await this.#makeRoom())) return file.position - before;
      at = this.#now;
    }
    // What came after the look, while this waited for room, may go on with what is open.
    if (file.isWaiting) file.endDue(this.#intake!.readingOf(file, lookedAt));
    if (this.#intake!.isFull && !(await this.#makeRoom())) return file.position - before;
    // Not yet done with: one quiet pass comes before its end.
    if (file.isClosed || !file.finished || file.position > before) return file.position - before;
    while (!file.ended) {
      await file.unpack();
      if (file.isClosed) return 1;
      file.end(this.#intake!.readingOf(file, this.#now));
      if (!(await this.#makeRoom())) return file.position - before;
    }
    if (file.pending === 0 && !file.isClosed) source.release(file);
    return file.position - before;
  }

  get #now(): Now {
    const { now, wall } = this.#options;
    return { steady: now(), wall: wall() };
  }

  /** Sends a batch that is full, as soon as there is room for another one on the way; false: the policy went meanwhile. */
  async #makeRoom(): Promise<boolean> {
    const { isIdle, outbox } = this.#options;
    if (!this.#intake!.isFull) return true;
    while (outbox.isFull) {
      if (isIdle()) return false;
      await outbox.landed(FOLDERS_MS);
      this.#look();
    }
    outbox.dispatch();
    return true;
  }

  /** Milliseconds from one look at a busy pod's files to the next. */
  get #pauseMs(): number {
    const { fillMs } = this.#options.outbox;
    const { batchAgeMs } = this.#options.config()!.settings.limits;
    return Math.max(POLL_LEAST_MS, Math.min(POLL_MS, batchAgeMs, 2 * fillMs));
  }

  /**
   * Gives back in a quiet time what a busy one made the pod need, or a seal. Nothing else would collect it: a quiet program makes too
   * little garbage.
   */
  #release(): void {
    const { collect, outbox, source } = this.#options;
    if (!outbox.release()) return;
    source.shrink();
    collect();
  }

  /** Until something can have changed: for a short time while the pod is busy, to a hint or for long when it is quiet. */
  async #rest(nextAt: number): Promise<void> {
    const { ending, isIdle, now, outbox, source } = this.#options;
    const ms = Math.max(0, nextAt - now());
    // What could not leave goes as soon as there is room for it.
    if (outbox.isDueIn(ms)) return outbox.landed(ms);
    if (!outbox.isEmpty || source.hasOpen || now() - this.#lastByteAt < BUSY_MS) return wait(ms, ending.signal);
    const folders = source.folders().join();
    const watch = watchFolders(source.folders());
    ending.signal.addEventListener('abort', watch.close);
    try {
      // What came before the watch it does not tell of; and some file systems tell of nothing.
      do {
        this.#lookNow();
        const progress = await this.#readAll();
        outbox.save(0);
        if (progress > 0 || !outbox.isEmpty || isIdle() || source.folders().join() !== folders) break;
        if (now() - this.#lastByteAt >= RELEASE_MS) this.#release();
        await wait(QUIET_MS, watch.changed);
      } while (!watch.changed.aborted);
    } finally {
      ending.signal.removeEventListener('abort', watch.close);
      watch.close();
    }
    this.#lookedAt = -Infinity;
  }
}
