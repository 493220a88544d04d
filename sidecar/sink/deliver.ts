import type { Log } from '../../runtime/log.ts';
import { Body } from '../plain/body.ts';
import { DocumentWriter } from '../plain/document.ts';
import type { RawRecord } from '../plain/record.ts';
import type { Reminder } from '../reminder.ts';
import type { Batch, Entry } from './batch.ts';
import { FateList, type Fates } from './fates.ts';
import { readFirstForm } from './first-form.ts';
import { Patience } from './patience.ts';
import { Rejections, type Counts } from './rejections.ts';
import { Sender, type OnTaken, type Refused, type Sink } from './sender.ts';
import { pack, Slice, unpack } from './slice.ts';

export interface DelivererOptions {
  sink: Sink;
  streams: () => { logs: string; deadLetters: string };
  log: Log;
  reminder: Reminder;
  /** Milliseconds of a clock that never goes back. */
  now: () => number;
  /** Milliseconds since 1970. */
  wall: () => number;
  random: () => number;
  /** Aborts when the pod ends: from then on little time is left, and waits are short. */
  ending: AbortSignal;
}

/** Writes a record in another form. */
type Write = (writer: DocumentWriter, entry: Entry, refused: Refused) => Promise<void>;

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

  async deliver(batch: Batch): Promise<Fates> {
    const fates = new FateList(batch.count);
    let waiting = new Slice(batch.packed, batch.sent);
    let held: Counts = new Map();
    let turn = this.#patience.now();
    while (waiting.count > 0) {
      const refused = await this.#offer(batch, waiting, fates);
      held = this.#judge(waiting.count - refused.length, refused, held);
      if (refused.length === 0) {
        if (turn.trial) this.#patience.done(turn);
        break;
      }
      const isHeld = ({ reason }: Refused) => held.has(this.#rejections.name(reason));
      const back = refused.filter(isHeld);
      await this.#bury(
        batch,
        refused.filter((one) => !isHeld(one)),
        fates,
      );
      this.#patience.done(turn, back.length > 0 ? {} : undefined);
      if (back.length === 0) break;
      this.#alert(back);
      // In the first form again: what is mended may take it as it is.
      waiting = waiting.of(back.map(({ place }) => place).sort((a, b) => a - b));
      turn = await this.#patience.turn();
    }
    return fates.fates;
  }

  /** In the first form, and what is refused as clean text read from its file; returns what is refused again. */
  async #offer(batch: Batch, slice: Slice, fates: FateList): Promise<Refused[]> {
    const onTaken: OnTaken = (place, how) => fates.set(place, how);
    // While nothing is noted, this is all of the batch that is sent.
    const onAllStored = fates.isBegun ? undefined : () => fates.setAllStored();
    const refused = await this.#logs.send(slice, onTaken, onAllStored);
    if (refused.length === 0) return [];
    const reread = rereader(batch);
    const write: Write = async (writer, entry, { reason }) => {
      writer.repaired(await reread(entry), entry.origin, reason);
    };
    return this.#sendAnew(batch, refused, { write, to: this.#logs, onTaken });
  }

  /** What of the refused is held back: nothing at the end of the pod, after which it would be lost. */
  #judge(taken: number, refused: readonly Refused[], held: Counts): Counts {
    const counts = new Map<string, number>();
    for (const { reason } of refused) {
      const name = this.#rejections.name(reason);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const kept = this.#rejections.judge(taken, counts, held);
    return this.#options.ending.aborted ? new Map() : kept;
  }

  async #bury(batch: Batch, refused: readonly Refused[], fates: FateList): Promise<void> {
    const { log, reminder, streams } = this.#options;
    const [first] = refused;
    if (!first) return;
    const { reason, error } = first;
    if (reminder.due(`dead letters: ${reason}`)) {
      const stream = streams().deadLetters;
      log.warn('Elasticsearch refuses records in every form', { reason, error, records: refused.length, stream });
    }
    const reread = rereader(batch);
    const write: Write = async (writer, entry, { reason, error }) => {
      writer.deadLetter(await reread(entry), entry.origin, { reason, error });
    };
    const onTaken: OnTaken = (place) => fates.set(place, 'deadLettered');
    await this.#sendAnew(batch, refused, { write, to: this.#deadLetters, onTaken });
  }

  /** Writes records in another form and sends them; returns those that are refused. */
  async #sendAnew(
    batch: Batch,
    records: readonly Refused[],
    { write, to, onTaken }: { write: Write; to: Sender; onTaken: OnTaken },
  ): Promise<Refused[]> {
    const back: Refused[] = [];
    const body = new Body();
    const writer = new DocumentWriter(body, this.#options.wall);
    let places: number[] = [];
    let ends: number[] = [];
    for (const [i, record] of records.entries()) {
      await write(writer, batch.at(record.place), record);
      places.push(record.place);
      ends.push(body.length);
      if (body.length < REWRITE_BYTES && i < records.length - 1) continue;
      const written = places;
      const slice = new Slice({ gzip: pack(body.bytes.subarray(0, body.length)), ends });
      const refused = await to.send(slice, (i, how) => onTaken(written[i]!, how));
      back.push(...refused.map((one) => ({ ...one, place: written[one.place]! })));
      body.length = 0;
      places = [];
      ends = [];
    }
    return back;
  }

  #alert(back: readonly Refused[]): void {
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

/** Reads records of a batch again: from their files; where one is gone, or cannot be read now, from the first form. */
function rereader({ gzip }: Batch): (entry: Entry) => Promise<RawRecord> {
  let body: Buffer | undefined;
  return async (entry) => {
    const { file, offset, bytes, lane } = entry;
    return (await file.reread({ offset, bytes, lane })) ?? readFirstForm((body ??= unpack(gzip)), entry);
  };
}
