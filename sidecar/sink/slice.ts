import { getBuiltinModule } from 'node:process';

/** Loaded when it is needed: it costs 0.6 MB, and the engine compresses by itself. */
const zlib = () => getBuiltinModule('node:zlib');

/** The body of a request, compressed. */
export interface Parcel {
  readonly gzip: Buffer;
  /** Of the body before it was compressed. */
  readonly bytes: number;
  /** Records in it. */
  readonly count: number;
}

/** Unpacks a body. */
export const unpack = (gzip: Buffer): Buffer => zlib().gunzipSync(gzip);

/** Compresses a body, as fast as can be. */
export const pack = (body: Buffer): Buffer => zlib().gzipSync(body, { level: 1 });

/** A compressed body, and where each record ends in it; one without bytes is not in it. */
export interface Packed {
  readonly gzip: Buffer;
  readonly ends: ArrayLike<number>;
}

/**
 * Some records of a packed body, by their places there, as one request sends them. Mostly that is all of them: the body itself
 * is looked at again only when a part must be sent anew.
 */
export class Slice {
  readonly places: readonly number[] | undefined;
  readonly #packed: Packed;

  /** `places`: ascending; undefined for all that have bytes. */
  constructor(packed: Packed, places?: readonly number[]) {
    this.#packed = packed;
    this.places = places;
  }

  get count(): number {
    return this.places?.length ?? this.#packed.ends.length;
  }

  /** The place of its i-th record. */
  placeOf(i: number): number {
    return this.places?.[i] ?? i;
  }

  parcel(): Parcel {
    const { gzip, ends } = this.#packed;
    const { count, places } = this;
    const bytes = ends[ends.length - 1] ?? 0;
    if (!places) return { gzip, bytes, count };
    const startOf = (place: number) => (place > 0 ? ends[place - 1]! : 0);
    const length = places.reduce((sum, place) => sum + ends[place]! - startOf(place), 0);
    if (length === bytes) return { gzip, bytes, count };
    const body = unpack(gzip);
    const parts = places.map((place) => body.subarray(startOf(place), ends[place]));
    return { gzip: pack(Buffer.concat(parts, length)), bytes: length, count };
  }

  /** Other records of the same body. */
  of(places: readonly number[]): Slice {
    return new Slice(this.#packed, places);
  }

  halves(): Slice[] {
    const middle = this.count >> 1;
    const places = Array.from({ length: this.count }, (_, i) => this.placeOf(i));
    return [this.of(places.slice(0, middle)), this.of(places.slice(middle))];
  }
}
