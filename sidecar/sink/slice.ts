import type { Entry } from './batch.ts';

/** Some records of a body, as one request sends them. */
export class Slice {
  readonly #bytes: Buffer;
  readonly entries: readonly Entry[];

  constructor(bytes: Buffer, entries: readonly Entry[]) {
    this.#bytes = bytes;
    this.entries = entries;
  }

  /** Their bytes, without a copy as long as they stand together. */
  body(): Buffer {
    const first = this.entries[0]!;
    const last = this.entries.at(-1)!;
    let length = 0;
    for (const { start, end } of this.entries) length += end - start;
    if (last.end - first.start === length) return this.#bytes.subarray(first.start, last.end);
    return Buffer.concat(this.entries.map(({ start, end }) => this.#bytes.subarray(start, end)));
  }

  /** The same bytes, fewer records. */
  of(entries: readonly Entry[]): Slice {
    return new Slice(this.#bytes, entries);
  }

  halves(): Slice[] {
    const middle = this.entries.length >> 1;
    return [this.of(this.entries.slice(0, middle)), this.of(this.entries.slice(middle))];
  }
}
