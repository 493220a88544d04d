import { readFileSync } from 'node:fs';
import type { Extent, Text } from '../plain/record.ts';
import type { OpeningTables } from './openings.ts';

/** `[start, end)` of a buffer. */
export type Piece = Pick<Text, 'buffer' | 'start' | 'end'>;

/**
 * What is the same for every record of a file, one behind the other, and how long each is: around its name, behind its text, and that
 * without a service's name.
 */
export interface OriginParts {
  bytes: Buffer;
  sizes: readonly [action: number, tracewell: number, constant: number, nameless: number];
}

/** What the engine is made of: `assembly/index.ts`. Addresses and sizes are bytes. */
interface Exports {
  reserve(size: number): number;
  convert(job: number): void;
  deflate(from: number, size: number, to: number): number;
  crc32(from: number, size: number): number;
  readonly origin: WebAssembly.Global;
  setOrigin(action: number, tracewell: number, constant: number, nameless: number): void;
  clearKeys(): void;
  addKey(at: number, size: number, code: number): void;
  nameField(field: number, at: number, size: number): void;
  addUrgent(at: number, size: number): void;
  writePayload(to: number, at: number, end: number, offset: number, bytes: number, kinds: number): number;
  readonly wasUrgent: WebAssembly.Global;
  readonly roles: WebAssembly.Global;
  readonly letters: WebAssembly.Global;
  readonly ways: WebAssembly.Global;
  readonly beginnings: WebAssembly.Global;
}

const PAGE = 65_536;
const NEWLINE = 10;
export const CHUNK_BYTES = 256 * 1024;
/**
 * The largest body: `limits.batchBytes` at its largest, and a record of `limits.recordBytes` at its largest, six times as long
 * when each of its bytes is escaped. Behind it there is room for it compressed. Memory that nobody writes to costs nothing.
 */
export const BODY_BYTES = 176 * 1024 * 1024;
/** A block of `BLOCK` bytes (assembly/deflate.ts) in a code that does not suit it is up to 15 / 8 as long, before it is written anew. */
const PACKED_BYTES = BODY_BYTES + BODY_BYTES / 512 + 512 * 1024;
/** Loads and stores of 16 bytes may run past the end of a buffer. */
const SPARE = 128;
/** Documents of one call: what is in a chunk, at 32 bytes a line. */
export const MOST_ROWS = CHUNK_BYTES / 32;
/** A text that is not in the chunk is copied to where the engine can read it. */
export const ASIDE_BYTES = 17 * 1024 * 1024;
const SCRATCH_BYTES = 1024;
const ORIGIN_BYTES = 16_384;

/** Fields of `Job` in assembly/convert.ts behind the first. */
export const JOB = {
  at: 0,
  end: 1,
  body: 2,
  to: 3,
  full: 4,
  lanes: 5,
  limit: 6,
  multiline: 7,
  redact: 8,
  offsets: 9,
  bytes: 10,
  ends: 11,
  laneOf: 12,
  rows: 13,
  most: 14,
  urgent: 15,
  covered: 16,
  waiting: 17,
  declined: 19,
  declinedText: 20,
  declinedStop: 21,
} as const;
/** Where its last field stands, bytes. */
const OFFSET_SUM_AT = 96;

/** The compiled engine and its memory. */
export class Engine {
  /** Files are read into it. */
  readonly chunk: Buffer;
  readonly chunkAt: number;
  /** Bodies are written here; a view of what there may be. */
  readonly body: Buffer;
  readonly bodyAt: number;
  readonly job: Uint32Array;
  /** Its first field: where the byte at address 0 would stand in the file. */
  readonly jobOffset: Float64Array;
  /** Its last field: the sum of the documents' offsets. */
  readonly jobOffsetSum: Float64Array;
  readonly rows: { offsets: Float64Array; bytes: Uint32Array; ends: Uint32Array; lanes: Uint8Array };
  readonly #exports: Exports;
  readonly #memory: Buffer;
  readonly #jobAt: number;
  readonly #scratch: number;
  readonly #originAt: number;
  readonly #asideAt: number;

  constructor(module: WebAssembly.Module) {
    const pages = Math.ceil((ASIDE_BYTES + BODY_BYTES + PACKED_BYTES) / PAGE) + 64;
    const memory = new WebAssembly.Memory({ initial: pages });
    const abort = () => {
      throw new Error('BUG: the engine gave up');
    };
    const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
    const engine = exports as unknown as Exports;
    this.#exports = engine;
    this.#memory = Buffer.from(memory.buffer);
    this.#jobAt = engine.reserve(128);
    this.jobOffset = new Float64Array(memory.buffer, this.#jobAt, 1);
    this.jobOffsetSum = new Float64Array(memory.buffer, this.#jobAt + OFFSET_SUM_AT, 1);
    this.job = new Uint32Array(memory.buffer, this.#jobAt + 8, JOB.declinedStop + 1);
    this.#scratch = engine.reserve(SCRATCH_BYTES);
    this.#originAt = engine.origin.value;
    const [offsets, bytes, ends, lanes] = [8, 4, 4, 1].map((size) => engine.reserve(size * MOST_ROWS));
    this.rows = {
      offsets: new Float64Array(memory.buffer, offsets, MOST_ROWS),
      bytes: new Uint32Array(memory.buffer, bytes, MOST_ROWS),
      ends: new Uint32Array(memory.buffer, ends, MOST_ROWS),
      lanes: new Uint8Array(memory.buffer, lanes, MOST_ROWS),
    };
    this.chunkAt = engine.reserve(CHUNK_BYTES + SPARE);
    this.chunk = this.#memory.subarray(this.chunkAt, this.chunkAt + CHUNK_BYTES);
    this.#asideAt = engine.reserve(0) + SPARE;
    this.bodyAt = this.#asideAt + ASIDE_BYTES + SPARE;
    this.body = this.#memory.subarray(this.bodyAt, this.bodyAt + BODY_BYTES);
    this.job.set([offsets!, bytes!, ends!, lanes!], JOB.offsets);
  }

  /** Runs what `job` says. */
  convert(): void {
    this.#exports.convert(this.#jobAt);
  }

  /**
   * Writes a payload at `at` of the body, behind the opening of its document; returns how long the body is then, undefined when the
   * plain writer must look at it.
   */
  writePayload(
    at: number,
    { buffer, start, end }: Piece,
    { offset, bytes, kinds }: Pick<Extent, 'offset' | 'bytes'> & { kinds: number },
  ) {
    const isHere = buffer.buffer === this.#memory.buffer;
    const from = isHere ? buffer.byteOffset + start : this.#asideAt;
    if (!isHere && end - start > ASIDE_BYTES) return undefined;
    // Behind what is JSON there must be a newline, as there is in a chunk.
    if (!isHere) this.#memory[from + buffer.copy(this.#memory, from, start, end)] = NEWLINE;
    const to = this.#exports.writePayload(this.bodyAt + at, from, from + end - start, offset, bytes, kinds);
    return to === 0 ? undefined : to - this.bodyAt;
  }

  get wasUrgent(): boolean {
    return this.#exports.wasUrgent.value === 1;
  }

  /** Takes over what is the same for every record of a file; false when it has no room for it. */
  setOrigin({ bytes, sizes }: OriginParts): boolean {
    if (bytes.length + SPARE > ORIGIN_BYTES) return false;
    bytes.copy(this.#memory, this.#originAt);
    this.#exports.setOrigin(...sizes);
    return true;
  }

  addKey(key: string, code: number): void {
    this.#exports.addKey(this.#scratch, this.#write(key), code);
  }

  /** The name of a field of ours, without quotes. */
  nameField(field: number, name: string): void {
    this.#exports.nameField(field, this.#scratch, this.#write(`"${name}":`));
  }

  /** Takes over the tables by which it tells an ordinary line of text. */
  setOpenings({ roles, letters, ways, beginnings }: OpeningTables): void {
    const { roles: rolesAt, letters: lettersAt, ways: waysAt, beginnings: beginningsAt } = this.#exports;
    this.#memory.set(roles, rolesAt.value);
    this.#memory.set(letters, lettersAt.value);
    this.#memory.set(ways, waysAt.value);
    this.#memory.set(beginnings, beginningsAt.value);
  }

  addUrgent(level: string): void {
    this.#exports.addUrgent(this.#scratch, this.#write(level));
  }

  /** The first `length` bytes of the body as gzip (RFC 1952), a view that the next call writes over. */
  gzip(length: number): Buffer {
    return this.#gzip(this.bodyAt, length);
  }

  /** Other bytes as gzip, a copy; undefined when there is no room for so many. */
  gzipOf(bytes: Buffer): Buffer | undefined {
    if (bytes.length > ASIDE_BYTES / 3) return undefined;
    bytes.copy(this.#memory, this.#asideAt);
    return Buffer.from(this.#gzip(this.#asideAt, bytes.length));
  }

  /** Bytes of the memory as gzip, which stands behind them. */
  #gzip(from: number, length: number): Buffer {
    const at = from + length + SPARE;
    HEADER.copy(this.#memory, at);
    const end = at + HEADER.length + this.#exports.deflate(from, length, at + HEADER.length);
    this.#memory.writeUInt32LE(this.#exports.crc32(from, length) >>> 0, end);
    this.#memory.writeUInt32LE(length, end + 4);
    return this.#memory.subarray(at, end + 8);
  }

  #write(text: string): number {
    return this.#memory.write(text, this.#scratch, SCRATCH_BYTES, 'latin1');
  }
}

/** Deflate, no name, no time, the fastest way, of an unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);

/** Stands beside the program. As a text in it, it would take memory for as long as that runs. */
export const engineCode = (): Buffer => readFileSync(`${import.meta.dirname}/engine.wasm`);

/** What makes engines, each with a memory of its own; undefined where this machine's WebAssembly cannot run one: it needs SIMD. */
export function engineLoader(): (() => Engine) | undefined {
  const code = engineCode();
  if (!WebAssembly.validate(code)) return undefined;
  const module = new WebAssembly.Module(code);
  return () => new Engine(module);
}
