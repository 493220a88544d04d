const INITIAL_BYTES = 65_536;
const QUOTE = 34;
const BACKSLASH = 92;

/** The escapes of a JSON string by byte, undefined where a byte stands for itself. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 32 && byte !== QUOTE && byte !== BACKSLASH) return undefined;
  return Buffer.from(JSON.stringify(String.fromCharCode(byte)).slice(1, -1));
});

/** Bytes that grow at their end: the body of a bulk request. Kept and filled again, so that a batch allocates nothing. */
export class Body {
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  length = 0;

  /** ASCII only. */
  ascii(text: string): void {
    this.#reserve(text.length);
    this.length += this.bytes.write(text, this.length, 'latin1');
  }

  utf8(text: string): void {
    this.all(Buffer.from(text));
  }

  all(source: Buffer): void {
    this.#reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  copy(source: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.length += source.copy(this.bytes, this.length, start, end);
  }

  /** A whole number from 0 to 2^53, in digits. */
  digits(value: number): void {
    this.#reserve(16);
    const { bytes } = this;
    let at = this.length;
    for (let power = 10; power <= value; power *= 10) at++;
    this.length = at + 1;
    for (; at >= 0; at--) {
      bytes[at] = 48 + (value % 10);
      value = Math.floor(value / 10);
      if (value === 0) return;
    }
  }

  /** Valid UTF-8 as the inside of a JSON string. */
  escaped(source: Buffer, start: number, end: number): void {
    let from = start;
    for (let at = start; at < end; at++) {
      const escape = ESCAPES[source[at]!];
      if (!escape) continue;
      this.copy(source, from, at);
      this.all(escape);
      from = at + 1;
    }
    this.copy(source, from, end);
  }

  /** Lets go of what a busy time made it grow to. */
  shrink(): void {
    if (this.length === 0 && this.bytes.length > INITIAL_BYTES) this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
