import { invariant } from '../../runtime/errors.ts';

const INITIAL_BYTES = 65_536;

/** Bytes that grow at their end: the body of a bulk request. Kept and filled again, so that a batch allocates nothing. */
export class Body {
  bytes: Buffer;
  length = 0;
  /** The bytes are somebody else's, and have to do. */
  readonly #isFixed: boolean;

  constructor(bytes?: Buffer) {
    this.#isFixed = bytes !== undefined;
    this.bytes = bytes ?? Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** ASCII only. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  utf8(text: string): void {
    const source = Buffer.from(text);
    this.copy(source, 0, source.length);
  }

  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.length += source.copy(this.bytes, this.length, start, end);
  }

  /** Lets go of what a busy time made it grow to. */
  shrink(): void {
    if (this.length === 0 && !this.#isFixed && this.bytes.length > INITIAL_BYTES)
      this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    invariant(!this.#isFixed, 'a body has no room for a record');
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
