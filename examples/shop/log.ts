import type { Span } from './trace.ts';

export interface Entry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly span?: Span;
  readonly fields?: Readonly<Record<string, string | number>>;
  readonly error?: Error;
}

/** An entry with its number within the run of the process: 1, 2, …, whichever stream it goes to. */
export interface Numbered extends Entry {
  readonly line: number;
  readonly time: Date;
}

export interface LogOptions {
  /** One line, without the newline. */
  readonly format: (entry: Numbered) => string;
  readonly write: (stream: 'stdout' | 'stderr', text: string) => void;
  readonly now: () => Date;
}

/** The only way in which a part of the shop writes: every line is counted, so that each can be looked for afterwards. */
export class Log {
  readonly #options: LogOptions;
  #lines = 0;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Lines written so far. */
  get lines(): number {
    return this.#lines;
  }

  write(entry: Entry): void {
    const { format, write, now } = this.#options;
    const line = ++this.#lines;
    write(entry.level === 'error' ? 'stderr' : 'stdout', `${format({ ...entry, line, time: now() })}\n`);
  }

  /** Writes the last line of this run: it says how many there are, itself included. */
  end(entry: Entry): void {
    this.write({ ...entry, fields: { ...entry.fields, lines: this.#lines + 1 } });
  }
}
