import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { backoff } from '../../runtime/backoff.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import type { Answer, Outcome } from './answer.ts';
import type { Batch, Entry } from './batch.ts';

/** What became of a record for good: Elasticsearch has it, had it, or has it as a dead letter. */
export type Fate = 'stored' | 'duplicate' | 'deadLettered';

export interface Sink {
  post(stream: string, body: Buffer, count: number, signal: AbortSignal): Promise<Answer>;
}

export interface DeliverOptions {
  sink: Sink;
  streams: () => { logs: string; deadLetters: string };
  log: Log;
  now: () => number;
  random: () => number;
  signal: AbortSignal;
}

const compress = promisify(gzip);
const LEVEL = { level: constants.Z_BEST_SPEED };
/** How often the same trouble is said. */
const REMIND_MS = 60_000;

/**
 * Sends a batch until every record has its fate, and only then returns: retries what can pass, holds what somebody must mend,
 * halves what is too large, and gives a refused record its second form and then the dead letter. Returns undefined when
 * `signal` ended it first; nothing may be acknowledged then.
 */
export class Deliverer {
  readonly #options: DeliverOptions;
  #trouble = '';
  #saidAt = -Infinity;
  #attempt = 0;

  constructor(options: DeliverOptions) {
    this.#options = options;
  }

  async deliver(batch: Batch): Promise<Fate[] | undefined> {
    const fates: Fate[] = Array.from({ length: batch.entries.length });
    const bytes = batch.body.bytes;
    const whole = batch.entries.map((entry, index) => ({ entry, index, start: entry.start, end: entry.end }));
    const body = new Slice(bytes, whole);
    const refused: Refused[] = [];
    if (!(await this.#send(body, 'logs', fates, refused))) return undefined;
    return (await this.#second(refused, fates)) ? fates : undefined;
  }

  /** The refused ones again, as clean text; those that are refused again become dead letters. */
  async #second(refused: readonly Refused[], fates: Fate[]): Promise<boolean> {
    if (refused.length === 0) return true;
    const again: Refused[] = [];
    const clean = rewrite(refused, this.#options.now, (writer, { entry, reason }) => {
      const record = entry.file.reread(entry);
      if (record) writer.repaired(record, entry.origin, reason);
      return record !== undefined;
    });
    if (!(await this.#send(clean, 'logs', fates, again))) return false;
    const last = [...again, ...refused.filter(({ index }) => !clean.has(index))];
    if (last.length === 0) return true;
    const letters = rewrite(last, this.#options.now, (writer, { entry, reason, error }) => {
      const empty = { ...entry, stamp: undefined, buffer: Buffer.alloc(0), start: 0, end: 0, cut: 0 };
      writer.deadLetter(entry.file.reread(entry) ?? empty, entry.origin, { reason, error });
      return true;
    });
    this.#options.log.warn('Elasticsearch refuses records in every form; they become dead letters', {
      records: last.length,
      reason: last[0]!.reason,
      error: last[0]!.error,
      stream: this.#options.streams().deadLetters,
    });
    return this.#send(letters, 'deadLetters', fates, undefined);
  }

  /** Sends until nothing is left to retry. Refused records go to `refused`; without that list they are tried for ever. */
  async #send(
    slice: Slice,
    stream: 'logs' | 'deadLetters',
    fates: Fate[],
    refused: Refused[] | undefined,
  ): Promise<boolean> {
    const { sink, signal, random, streams } = this.#options;
    let queue = slice.pieces.length > 0 ? [slice] : [];
    while (queue.length > 0) {
      const [part, ...others] = queue as [Slice, ...Slice[]];
      if (signal.aborted) return false;
      const answer = await sink.post(streams()[stream], await compress(part.body(), LEVEL), part.pieces.length, signal);
      if (answer.kind === 'tooLarge') {
        queue = [...(part.pieces.length > 1 ? part.halves() : this.#refuse(part, refused)), ...others];
        continue;
      }
      if (answer.kind !== 'items') {
        await this.#pause(answer, signal, random);
        continue;
      }
      const rest = this.#settle(part, answer.outcomes, { stream, fates, refused });
      queue = [...(rest.pieces.length > 0 ? [rest] : []), ...others];
      if (rest.pieces.length > 0) await this.#pause({ kind: 'retry', reason: rest.why }, signal, random);
      else this.#calm();
    }
    return true;
  }

  /** Notes each record's fate and returns those to be sent again. */
  #settle(
    part: Slice,
    outcomes: readonly Outcome[],
    { stream, fates, refused }: { stream: 'logs' | 'deadLetters'; fates: Fate[]; refused: Refused[] | undefined },
  ): Slice {
    const rest = new Slice(part.bytes, []);
    for (const [i, outcome] of outcomes.entries()) {
      const piece = part.pieces[i]!;
      if (outcome.kind === 'stored' || outcome.kind === 'duplicate') {
        fates[piece.index] = stream === 'deadLetters' ? 'deadLettered' : outcome.kind;
      } else if (outcome.kind === 'rejected' && refused) {
        refused.push({ entry: piece.entry, index: piece.index, reason: outcome.reason, error: outcome.error });
      } else {
        rest.pieces.push(piece);
        rest.why = outcome.kind === 'rejected' ? outcome.error : outcome.reason;
      }
    }
    return rest;
  }

  /** A single record that is too large for the server or a proxy before it. */
  #refuse(part: Slice, refused: Refused[] | undefined): Slice[] {
    if (!refused) return [part];
    const { entry, index } = part.pieces[0]!;
    refused.push({ entry, index, reason: 'TooLarge', error: '413 the request is too large' });
    return [];
  }

  async #pause(
    answer: Extract<Answer, { kind: 'retry' | 'hold' }>,
    signal: AbortSignal,
    random: () => number,
  ): Promise<void> {
    const { log, now } = this.#options;
    if (signal.aborted) return;
    if (answer.reason !== this.#trouble || now() - this.#saidAt >= REMIND_MS) {
      const cure =
        answer.kind === 'hold'
          ? 'everything waits: check the API key in the Secret and that the stream exists; the operator makes both'
          : 'it is tried again until it is answered; nothing is lost while the log files are there';
      log.warn('Elasticsearch did not take a batch', { reason: answer.reason, cure });
      this.#trouble = answer.reason;
      this.#saidAt = now();
    }
    const planned = backoff(this.#attempt++, random);
    const asked = answer.kind === 'retry' ? (answer.afterMs ?? 0) : 0;
    await wait(Math.max(planned, asked), signal);
  }

  #calm(): void {
    if (this.#trouble) this.#options.log.info('Elasticsearch takes batches again');
    this.#trouble = '';
    this.#attempt = 0;
  }
}

interface Piece {
  entry: Entry;
  /** Place in the batch. */
  index: number;
  start: number;
  end: number;
}

interface Refused {
  entry: Entry;
  index: number;
  reason: string;
  error: string;
}

/** Some records of a body. */
class Slice {
  readonly bytes: Buffer;
  readonly pieces: Piece[];
  /** Why they are still here. */
  why = '';

  constructor(bytes: Buffer, pieces: Piece[]) {
    this.bytes = bytes;
    this.pieces = pieces;
  }

  has(index: number): boolean {
    return this.pieces.some((piece) => piece.index === index);
  }

  /** Their bytes, without a copy as long as they stand together. */
  body(): Buffer {
    const first = this.pieces[0]!;
    const last = this.pieces.at(-1)!;
    const length = this.pieces.reduce((sum, piece) => sum + piece.end - piece.start, 0);
    if (last.end - first.start === length) return this.bytes.subarray(first.start, last.end);
    return Buffer.concat(this.pieces.map((piece) => this.bytes.subarray(piece.start, piece.end)));
  }

  halves(): Slice[] {
    const middle = this.pieces.length >> 1;
    return [new Slice(this.bytes, this.pieces.slice(0, middle)), new Slice(this.bytes, this.pieces.slice(middle))];
  }
}

/** Writes records in another form; `write` says whether it could. */
function rewrite(
  records: readonly Refused[],
  now: () => number,
  write: (writer: DocumentWriter, record: Refused) => boolean,
): Slice {
  const body = new Body(64 * 1024);
  const writer = new DocumentWriter(body, () => new Date(now()));
  const pieces: Piece[] = [];
  for (const record of records) {
    const start = body.length;
    if (write(writer, record)) pieces.push({ entry: record.entry, index: record.index, start, end: body.length });
  }
  return new Slice(body.bytes, pieces);
}
