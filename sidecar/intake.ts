import type { Log } from '../runtime/log.ts';
import type { Config } from './config.ts';
import type { Origin } from './plain/document.ts';
import type { Grouping, Now } from './plain/grouper.ts';
import type { Emit } from './plain/record.ts';
import { constantPart } from './pod.ts';
import type { LineRange } from './sink/bulk-body.ts';
import type { Outbox } from './sink/outbox.ts';
import { UNFRAMED } from './source/lane.ts';
import type { LogFile } from './source/log-file.ts';
import type { Reading } from './source/reading.ts';

export interface IntakeOptions {
  outbox: Outbox;
  /** Files of which it was said that they have lines without CRI header. */
  unframed: WeakSet<LogFile>;
  log: Log;
}

/** What is made of the configuration once for each file. */
interface Way extends Pick<Reading, 'emit' | 'take'> {
  origin: Origin;
}

/** How lines of files come into the outbox under one configuration. */
export class Intake {
  readonly config: Config;
  readonly #options: IntakeOptions;
  readonly #ways = new WeakMap<LogFile, Way>();

  constructor(config: Config, options: IntakeOptions) {
    this.config = config;
    this.#options = options;
  }

  /** The batch that is filled is to leave before more is read. */
  get isFull(): boolean {
    return this.#options.outbox.bytes >= this.config.settings.limits.batchBytes;
  }

  /** For a look at a file. */
  readingOf(file: LogFile, now: Now): Reading {
    const { grouping } = this.config;
    const { chunk } = this.#options.outbox;
    const { emit, take } = this.#wayOf(file);
    return { grouping, buffer: chunk, now, emit, take };
  }

  originOf(file: LogFile): Origin {
    return this.#wayOf(file).origin;
  }

  #wayOf(file: LogFile): Way {
    let way = this.#ways.get(file);
    if (!way) {
      const { pod, redactor, settings } = this.config;
      const constant = constantPart(pod, file.checkpoint.container, settings.cluster);
      const origin = { file: file.checkpoint.file, constant, redactor };
      this.#ways.set(file, (way = { origin, emit: this.#emitOf(file, origin), take: this.#takeOf(file, origin) }));
    }
    return way;
  }

  /** Takes ordinary lines of a file, where no rule has to look at them. */
  #takeOf(file: LogFile, origin: Origin): Reading['take'] {
    const { outbox } = this.#options;
    const { drop, grouping, settings } = this.config;
    if (drop) return undefined;
    const multiline = multilineOf(grouping);
    const { batchBytes: full, recordBytes: limit } = settings.limits;
    return (lines) => {
      const { count, covered, to, waiting } = outbox.take(file, origin, { ...lines, limit, full, multiline });
      return { count, covered, to, waiting, isFull: outbox.bytes >= full };
    };
  }

  #emitOf(file: LogFile, origin: Origin): Emit {
    const { outbox, unframed, log } = this.#options;
    const { drop, settings } = this.config;
    const { batchBytes } = settings.limits;
    return (record) => {
      outbox.add(file, origin, record, drop);
      if (record.lane === UNFRAMED && !unframed.has(file)) {
        unframed.add(file);
        const { container, run } = file.checkpoint;
        log.warn('a log file has lines without CRI header; they are kept as text', { container, run });
      }
      return outbox.bytes < batchBytes;
    };
  }
}

function multilineOf({ continuation }: Grouping): LineRange['multiline'] {
  if (!continuation) return 'Off';
  return continuation.isAuto ? 'Auto' : 'Pattern';
}
