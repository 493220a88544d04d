/** Something that stands in a body: `[start, end)` of it. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Some pieces of a body, as one request sends them. */
export class Slice<P extends Piece> {
  readonly #bytes: Buffer;
  readonly pieces: readonly P[];

  constructor(bytes: Buffer, pieces: readonly P[]) {
    this.#bytes = bytes;
    this.pieces = pieces;
  }

  /** Their bytes, without a copy as long as they stand together. */
  body(): Buffer {
    const first = this.pieces[0]!;
    const last = this.pieces.at(-1)!;
    let length = 0;
    for (const { start, end } of this.pieces) length += end - start;
    if (last.end - first.start === length) return this.#bytes.subarray(first.start, last.end);
    return Buffer.concat(this.pieces.map(({ start, end }) => this.#bytes.subarray(start, end)));
  }

  /** The same bytes, fewer pieces. */
  of(pieces: readonly P[]): Slice<P> {
    return new Slice(this.#bytes, pieces);
  }

  halves(): Slice<P>[] {
    const middle = this.pieces.length >> 1;
    return [this.of(this.pieces.slice(0, middle)), this.of(this.pieces.slice(middle))];
  }
}
