import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { backoff } from '../../runtime/backoff.ts';
import type { Log } from '../../runtime/log.ts';
import { wait } from '../../runtime/wait.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import type { Reminder } from '../reminder.ts';
import type { Answer, Fault, Outcome } from './answer.ts';
import type { Batch, Entry } from './batch.ts';
import { Slice } from './slice.ts';

/** What became of a record for good: Elasticsearch has it, had it, or has it as a dead letter. */
export type Fate = 'stored' | 'duplicate' | 'deadLettered';

/** Where requests go: `url` says who answered, or who did not. */
export interface Sink {
  post(stream: string, body: Buffer, count: number): Promise<{ url: string; answer: Answer }>;
}

export interface DeliverOptions {
  sink: Sink;
  streams: () => { logs: string; deadLetters: string };
  log: Log;
  reminder: Reminder;
  now: () => Date;
  random: () => number;
  /** Aborts when the pod ends: from then on little time is left, and waits are short. */
  ending: AbortSignal;
}

type Destination = 'logs' | 'deadLetters';
interface Refused extends Fault {
  entry: Entry;
}
type Trouble = Extract<Answer, { kind: 'retry' | 'hold' }>;

const compress = promisify(gzip);
const COMPRESSION = { level: constants.Z_BEST_SPEED, chunkSize: 262_144 };
/** The longest wait while the pod ends: the grace period may be over any moment. */
const LAST_MS = 1000;

const CURE = {
  retry: 'it is tried again until it is answered for; nothing is lost while the log files are there',
  hold: 'everything waits: check the API key and its privileges, and that the stream exists; the operator makes all of them',
};

/**
 * Sends a batch until every record has its fate, and only then returns: retries what can pass, holds what somebody must mend,
 * halves what is too large, and gives a refused record its second form and then the dead letter.
 */
export class Deliverer {
  readonly #options: DeliverOptions;
  #attempt = 0;
  #inTrouble = false;

  constructor(options: DeliverOptions) {
    this.#options = options;
  }

  /** The fates in the order of the batch. */
  async deliver(batch: Batch): Promise<Fate[]> {
    const fates: Fate[] = Array.from({ length: batch.entries.length });
    const refused = await this.#send(new Slice(batch.body.bytes, batch.entries), 'logs', fates);
    const twice = await this.#sendClean(refused, fates);
    await this.#bury(twice, fates);
    return fates;
  }

  /** The refused ones again, as clean text read from their file; returns those that are refused again or are gone. */
  async #sendClean(refused: readonly Refused[], fates: Fate[]): Promise<Refused[]> {
    const gone: Refused[] = [];
    const slice = rewrite(refused, this.#options.now, (writer, one) => {
      const record = one.entry.file.reread(one.entry);
      if (record) writer.repaired(record, one.entry.origin, one.reason);
      else gone.push(one);
    });
    return [...gone, ...(await this.#send(slice, 'logs', fates))];
  }

  async #bury(refused: readonly Refused[], fates: Fate[]): Promise<void> {
    const { log, now, reminder, streams } = this.#options;
    const [first] = refused;
    if (!first) return;
    const { reason, error } = first;
    if (reminder.due(`dead letters: ${reason}`)) {
      const stream = streams().deadLetters;
      log.warn('Elasticsearch refuses records in every form', { reason, error, records: refused.length, stream });
    }
    const slice = rewrite(refused, now, (writer, { entry, reason, error }) => {
      const gone = { ...entry, stamp: undefined, buffer: Buffer.alloc(0), start: 0, end: 0, cut: 0 };
      writer.deadLetter(entry.file.reread(entry) ?? gone, entry.origin, { reason, error });
    });
    await this.#send(slice, 'deadLetters', fates);
  }

  /**
   * Sends until no record is left to retry, notes the fates, and returns the refused. A dead letter is never refused: it waits
   * until the stream takes it.
   */
  async #send(slice: Slice, to: Destination, fates: Fate[]): Promise<Refused[]> {
    const { sink, streams } = this.#options;
    const refused: Refused[] = [];
    const queue = slice.entries.length > 0 ? [slice] : [];
    for (let part = queue.shift(); part; part = queue.shift()) {
      const { entries } = part;
      const { url, answer } = await sink.post(streams()[to], await compress(part.body(), COMPRESSION), entries.length);
      if (answer.kind === 'items') {
        const { rest, trouble } = sort(entries, answer.outcomes, { to, fates, refused });
        if (rest.length < entries.length) this.#attempt = 0;
        if (rest.length > 0) queue.unshift(part.of(rest));
        if (trouble) await this.#pause(url, trouble);
      } else if (answer.kind !== 'tooLarge') {
        queue.unshift(part);
        await this.#pause(url, answer);
      } else if (entries.length > 1) {
        queue.unshift(...part.halves());
      } else if (to === 'logs') {
        refused.push({ entry: entries[0]!, ...TOO_LARGE });
      } else {
        queue.unshift(part);
        await this.#pause(url, { kind: 'hold', ...TOO_LARGE });
      }
    }
    this.#calm();
    return refused;
  }

  async #pause(url: string, trouble: Trouble): Promise<void> {
    const { ending, log, random, reminder } = this.#options;
    const { kind, reason, error } = trouble;
    if (reminder.due(`${url} ${reason}`)) {
      log.warn('Elasticsearch did not take records', { url, reason, error, cure: CURE[kind] });
      this.#inTrouble = true;
    }
    const asked = (kind === 'retry' && trouble.afterMs) || 0;
    const planned = Math.max(asked, backoff(this.#attempt++, random));
    if (ending.aborted) await wait(Math.min(planned, LAST_MS));
    else await wait(planned, ending);
  }

  #calm(): void {
    if (this.#inTrouble) this.#options.log.info('Elasticsearch takes records again');
    this.#inTrouble = false;
    this.#attempt = 0;
  }
}

const TOO_LARGE = {
  reason: 'TooLarge',
  error: '413: the server, or a proxy before it, does not take a record of this size',
};

/** Notes the fates and the refused; returns what must be sent again, and why. */
function sort(
  entries: readonly Entry[],
  outcomes: readonly Outcome[],
  { to, fates, refused }: { to: Destination; fates: Fate[]; refused: Refused[] },
): { rest: Entry[]; trouble: Trouble | undefined } {
  const rest: Entry[] = [];
  let trouble: Trouble | undefined;
  for (const [i, entry] of entries.entries()) {
    const outcome = outcomes[i]!;
    if (outcome.kind === 'stored' || outcome.kind === 'duplicate') {
      fates[entry.index] = to === 'deadLetters' ? 'deadLettered' : outcome.kind;
    } else if (outcome.kind === 'rejected' && to === 'logs') {
      refused.push({ entry, reason: outcome.reason, error: outcome.error });
    } else {
      rest.push(entry);
      const { reason, error } = outcome;
      trouble ??=
        outcome.kind === 'retry' ? { kind: 'retry', elsewhere: false, reason, error } : { kind: 'hold', reason, error };
    }
  }
  return { rest, trouble };
}

/** Writes records in another form; `write` may leave one out. */
function rewrite(
  records: readonly Refused[],
  now: () => Date,
  write: (writer: DocumentWriter, record: Refused) => void,
): Slice {
  const body = new Body();
  const writer = new DocumentWriter(body, now);
  const entries: Entry[] = [];
  for (const record of records) {
    const start = body.length;
    write(writer, record);
    if (body.length > start) entries.push({ ...record.entry, start, end: body.length });
  }
  return new Slice(body.bytes, entries);
}
