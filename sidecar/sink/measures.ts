import { DELAY_SECONDS } from '../../api/names.ts';
import type { ReportedMeasures } from '../../api/report.ts';
import type { Answer } from './answer.ts';
import type { Sample } from './sample.ts';
import type { Sink } from './sender.ts';
import { addByRule } from './settle.ts';
import type { Parcel } from './slice.ts';

/** `ReportedMeasures` of `api/report.ts`. */
export type Measured = ReportedMeasures;

/** The operator takes names of this length. */
const NAME_LENGTH = 64;

/**
 * Measures what becomes of batches, once for each request and each batch, while this process runs: the sink behind it is asked, and
 * what it answers is counted.
 */
export class Measures implements Sink {
  readonly #sink: Sink;
  readonly #since: number;
  readonly #oldest: () => number | undefined;
  readonly #delay = { ms: 0, records: 0, buckets: DELAY_SECONDS.map(() => 0) };
  readonly #storage = { ms: 0, records: 0 };
  #formats: Record<string, number> = {};
  #batches: Record<string, number> = {};
  #retries: Record<string, number> = {};

  /** `since`: when the process began, milliseconds since 1970. `oldest`: stamp of the oldest record that is on its way. */
  constructor(sink: Sink, since: number, oldest: () => number | undefined) {
    this.#sink = sink;
    this.#since = since;
    this.#oldest = oldest;
  }

  async post(stream: string, parcel: Parcel, silenceMs?: number): ReturnType<Sink['post']> {
    const reply = await this.#sink.post(stream, parcel, silenceMs);
    this.#answered(reply.answer, parcel.count);
    return reply;
  }

  /** A batch is answered for, at this moment (milliseconds since 1970); what there is of it stands for the rest. */
  acknowledged({ stamps, formats, weights }: Sample, at: number): void {
    const byFormat: Record<string, number> = {};
    for (let i = 0; i < stamps.length; i++) {
      const weight = weights[i]!;
      byFormat[formats[i]!] = (byFormat[formats[i]!] ?? 0) + weight;
      const ms = Math.max(0, at - stamps[i]!);
      this.#delay.ms += Math.round(ms * weight);
      this.#delay.records += weight;
      const bucket = DELAY_SECONDS.findIndex((bound) => ms <= 1000 * bound);
      if (bucket >= 0) this.#delay.buckets[bucket]! += weight;
    }
    this.#formats = addByRule(this.#formats, byFormat);
  }

  now(): Measured {
    const oldest = this.#oldest();
    return {
      since: this.#since,
      delay: this.#delay,
      storage: this.#storage,
      formats: this.#formats,
      batches: this.#batches,
      retries: this.#retries,
      ...(oldest === undefined ? {} : { oldest }),
    };
  }

  #answered(answer: Answer, count: number): void {
    this.#batches = addByRule(this.#batches, { [resultOf(answer)]: 1 });
    const again = retryOf(answer);
    if (again) this.#retries = addByRule(this.#retries, { [again.slice(0, NAME_LENGTH)]: 1 });
    if (!('tookMs' in answer) || answer.tookMs === undefined) return;
    this.#storage.ms += answer.tookMs;
    this.#storage.records += count;
  }
}

function resultOf(answer: Answer): 'stored' | 'partly' | 'refused' | 'failed' {
  if (answer.kind === 'stored') return 'stored';
  if (answer.kind === 'retry') return 'failed';
  if (answer.kind !== 'items') return 'refused';
  const taken = answer.outcomes.filter(({ kind }) => kind === 'stored' || kind === 'duplicate').length;
  if (taken === answer.outcomes.length) return 'stored';
  return taken > 0 ? 'partly' : 'refused';
}

/** Why some of it is sent again as it is; undefined: nothing is. */
function retryOf(answer: Answer): string | undefined {
  if (answer.kind === 'retry' || answer.kind === 'hold') return answer.reason;
  if (answer.kind !== 'items') return undefined;
  for (const outcome of answer.outcomes) if (outcome.kind === 'retry' || outcome.kind === 'hold') return outcome.reason;
  return undefined;
}
