import type { Log } from '../../runtime/log.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import type { RawRecord } from '../plain/record.ts';
import type { Reminder } from '../reminder.ts';
import { isSent, type Batch, type Sent } from './batch.ts';
import { readFirstForm } from './first-form.ts';
import { Patience } from './patience.ts';
import { Rejections, type Counts } from './rejections.ts';
import { Sender, type Refused, type Sink, type Taken } from './sender.ts';
import { Slice } from './slice.ts';

/** What became of a record for good: Elasticsearch has it, had it, or has it as a dead letter; or a rule leaves it out. */
export type Fate = Taken | 'deadLettered' | 'discarded';

export interface DelivererOptions {
  sink: Sink;
  streams: () => { logs: string; deadLetters: string };
  log: Log;
  reminder: Reminder;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  date: () => Date;
  random: () => number;
  /** Aborts when the pod ends: from then on little time is left, and waits are short. */
  ending: AbortSignal;
}

/** Writes a record in another form. */
type Write = (writer: DocumentWriter, record: Refused<Sent>) => Promise<void>;
type OnTaken = (entry: Sent, how: Taken) => void;

/** Refused records are written anew in parts of this size: many of them must not take the memory of as many batches. */
const REWRITE_BYTES = 1_048_576;

/**
 * Sends a batch until every record has its fate, and only then returns. A refused record is sent again as clean text, and
 * refused again it becomes a dead letter; unless too many are refused for one reason, for then something is broken that can be
 * mended, and they wait. Several batches may be on their way at once.
 */
export class Deliverer {
  readonly #options: DelivererOptions;
  readonly #logs: Sender;
  readonly #deadLetters: Sender;
  readonly #rejections: Rejections;
  /** Of those who wait because too many records are refused. */
  readonly #patience: Patience;

  constructor(options: DelivererOptions) {
    const { streams, now } = options;
    this.#options = options;
    this.#logs = new Sender({ ...options, stream: () => streams().logs, isLast: false });
    this.#deadLetters = new Sender({ ...options, stream: () => streams().deadLetters, isLast: true });
    this.#rejections = new Rejections(now);
    this.#patience = new Patience(options);
  }

  /** The fates in the order of the batch. */
  async deliver(batch: Batch): Promise<Fate[]> {
    const fates = batch.entries.map((): Fate => 'discarded');
    let waiting = batch.entries.filter(isSent);
    let held: Counts = new Map();
    let turn = this.#patience.now();
    while (waiting.length > 0) {
      const refused = await this.#offer(batch, new Slice(batch.body.bytes, waiting), fates);
      held = this.#judge(waiting.length - refused.length, refused, held);
      const isHeld = ({ reason }: Refused<Sent>) => held.has(this.#rejections.name(reason));
      const back = refused.filter(isHeld);
      await this.#bury(
        batch,
        refused.filter((one) => !isHeld(one)),
        fates,
      );
      if (back.length > 0) this.#patience.done(turn, {});
      else if (refused.length > 0 || turn.trial) this.#patience.done(turn);
      if (back.length === 0) break;
      this.#alert(back);
      // In the first form again: what is mended may take it as it is.
      const again = new Set(back.map(({ piece }) => piece.index));
      waiting = waiting.filter(({ index }) => again.has(index));
      turn = await this.#patience.turn();
    }
    return fates;
  }

  /** In the first form, and what is refused as clean text read from its file; returns what is refused again. */
  async #offer(batch: Batch, slice: Slice<Sent>, fates: Fate[]): Promise<Refused<Sent>[]> {
    const onTaken: OnTaken = ({ index }, how) => {
      fates[index] = how;
    };
    const refused = await this.#logs.send(slice, onTaken);
    const write: Write = async (writer, { piece, reason }) => {
      writer.repaired(await this.#reread(batch, piece), piece.origin, reason);
    };
    return this.#sendAnew(refused, write, this.#logs, onTaken);
  }

  /** What of the refused is held back: nothing at the end of the pod, after which it would be lost. */
  #judge(taken: number, refused: readonly Refused<Sent>[], held: Counts): Counts {
    const counts = new Map<string, number>();
    for (const { reason } of refused) {
      const name = this.#rejections.name(reason);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const kept = this.#rejections.judge(taken, counts, held);
    return this.#options.ending.aborted ? new Map() : kept;
  }

  /** From its file; when that is gone, or cannot be read now, from its first form. */
  async #reread(batch: Batch, { file, index, offset, bytes, lane }: Sent): Promise<RawRecord> {
    const record = await file.reread({ offset, bytes, lane });
    return record ?? readFirstForm(batch.body.bytes, batch.entries[index] as Sent);
  }

  async #bury(batch: Batch, refused: readonly Refused<Sent>[], fates: Fate[]): Promise<void> {
    const { log, reminder, streams } = this.#options;
    const [first] = refused;
    if (!first) return;
    const { reason, error } = first;
    if (reminder.due(`dead letters: ${reason}`)) {
      const stream = streams().deadLetters;
      log.warn('Elasticsearch refuses records in every form', { reason, error, records: refused.length, stream });
    }
    const write: Write = async (writer, { piece, reason, error }) => {
      writer.deadLetter(await this.#reread(batch, piece), piece.origin, { reason, error });
    };
    await this.#sendAnew(refused, write, this.#deadLetters, ({ index }) => {
      fates[index] = 'deadLettered';
    });
  }

  /** Writes records in another form and sends them; returns those that are refused. */
  async #sendAnew(records: readonly Refused<Sent>[], write: Write, to: Sender, onTaken: OnTaken) {
    const back: Refused<Sent>[] = [];
    const body = new Body();
    const writer = new DocumentWriter(body, this.#options.date);
    let pieces: Sent[] = [];
    for (const [i, record] of records.entries()) {
      const start = body.length;
      await write(writer, record);
      pieces.push({ ...record.piece, start, end: body.length });
      if (body.length < REWRITE_BYTES && i < records.length - 1) continue;
      back.push(...(await to.send(new Slice(body.bytes, pieces), onTaken)));
      body.length = 0;
      pieces = [];
    }
    return back;
  }

  #alert(back: readonly Refused<Sent>[]): void {
    const { log, reminder, streams } = this.#options;
    const { reason, error } = back[0]!;
    if (!reminder.due(`held back: ${reason}`)) return;
    log.error('Elasticsearch refuses too many records in every form; they are held back', {
      reason,
      error,
      records: back.length,
      stream: streams().logs,
      cure: 'mend the pipeline, mapping or limit that the error names; they are tried again, and nothing is lost while the log files are there',
    });
  }
}
