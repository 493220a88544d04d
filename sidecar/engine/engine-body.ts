import { Body } from '../plain/body.ts';
import { withoutService } from '../pod.ts';
import { DocumentWriter, type Origin } from '../plain/document.ts';
import type { Extent, RawRecord } from '../plain/record.ts';
import type { Redactor } from '../plain/redact/redactor.ts';
import { FIELDS } from '../plain/fields.ts';
import { isUrgent, URGENT } from '../sink/age.ts';
import type { BulkBody, LineRange, Rows } from '../sink/bulk-body.ts';
import { pack } from '../sink/slice.ts';
import { openingTables } from './openings.ts';
import { engineTable } from './table.ts';
import { LANES, STDERR, STDOUT, UNFRAMED } from '../source/lane.ts';
import { BODY_BYTES, CHUNK_BYTES, JOB, MOST_ROWS, type Engine, type OriginParts, type Piece } from './engine.ts';

const OPEN_BRACE = 123;
const SMALL_E = 101;
/** Of a CRI line, before its text: ` stdout F `; and from the letter on that tells stdout from stderr. */
const STREAM_BYTES = 10;
const LANE_BYTES = 6;

const MULTILINE = { Off: 0, Auto: 1, Pattern: 2 } as const;

/** The body in the engine's memory. What the engine leaves aside the plain writer puts there, too. */
export class EngineBody implements BulkBody {
  readonly chunk: Buffer;
  readonly #engine: Engine;
  readonly #body: Body;
  readonly #writer: DocumentWriter;
  readonly #rows: Rows;
  readonly #parts = new WeakMap<Origin, OriginParts>();
  #origin: Origin | undefined;
  #hasOrigin = false;

  constructor(engine: Engine, wall: () => number) {
    this.#engine = engine;
    this.chunk = engine.chunk;
    this.#body = new Body(engine.body);
    this.#writer = new DocumentWriter(this.#body, wall);
    for (const [key, code] of engineTable()) engine.addKey(key, code);
    for (const [field, name] of FIELDS.entries()) engine.nameField(field, name);
    for (const level of URGENT) engine.addUrgent(level);
    engine.setOpenings(openingTables());
    const { rows } = engine;
    this.#rows = {
      count: 0,
      to: 0,
      covered: 0,
      offsetSum: 0,
      waiting: [],
      ...rows,
      isUrgent: false,
      redactions: new Map(),
    };
  }

  get length(): number {
    return this.#body.length;
  }

  since(start: number): Buffer {
    return this.#body.bytes.subarray(start, this.#body.length);
  }

  truncate(start: number): void {
    this.#body.length = start;
  }

  write(record: RawRecord, origin: Origin): boolean {
    return this.#payload(record, origin) ?? isUrgent(this.#writer.write(record, origin));
  }

  /** Lets the engine write a record; undefined when that is the plain writer's. */
  #payload(record: RawRecord, origin: Origin): boolean | undefined {
    const { offset, bytes, lane, cut, continued, stamp } = record;
    const isCommon = lane !== UNFRAMED && cut === 0 && !continued && stamp !== undefined;
    if (!isCommon || !this.#isReady(origin)) return undefined;
    const body = this.#body;
    const before = body.length;
    body.ascii(`{"create":{"_id":"${origin.file}.${offset}.${bytes}"}}\n`);
    body.ascii(`{"@timestamp":"${stamp}","stream":"${LANES[lane]}",`);
    const after = this.#written(record, record, origin.redactor);
    body.length = after ?? before;
    return after === undefined ? undefined : this.#engine.wasUrgent;
  }

  /** Where the body ends with this payload of a record; undefined when the plain writer must look at it. */
  #written(payload: Piece, { offset, bytes }: Extent, redactor: Redactor | undefined): number | undefined {
    const engine = this.#engine;
    const write = (piece: Piece, kinds: number) =>
      engine.writePayload(this.#body.length, piece, { offset, bytes, kinds });
    if (!redactor) return write(payload, 0);
    const clean = redactor.hasPatterns ? undefined : write(payload, redactor.kinds);
    if (clean !== undefined) return clean;
    // It may be that something must be replaced, or else that it is not the engine's.
    const raw = write(payload, 0);
    if (raw === undefined) return undefined;
    const redacted = redactedBy(redactor, payload);
    // What looks like a card number may be an id: only the plain writer knows.
    const after = redactor.sawCard ? undefined : redacted ? write(redacted, 0) : raw;
    if (after === undefined) redactor.countAnew();
    return after;
  }

  take({ from, to, offset, lanes, limit, full, multiline }: LineRange, origin: Origin): Rows | undefined {
    const { redactor } = origin;
    if (redactor?.hasPatterns || !this.#isReady(origin)) return undefined;
    const { job, jobOffset, bodyAt, chunkAt } = this.#engine;
    jobOffset[0] = offset - from - chunkAt;
    job[JOB.at] = chunkAt + from;
    job[JOB.end] = chunkAt + to;
    job[JOB.body] = bodyAt;
    job[JOB.to] = bodyAt + this.#body.length;
    // A document of this chunk always has room behind a full body.
    job[JOB.full] = bodyAt + Math.min(full, BODY_BYTES - 8 * CHUNK_BYTES);
    job[JOB.lanes] = lanes;
    job[JOB.limit] = limit;
    job[JOB.multiline] = MULTILINE[multiline];
    job[JOB.redact] = redactor?.kinds ?? 0;
    job[JOB.most] = MOST_ROWS;
    job[JOB.urgent] = 0;
    job[JOB.declined] = 0;
    const rows = this.#rows;
    // A map makes its table anew when it is cleared, even when it is empty.
    if (rows.redactions.size > 0) rows.redactions.clear();
    this.#engine.convert();
    while (job[JOB.declined] !== 0) {
      this.#writeDeclined(origin);
      this.#engine.convert();
    }
    rows.count = job[JOB.rows]!;
    rows.to = job[JOB.at]! - chunkAt;
    rows.covered = job[JOB.covered]!;
    rows.offsetSum = this.#engine.jobOffsetSum[0]!;
    rows.waiting.length = 0;
    if (job[JOB.waiting]! > 0) rows.waiting.push(job[JOB.waiting]! - chunkAt);
    if (job[JOB.waiting + 1]! > 0) rows.waiting.push(job[JOB.waiting + 1]! - chunkAt);
    rows.isUrgent = job[JOB.urgent] === 1;
    this.#body.length = job[JOB.to]! - bodyAt;
    return rows;
  }

  /** Writes the record of one line that the engine has left aside, among those of the others. */
  #writeDeclined(origin: Origin): void {
    const { job, jobOffset, bodyAt, chunkAt } = this.#engine;
    const [at, start, end] = [job[JOB.declined]!, job[JOB.declinedText]!, job[JOB.declinedStop]!];
    const offset = jobOffset[0]! + at;
    const bytes = end + 1 - at;
    const text = start - chunkAt;
    const stamp = this.chunk.toString('latin1', at - chunkAt, text - STREAM_BYTES);
    const lane = this.chunk[text - LANE_BYTES] === SMALL_E ? STDERR : STDOUT;
    const place = { buffer: this.chunk, start: text, end: end - chunkAt };
    this.#body.length = job[JOB.to]! - bodyAt;
    origin.redactor?.countAnew();
    if (this.write({ offset, bytes, lane, stamp, ...place, cut: 0, continued: false }, origin)) job[JOB.urgent] = 1;
    job[JOB.to] = bodyAt + this.#body.length;
    const rows = this.#rows;
    const row = job[JOB.rows]!++;
    rows.offsets[row] = offset;
    rows.bytes[row] = bytes;
    rows.ends[row] = this.#body.length;
    rows.lanes[row] = lane;
    job[JOB.covered]! += bytes;
    this.#engine.jobOffsetSum[0]! += offset;
    const { redactions } = rows;
    for (const [rule, count] of origin.redactor?.hits ?? []) redactions.set(rule, (redactions.get(rule) ?? 0) + count);
  }

  pack(spare: Buffer): Buffer {
    const packed = this.#engine.gzip(this.#body.length);
    this.#body.length = 0;
    const room =
      spare.buffer.byteLength >= packed.length ? Buffer.from(spare.buffer) : Buffer.allocUnsafeSlow(packed.length);
    packed.copy(room);
    return room.subarray(0, packed.length);
  }

  gzip(bytes: Buffer): Buffer {
    return this.#engine.gzipOf(bytes) ?? pack(bytes);
  }

  /** Memory that was written to stays, as long as there is this. */
  shrink(): void {}

  #isReady(origin: Origin): boolean {
    if (origin === this.#origin) return this.#hasOrigin;
    this.#origin = origin;
    let parts = this.#parts.get(origin);
    if (!parts) this.#parts.set(origin, (parts = partsOf(origin)));
    this.#hasOrigin = this.#engine.setOrigin(parts);
    return this.#hasOrigin;
  }
}

/** What the documents of a file have in common. */
function partsOf({ file, constant }: Origin): OriginParts {
  const action = Buffer.from(`{"create":{"_id":"${file}.`);
  const tracewell = Buffer.from(`,"tracewell":{"file":"${file}","bytes":`);
  const behind = (part: Buffer) => Buffer.concat([Buffer.from('"},'), part]);
  const [shared, nameless] = [behind(constant), behind(withoutService(constant))];
  return {
    bytes: Buffer.concat([action, tracewell, shared, nameless]),
    sizes: [action.length, tracewell.length, shared.length, nameless.length],
  };
}

/** The payload without what must be replaced; undefined when that is nothing. */
function redactedBy(redactor: Redactor, { buffer, start, end }: Piece): Piece | undefined {
  const bytes = buffer[start] === OPEN_BRACE ? redactor.json(buffer, start, end) : textBy(redactor, buffer, start, end);
  return bytes && { buffer: bytes, start: 0, end: bytes.length };
}

function textBy(redactor: Redactor, buffer: Buffer, start: number, end: number): Buffer | undefined {
  const text = redactor.payload(buffer, start, end);
  return text === undefined ? undefined : Buffer.from(text);
}
