const ITEM = Buffer.from('{"create":{"status":201}},');
const HEAD = Buffer.from('{"errors":false,"items":[');
const TAIL = Buffer.from(']}');

/**
 * Answers of Elasticsearch to `_bulk` when every record was stored, in the form that `filter_path` leaves of them: cheap,
 * for they are all the same but for their length.
 */
export class StoredAnswer {
  #items = ITEM;

  of(documents: number): Buffer {
    const length = documents * ITEM.length;
    while (this.#items.length < length) this.#items = Buffer.concat([this.#items, this.#items]);
    // Without the last comma.
    return Buffer.concat([HEAD, this.#items.subarray(0, Math.max(0, length - 1)), TAIL]);
  }
}
