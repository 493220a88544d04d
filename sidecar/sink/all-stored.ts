/** What stands before the items: Elasticsearch says first whether there are errors and then what it took, OpenSearch the other way round. */
const OPENING = /^\{(?:"took":(\d{1,15}),)?"errors":false,(?:"took":(\d{1,15}),)?"items":\[$/;
/** A part of that; the first item would begin with another brace. */
const PART = /^(?:\{[^{]{0,63})?$/;
const BRACKET = 91;
const CREATED = '{"create":{"status":201}}';
const CLOSING = Buffer.from(']}');
/** So many bytes of an item and the comma behind it. */
const PERIOD = CREATED.length + 1;
/** As long as what TLS brings at a time. */
const ITEMS = Buffer.from(`${CREATED},`.repeat(640));

/**
 * Recognises an answer to a `_bulk` request by which every record is new and stored, which is the rule, while it arrives: as a
 * text of a quarter of a megabyte it would be garbage in no time.
 */
export class AllStored {
  readonly #itemsEnd: number;
  readonly #end: number;
  #opening = '';
  #isOpen = false;
  /** Behind the opening. */
  #at = 0;

  /** `count`: of records, one at least. */
  constructor(count: number) {
    this.#itemsEnd = count * PERIOD - 1;
    this.#end = this.#itemsEnd + CLOSING.length;
  }

  /** Takes the next bytes; false, and nothing is taken, when they are no part of such an answer. */
  take(bytes: Buffer): boolean {
    let opening = this.#opening;
    let from = 0;
    if (!this.#isOpen) {
      from = bytes.indexOf(BRACKET) + 1 || bytes.length;
      opening += bytes.toString('latin1', 0, from);
      if (!(opening.endsWith('[') ? OPENING : PART).test(opening)) return false;
    }
    let at = this.#at;
    while (from < bytes.length) {
      const expected = this.#expectedAt(at);
      const size = Math.min(expected.length, bytes.length - from);
      if (size === 0 || bytes.compare(expected, 0, size, from, from + size) !== 0) return false;
      from += size;
      at += size;
    }
    this.#opening = opening;
    this.#isOpen ||= opening.endsWith('[');
    this.#at = at;
    return true;
  }

  /** It is there to its end. */
  get isWhole(): boolean {
    return this.#at === this.#end;
  }

  /** Milliseconds that Elasticsearch took, when it says so. */
  get tookMs(): number | undefined {
    const [, first, second] = OPENING.exec(this.#opening) ?? [];
    const digits = first ?? second;
    return digits === undefined ? undefined : Number(digits);
  }

  /** What was taken so far. */
  taken(): Buffer {
    const parts: Buffer[] = [Buffer.from(this.#opening, 'latin1')];
    for (let at = 0; at < this.#at;) {
      const part = this.#expectedAt(at).subarray(0, this.#at - at);
      parts.push(part);
      at += part.length;
    }
    return Buffer.concat(parts);
  }

  /** Some of the bytes that stand at this place behind the opening; none behind the end. */
  #expectedAt(at: number): Buffer {
    if (at >= this.#itemsEnd) return CLOSING.subarray(at - this.#itemsEnd);
    const phase = at % PERIOD;
    return ITEMS.subarray(phase, phase + this.#itemsEnd - at);
  }
}
