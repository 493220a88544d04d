import type { Answer } from './answer.ts';
import type { Sink } from './sender.ts';
import type { Parcel } from './slice.ts';

/** A sink that remembers how the one behind it stands: when it took records last, and why it does not take them now. */
export class Standing implements Sink {
  /** When records were acknowledged last, milliseconds since 1970. */
  lastAcknowledged: number | undefined;
  /** Why the last request brought nothing further; undefined: it did. */
  trouble: string | undefined;
  readonly #sink: Sink;
  readonly #wall: () => number;

  constructor(sink: Sink, wall: () => number) {
    this.#sink = sink;
    this.#wall = wall;
  }

  async post(stream: string, parcel: Parcel, silenceMs?: number): ReturnType<Sink['post']> {
    const reply = await this.#sink.post(stream, parcel, silenceMs);
    const trouble = troubleOf(reply.answer);
    if (trouble === undefined) this.lastAcknowledged = this.#wall();
    // It is sent again in smaller parts.
    if (reply.answer.kind !== 'tooLarge') this.trouble = trouble;
    return reply;
  }
}

/** Undefined when some of the records were taken. */
function troubleOf(answer: Answer): string | undefined {
  if (answer.kind === 'stored') return undefined;
  if (answer.kind === 'tooLarge') return '413';
  if (answer.kind !== 'items') return answer.reason;
  const isTaken = answer.outcomes.some(({ kind }) => kind === 'stored' || kind === 'duplicate');
  const [first] = answer.outcomes;
  return !isTaken && first && 'reason' in first ? first.reason : undefined;
}
