import { describe } from '../../runtime/errors.ts';
import type { Part } from '../../runtime/lifecycle.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import { Body } from '../plain/body.ts';
import type { Reminder } from '../reminder.ts';
import type { Checkpoint } from '../source/checkpoint.ts';
import { sealDocument, startDocument, startId, type Start } from './file-document.ts';
import { Sender, type Sink } from './sender.ts';
import { Slice } from './slice.ts';

export interface SealerOptions {
  sink: Sink;
  streams: () => { files: string };
  /** Compresses a body. */
  pack: (body: Buffer) => Buffer;
  /** Of the sidecar. */
  version: string;
  log: Log;
  reminder: Reminder;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  random: () => number;
  /** Aborts when the pod ends: from then on waits are short. */
  ending: AbortSignal;
  /** No policy governs the pod any more: Elasticsearch may take nothing from it. */
  isIdle: () => boolean;
  /** Hears of each file whose seal is in Elasticsearch, and of the size that was sealed. */
  onSealed: (file: string, size: number) => void;
}

interface Waiting {
  text: string;
  /** Of a seal. */
  sealed?: { file: string; size: number };
}

/** What comes together goes together: files end in groups, and nobody waits for a seal. */
const GATHER_MS = 1000;
const AT_ONCE = 500;
/** A kilobyte each. Files end no faster than Elasticsearch takes their records, so it is down to this stream if so many wait. */
const AT_MOST = 4096;
const RUNS = 1000;
/** A pod's end is not held up for longer: what is missing then is an unproven file, not a lost record. */
const LAST_MS = 10_000;
const LAST_IDLE_MS = 2000;
/** They are small, and at the pod's end a connection that hangs must leave time for another try. */
const SILENCE_MS = 4000;

/**
 * Writes start documents and seals into the stream of files, beside the records and never in their way: a refused one is
 * given up, and an unsealed file is an unproven one. Each has a name of its own, so that repeating one does no harm.
 */
export class Sealer implements Part {
  readonly name = 'sealer';
  readonly #options: SealerOptions;
  readonly #sender: Sender;
  readonly #waiting = new Map<string, Waiting>();
  readonly #announced = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #givenUp = new AbortController();
  #news = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: SealerOptions) {
    const { streams } = options;
    this.#options = options;
    this.#sender = new Sender({
      ...options,
      stream: () => streams().files,
      isLast: false,
      silenceMs: SILENCE_MS,
      giveUp: this.#givenUp.signal,
    });
  }

  /** Tells of a container run; told again, it does nothing. */
  announce(start: Start): void {
    const id = startId(start);
    if (this.#announced.has(id)) return;
    if (this.#announced.size >= RUNS) this.#announced.clear();
    this.#announced.add(id);
    this.#add(id, { text: startDocument(start, this.#options.version, this.#options.wall()).text });
  }

  /** Seals a file of `size` bytes that is answered for; `constant` is the part that its records share: `pod.ts`. */
  seal(checkpoint: Checkpoint, size: number, constant: Buffer): void {
    const { id, text } = sealDocument(checkpoint, size, constant, this.#options.wall());
    this.#add(id, { text, sealed: { file: checkpoint.file, size } });
  }

  start(): void {
    this.#running = this.#run().catch((error: unknown) => {
      this.#options.log.error('files are no longer sealed', { error: describe(error) });
    });
  }

  /** Sends what waits, and resolves when it is answered for, or when there is no more time. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#news.resolve();
    const done = new AbortController();
    void this.#running.then(() => done.abort());
    await wait(this.#options.isIdle() ? LAST_IDLE_MS : LAST_MS, done.signal);
    this.#givenUp.abort();
    const documents = this.#waiting.size;
    if (documents > 0) this.#options.log.error('not all files are sealed; they stay unproven', { documents });
  }

  #add(id: string, waiting: Waiting): void {
    const { log, reminder } = this.#options;
    if (this.#waiting.size < AT_MOST) this.#waiting.set(id, waiting);
    else if (reminder.due('seals'))
      log.error('too many seals wait; further files stay unproven', { documents: AT_MOST });
    this.#news.resolve();
  }

  async #run(): Promise<void> {
    while (!this.#givenUp.signal.aborted) {
      if (this.#waiting.size > 0) {
        await wait(GATHER_MS, this.#stopping.signal);
        await this.#send();
      } else if (this.#stopping.signal.aborted) {
        return;
      } else {
        await this.#news.promise;
        this.#news = Promise.withResolvers();
      }
    }
  }

  async #send(): Promise<void> {
    const { log, onSealed, pack, reminder } = this.#options;
    const body = new Body();
    const ids: string[] = [];
    const ends: number[] = [];
    for (const [id, { text }] of [...this.#waiting].slice(0, AT_ONCE)) {
      body.utf8(`{"create":{"_id":"${id}"}}\n${text}\n`);
      ids.push(id);
      ends.push(body.length);
    }
    const slice = new Slice({ gzip: pack(body.bytes.subarray(0, body.length)), ends });
    const refused = await this.#sender.send(slice, (place) => {
      const id = ids[place]!;
      const sealed = this.#waiting.get(id)?.sealed;
      this.#waiting.delete(id);
      if (sealed) onSealed(sealed.file, sealed.size);
    });
    for (const { place, reason, error } of refused) {
      const id = ids[place]!;
      this.#waiting.delete(id);
      if (!reminder.due(`seal: ${reason}`)) continue;
      const consequence = 'it is given up, and the file it tells of stays unproven';
      log.error('Elasticsearch refuses a document about a file', { id, reason, error, consequence });
    }
  }
}
