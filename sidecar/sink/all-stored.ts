const OPENING = Buffer.from('{"errors":false,"items":[');
const CREATED = '{"create":{"status":201}}';
const CLOSING = Buffer.from(']}');
/** So many bytes of an item and the comma behind it. */
const PERIOD = CREATED.length + 1;
const ITEMS = Buffer.from(`${CREATED},`.repeat(2048));

/**
 * Recognises an answer to a `_bulk` request by which every record is new and stored, which is the rule, while it arrives: as a
 * text of a quarter of a megabyte it would be garbage in no time.
 */
export class AllStored {
  readonly #itemsEnd: number;
  readonly #end: number;
  #at = 0;

  /** `count`: of records, one at least. */
  constructor(count: number) {
    this.#itemsEnd = OPENING.length + count * PERIOD - 1;
    this.#end = this.#itemsEnd + CLOSING.length;
  }

  /** Takes the next bytes; false, and nothing is taken, when they are no part of such an answer. */
  take(bytes: Buffer): boolean {
    let at = this.#at;
    for (let from = 0; from < bytes.length;) {
      const expected = this.#expectedAt(at);
      const size = Math.min(expected.length, bytes.length - from);
      if (size === 0 || bytes.compare(expected, 0, size, from, from + size) !== 0) return false;
      from += size;
      at += size;
    }
    this.#at = at;
    return true;
  }

  /** It is there to its end. */
  get isWhole(): boolean {
    return this.#at === this.#end;
  }

  /** What was taken so far. */
  taken(): Buffer {
    const parts: Buffer[] = [];
    for (let at = 0; at < this.#at;) {
      const part = this.#expectedAt(at).subarray(0, this.#at - at);
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }

  /** Some of the bytes that stand at this place of the answer; none behind its end. */
  #expectedAt(at: number): Buffer {
    if (at < OPENING.length) return OPENING.subarray(at);
    if (at >= this.#itemsEnd) return CLOSING.subarray(at - this.#itemsEnd);
    const phase = (at - OPENING.length) % PERIOD;
    return ITEMS.subarray(phase, phase + this.#itemsEnd - at);
  }
}
