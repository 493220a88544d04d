import type { Log } from '../../runtime/log.ts';
import type { Reminder } from '../reminder.ts';
import type { Answer, Fault, Outcome } from './answer.ts';
import { Patience, type PatienceOptions } from './patience.ts';
import type { Parcel, Slice } from './slice.ts';

/** Where requests go. */
export interface Sink {
  /**
   * Posts records, two lines of the body each; `url` says who answered, or who did not. `silenceMs`: how long an answer may take
   * that is needed sooner than usual.
   */
  post(stream: string, parcel: Parcel, silenceMs?: number): Promise<{ url: string; answer: Answer }>;
}

export interface SenderOptions extends PatienceOptions {
  sink: Sink;
  /** Asked for each request. */
  stream: () => string;
  /** What is refused waits until it is taken, instead of being handed back. */
  isLast: boolean;
  log: Log;
  reminder: Reminder;
  /** An answer that takes longer is not waited for; undefined: as the sink has it. */
  silenceMs?: number;
  /** What is not answered for when it aborts is left. */
  giveUp?: AbortSignal;
}

/** Elasticsearch has it, or had it already. */
export type Taken = 'stored' | 'duplicate';

/** A record that is refused, by its place in the packed body. */
export interface Refused extends Fault {
  place: number;
}

/** Hears of a record that is taken. */
export type OnTaken = (place: number, how: Taken) => void;

type Trouble = Extract<Answer, { kind: 'retry' | 'hold' }>;

const CURE = {
  retry: 'it is tried again until it is answered for; nothing is lost while the log files are there',
  hold: 'everything waits: check the API key and its privileges, and that the stream exists; the operator makes all of them',
};

const TOO_LARGE = {
  reason: 'TooLarge',
  error: '413: the server, or a proxy before it, does not take a record of this size',
};

/** What an answer leaves to be sent again, and why. */
interface Rest {
  again: Slice[];
  trouble?: Trouble | undefined;
  progress?: boolean;
}

/**
 * Sends to one stream until all is taken or refused: retries what can pass, holds what somebody must mend, halves what is too
 * large. Several may be on their way at once, and share one backoff.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #patience: Patience;
  #inTrouble = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#patience = new Patience(options);
  }

  /**
   * Tells `onTaken` of each record that is taken, and returns those that are refused. When one answer says that all are new and
   * stored, `onAllStored` hears of it instead, where there is one.
   */
  async send(slice: Slice, onTaken: OnTaken, onAllStored?: () => void): Promise<Refused[]> {
    const { giveUp, silenceMs, sink, stream } = this.#options;
    const refused: Refused[] = [];
    const queue = slice.count > 0 ? [slice] : [];
    for (let part = queue.shift(); part; part = queue.shift()) {
      const turn = await this.#patience.turn();
      if (giveUp?.aborted) {
        this.#patience.done(turn);
        break;
      }
      const { url, answer } = await sink.post(stream(), part.parcel(), silenceMs);
      if (answer.kind === 'stored' && part === slice && onAllStored) {
        onAllStored();
        this.#calm();
        this.#patience.done(turn);
        break;
      }
      const { again, trouble, progress = false } = this.#read(answer, part, refused, onTaken);
      queue.unshift(...again);
      if (trouble) {
        this.#complain(url, trouble);
        const afterMs = trouble.kind === 'retry' ? trouble.afterMs : undefined;
        this.#patience.done(turn, { afterMs, progress });
      } else {
        if (answer.kind === 'items' || answer.kind === 'stored') this.#calm();
        this.#patience.done(turn);
      }
    }
    return refused;
  }

  #read(answer: Answer, part: Slice, refused: Refused[], onTaken: OnTaken): Rest {
    if (answer.kind === 'items') return this.#sort(answer.outcomes, part, refused, onTaken);
    if (answer.kind === 'stored') {
      for (let i = 0; i < part.count; i++) onTaken(part.placeOf(i), 'stored');
      return { again: [] };
    }
    if (answer.kind !== 'tooLarge') return { again: [part], trouble: answer };
    if (part.count > 1) return { again: part.halves() };
    if (this.#options.isLast) return { again: [part], trouble: { kind: 'hold', ...TOO_LARGE } };
    refused.push({ place: part.placeOf(0), ...TOO_LARGE });
    return { again: [] };
  }

  #sort(outcomes: readonly Outcome[], part: Slice, refused: Refused[], onTaken: OnTaken): Rest {
    const again: number[] = [];
    let trouble: Trouble | undefined;
    for (let i = 0; i < part.count; i++) {
      const place = part.placeOf(i);
      const outcome = outcomes[i]!;
      if (outcome.kind === 'stored' || outcome.kind === 'duplicate') {
        onTaken(place, outcome.kind);
        if ('aside' in outcome) this.#warnOfFailureStore();
        continue;
      }
      const { reason, error } = outcome;
      if (outcome.kind === 'rejected' && !this.#options.isLast) {
        refused.push({ place, reason, error });
        continue;
      }
      again.push(place);
      trouble ??=
        outcome.kind === 'retry' ? { kind: 'retry', elsewhere: false, reason, error } : { kind: 'hold', reason, error };
    }
    return { again: again.length > 0 ? [part.of(again)] : [], trouble, progress: again.length < part.count };
  }

  #complain(url: string, { kind, reason, error }: Trouble): void {
    const { log, reminder, stream } = this.#options;
    if (!reminder.due(`${url} ${reason}`)) return;
    log.warn('Elasticsearch did not take records', { url, stream: stream(), reason, error, cure: CURE[kind] });
    this.#inTrouble = true;
  }

  #calm(): void {
    if (this.#inTrouble)
      this.#options.log.info('Elasticsearch takes records again', { stream: this.#options.stream() });
    this.#inTrouble = false;
  }

  #warnOfFailureStore(): void {
    const { log, reminder, stream } = this.#options;
    if (!reminder.due(`failure store of ${stream()}`)) return;
    const cure = 'switch the failure store of this stream off, and mend the pipeline or mapping that refuses them';
    log.warn('Elasticsearch puts records into the failure store', { stream: stream(), cure });
  }
}
