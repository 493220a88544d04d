import type { Log } from '../runtime/log.ts';
import type { Part } from '../runtime/lifecycle.ts';
import { describe } from '../runtime/errors.ts';
import { wait } from '../runtime/wait.ts';
import type { Config } from './config.ts';
import { constantPart } from './pod.ts';
import { Batch } from './sink/batch.ts';
import type { Deliverer } from './sink/deliver.ts';
import { settle, shareOut } from './sink/settle.ts';
import { listContainers } from './source/discovery.ts';
import type { LogFile } from './source/log-file.ts';
import type { Source } from './source/source.ts';
import type { State } from './source/state.ts';
import { watchOnce } from './source/watch.ts';
import type { Origin } from './plain/document.ts';

export interface PipelineOptions {
  logs: string;
  source: Source;
  state: State;
  deliverer: Deliverer;
  config: () => Config | undefined;
  log: Log;
  now: () => number;
}

const CHUNK_BYTES = 256 * 1024;
/** How often a busy pod's files are looked at, its folders, and a quiet pod's. */
const POLL_MS = 50;
const FOLDERS_MS = 1000;
const QUIET_MS = 5000;
/** Without a new byte for this long a pod is quiet. */
const BUSY_MS = 2000;

/**
 * From files to acknowledged records: reads what is there into a batch, sends it when it is large or old enough, fills the
 * next one meanwhile, and moves the checkpoints when a batch is answered for. One batch is in flight at a time, so answers
 * come in the order of the files.
 */
export class Pipeline implements Part {
  readonly name = 'pipeline';
  readonly #options: PipelineOptions;
  readonly #stop = new AbortController();
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #sizes = new WeakMap<LogFile, number>();
  #origins = new WeakMap<LogFile, Origin>();
  #constants = new Map<string, Buffer>();
  #config: Config | undefined;
  #batch: Batch;
  #spare: Batch;
  #inFlight: Promise<void> = Promise.resolve();
  #flying = false;
  #lookedAt = -Infinity;
  #lastByteAt = 0;
  #diskTrouble = '';
  #running: Promise<void> | undefined;

  constructor(options: PipelineOptions) {
    this.#options = options;
    const date = () => new Date(options.now());
    this.#batch = new Batch(date);
    this.#spare = new Batch(date);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Reads to the end of what is there, sends it, and resolves when all of it is answered for: that may take long. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Settles when the pipeline has ended, by `stop` or by a bug. */
  get ended(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    const { config, source } = this.#options;
    // Without a configuration there is nowhere to send to, not even at the end: the operator may still write one.
    while (!config())
      await wait(this.#stop.signal.aborted ? POLL_MS : 200, this.#stop.signal.aborted ? undefined : this.#stop.signal);
    for (;;) {
      const ending = this.#stop.signal.aborted;
      this.#refresh();
      const progress = await this.#pass(ending);
      if (ending && progress === 0) break;
      if (progress === 0) await this.#rest();
    }
    await this.#send();
    await this.#inFlight;
    source.closeAll();
  }

  /** Takes over a changed configuration. */
  #refresh(): void {
    const current = this.#options.config();
    if (current === this.#config) return;
    this.#config = current;
    this.#origins = new WeakMap();
    this.#constants = new Map();
    this.#lookedAt = -Infinity;
  }

  /** One look at everything; returns how many bytes further it got. */
  async #pass(ending: boolean): Promise<number> {
    const { source, now } = this.#options;
    const { settings } = this.#config!;
    if (ending || now() - this.#lookedAt >= FOLDERS_MS) {
      source.look(settings, ending);
      this.#lookedAt = now();
    }
    let progress = 0;
    for (const file of source.files()) progress += await this.#readOn(file);
    if (progress > 0) this.#lastByteAt = now();
    const aged = this.#batch.entries.length > 0 && now() - this.#batch.since >= settings.limits.batchAgeMs;
    if (aged && !this.#flying) await this.#send();
    return progress;
  }

  /** Reads a file until nothing more is there; sends as often as the batch is full. */
  async #readOn(file: LogFile): Promise<number> {
    const before = this.#sizes.get(file) ?? 0;
    const size = file.size();
    if (size < file.position) {
      this.#save([this.#options.source.truncated(file, before)]);
      return 1;
    }
    this.#sizes.set(file, size);
    const origin = this.#originOf(file);
    const limit = this.#config!.settings.limits.batchBytes;
    const emit = (record: Parameters<Batch['add']>[2]) => {
      if (this.#batch.entries.length === 0) this.#batch.since = this.#options.now();
      this.#batch.add(file, origin, record);
      return this.#batch.body.length < limit;
    };
    let progress = 0;
    while (file.position < size) {
      const got = file.read(this.#chunk, emit);
      if (this.#batch.body.length >= limit) await this.#send();
      if (got === 0) break;
      progress += got;
    }
    if (file.finished && !file.ended && progress === 0) {
      file.end(this.#chunk, emit);
      progress++;
    }
    if (file.ended && file.isAnswered) this.#options.source.release(file);
    return progress;
  }

  #originOf(file: LogFile): Origin {
    let origin = this.#origins.get(file);
    if (!origin) {
      const { container } = file.checkpoint;
      let constant = this.#constants.get(container);
      if (!constant) {
        constant = constantPart(this.#config!.pod, container, this.#config!.settings.cluster);
        this.#constants.set(container, constant);
      }
      origin = { file: file.checkpoint.file, constant };
      this.#origins.set(file, origin);
    }
    return origin;
  }

  /** Hands the batch over as soon as the one before it is answered for. */
  async #send(): Promise<void> {
    await this.#inFlight;
    const batch = this.#batch;
    if (batch.entries.length === 0) return;
    const shares = shareOut(batch, this.#options.source.files());
    this.#batch = this.#spare;
    this.#spare = batch;
    this.#flying = true;
    this.#inFlight = this.#answerFor(batch, shares);
  }

  async #answerFor(batch: Batch, shares: ReturnType<typeof shareOut>): Promise<void> {
    const fates = await this.#options.deliverer.deliver(batch);
    if (fates) this.#save(settle(batch, fates, shares));
    batch.clear();
    this.#flying = false;
  }

  /** A full disk costs a second reading after a restart, nothing else: the records are safe where they are. */
  #save(checkpoints: Parameters<State['save']>[0]): void {
    try {
      this.#options.state.save(checkpoints);
      this.#diskTrouble = '';
    } catch (error) {
      const trouble = describe(error);
      if (trouble !== this.#diskTrouble) {
        this.#options.log.error(
          'cannot write checkpoints; after a restart records are read again, and found to be stored',
          { error: trouble },
        );
      }
      this.#diskTrouble = trouble;
    }
  }

  /** Until something can have changed: soon while the pod is busy, on a hint or after a while when it is quiet. */
  async #rest(): Promise<void> {
    const { now, logs } = this.#options;
    const { signal } = this.#stop;
    const busy = this.#flying || this.#batch.entries.length > 0 || now() - this.#lastByteAt < BUSY_MS;
    if (busy) return wait(POLL_MS, signal);
    const watched = watchOnce(logs, listContainers(logs, this.#config!.settings.logs.containers), {
      ms: QUIET_MS,
      signal,
    });
    // What was written between the last look and the watch would otherwise wait for its time limit.
    if (this.#options.source.files().some((file) => file.size() > file.position + file.heldBack))
      return wait(POLL_MS, signal);
    await watched;
    this.#lookedAt = -Infinity;
    this.#lastByteAt = now();
  }
}
