import type { Origin } from '../plain/document.ts';
import type { RawRecord } from '../plain/record.ts';
import type { BulkBody, LineRange, Rows } from './bulk-body.ts';

/** A body that is there from its first use until `release`, with which all its memory goes. */
export class BodyOnDemand implements BulkBody {
  readonly #make: () => BulkBody;
  #body: BulkBody | undefined;

  constructor(make: () => BulkBody) {
    this.#make = make;
  }

  get chunk(): Buffer {
    return (this.#body ??= this.#make()).chunk;
  }

  get length(): number {
    return this.#body ? this.#body.length : 0;
  }

  since(start: number): Buffer {
    return (this.#body ??= this.#make()).since(start);
  }

  truncate(start: number): void {
    this.#body?.truncate(start);
  }

  write(record: RawRecord, origin: Origin): boolean {
    return (this.#body ??= this.#make()).write(record, origin);
  }

  take(lines: LineRange, origin: Origin): Rows | undefined {
    return (this.#body ??= this.#make()).take(lines, origin);
  }

  pack(spare: Buffer): Buffer {
    return (this.#body ??= this.#make()).pack(spare);
  }

  gzip(bytes: Buffer): Buffer {
    return (this.#body ??= this.#make()).gzip(bytes);
  }

  shrink(): void {
    this.#body?.shrink();
  }

  /** Lets go of it if nothing is in it, and returns whether it did. Neither `chunk` nor what was returned is valid any more. */
  release(): boolean {
    if (!this.#body || this.length > 0) return false;
    this.#body = undefined;
    return true;
  }
}
