import { isoTime } from '../../runtime/iso-time.ts';
import { isUtf8 } from 'node:buffer';
import { withoutService } from '../pod.ts';
import { LANES, UNFRAMED } from '../source/lane.ts';
import type { RawRecord } from './record.ts';
import type { Body } from './body.ts';
import { Facts } from './facts.ts';
import { SERVICE_NAME } from './fields.ts';
import { isBlank } from './json.ts';
import { Members } from './members.ts';
import { Pairs } from './pairs.ts';
import type { Redactor } from './redact/redactor.ts';
import { readPlain, readText, type TextFormat } from './text.ts';

/** What is the same for every record of a file. */
export interface Origin {
  file: string;
  /** `"kubernetes":{…},"service.name":…,"host.name":…`, already JSON: `pod.ts`. */
  constant: Buffer;
  /** Replaces what must not leave the pod; undefined: nothing. */
  redactor?: Redactor | undefined;
}

/** At most so much text has a record that Elasticsearch refused in its first form. */
export const CLEAN_BYTES = 262_144;

type Format = 'json' | 'unframed' | TextFormat;

/**
 * Writes a record as two lines of a `_bulk` body: the action with its `_id`, and the document (`api/document.ts`).
 * Any payload comes out as one valid line each. What only Elasticsearch can refuse (a key twice, a number of a thousand
 * digits) is left to it: the record is then written again by `repaired`.
 */
export class DocumentWriter {
  readonly #members = new Members();
  readonly #pairs = new Pairs();
  /** Of the record that is being written; their places are in `#source`. */
  readonly #facts = new Facts();
  #source: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  readonly #body: Body;
  readonly #wall: () => number;
  /** The origin that was last asked for without its service, and that. */
  #nameless: { constant: Buffer; without: Buffer } | undefined;

  constructor(body: Body, wall: () => number) {
    this.#body = body;
    this.#wall = wall;
  }

  /** Returns the `log.level` that it found. */
  write(record: RawRecord, origin: Origin): string | undefined {
    const format = this.#read(record, origin.redactor);
    this.#opening(record, origin);
    this.#ours(record, origin, format);
    if (format === 'json') this.#app(this.#members);
    else if (format === 'logfmt') this.#app(this.#pairs);
    this.#body.ascii('}\n');
    return this.#facts.level(this.#source);
  }

  /** The second form: nothing but clean text, with the reason why the first was refused. */
  repaired(record: RawRecord, origin: Origin, reason: string): void {
    this.#readPlain(record);
    const redacted = this.#redacted('text', origin.redactor);
    if (redacted) this.#readPlain({ ...record, buffer: redacted, start: 0, end: redacted.length });
    this.#opening(record, origin);
    this.#ours(record, origin, record.lane === UNFRAMED ? 'unframed' : 'text', reason);
    this.#body.ascii('}\n');
  }

  /** The last form, for the stream of dead letters: `DeadLetterDocument`. */
  deadLetter(record: RawRecord, origin: Origin, refusal: { reason: string; error: string }): void {
    const { buffer, start, end, offset, bytes } = record;
    const { file, redactor } = origin;
    const message = redactor?.payload(buffer, start, end) ?? buffer.toString('utf8', start, end);
    // Elasticsearch's words quote what it refuses.
    const error = redactor?.text(refusal.error) ?? refusal.error;
    this.#opening(record, origin);
    this.#body.utf8(`"message":${JSON.stringify(message)},"log.offset":${offset},`);
    this.#body.utf8(`"tracewell":${JSON.stringify({ file, bytes, reason: refusal.reason, error })},`);
    this.#body.copy(origin.constant, 0, origin.constant.length);
    this.#body.ascii('}\n');
  }

  /**
   * Finds out what the payload is, takes the facts out of it, and replaces in the rest what must not leave the pod. Ids are known
   * by then, and are none of that. A payload in which something was replaced is read again.
   */
  #read(record: RawRecord, redactor: Redactor | undefined): Format {
    const format = this.#recognise(record);
    const redacted = this.#redacted(format, redactor);
    return redacted ? this.#recognise({ ...record, buffer: redacted, start: 0, end: redacted.length }) : format;
  }

  /** What was read last with everything replaced that must be; undefined when that is nothing. */
  #redacted(format: Format, redactor: Redactor | undefined): Buffer | undefined {
    if (!redactor?.mayHaveHit(this.#source, this.#start, this.#end)) return undefined;
    const { ids } = this.#facts;
    if (format === 'json') return redactor.json(this.#source, this.#start, this.#end, ids);
    const text = redactor.payload(this.#source, this.#start, this.#end, ids);
    return text === undefined ? undefined : Buffer.from(text);
  }

  #recognise(record: RawRecord): Format {
    const { buffer, start, end, lane, cut } = record;
    if (lane === UNFRAMED || cut > 0) {
      this.#readPlain(record);
      return lane === UNFRAMED ? 'unframed' : 'text';
    }
    this.#facts.clear();
    if (this.#readObject(record)) return 'json';
    this.#take(buffer, start, end);
    return readText(buffer, start, end, { facts: this.#facts, pairs: this.#pairs });
  }

  #readPlain({ buffer, start, end }: RawRecord): void {
    this.#facts.clear();
    this.#take(buffer, start, end);
    readPlain(buffer, start, end, this.#facts);
  }

  /** False when the payload is no JSON object. */
  #readObject({ buffer, start, end }: RawRecord): boolean {
    while (end > start && isBlank(buffer[end - 1])) end--;
    while (start < end && isBlank(buffer[start])) start++;
    const members = this.#members;
    if (!members.read(buffer, start, end)) return false;
    if (!members.isAscii && !isUtf8(buffer.subarray(start, end))) {
      // Broken UTF-8 becomes U+FFFD, as in plain text.
      buffer = Buffer.from(buffer.toString('utf8', start, end));
      [start, end] = [0, buffer.length];
      if (!members.read(buffer, start, end)) return false;
    }
    this.#take(buffer, start, end);
    members.promote(this.#facts);
    return true;
  }

  /** It is `[start, end)` of this buffer that the facts are places of. */
  #take(buffer: Buffer, start: number, end: number): void {
    this.#source = buffer;
    this.#start = start;
    this.#end = end;
  }

  /** The action, and the document up to its first fields. */
  #opening({ offset, bytes, stamp, lane }: RawRecord, { file }: Origin): void {
    const time = stamp ?? isoTime(this.#wall());
    const stream = lane === UNFRAMED ? '' : `"stream":"${LANES[lane]}",`;
    this.#body.ascii(`{"create":{"_id":"${file}.${offset}.${bytes}"}}\n{"@timestamp":"${time}",${stream}`);
  }

  /** The facts, and everything of ours but what `#opening` wrote. `repaired`: the reason, of a second form. */
  #ours(record: RawRecord, { file, constant }: Origin, format: Format, repaired?: string): void {
    const { offset, bytes, cut, continued } = record;
    let text = this.#facts.write(this.#body, this.#source);
    text += `"log.offset":${offset},"tracewell":{"file":"${file}","bytes":${bytes},"format":"${format}"`;
    if (repaired !== undefined) text += `,"repaired":${JSON.stringify(repaired)}`;
    if (cut > 0) text += `,"cut":${cut}`;
    text += continued ? ',"continued":true},' : '},';
    if (repaired === undefined) this.#body.ascii(text);
    else this.#body.utf8(text);
    const own = this.#facts.has(SERVICE_NAME) ? this.#withoutService(constant) : constant;
    this.#body.copy(own, 0, own.length);
  }

  #withoutService(constant: Buffer): Buffer {
    if (this.#nameless?.constant !== constant) this.#nameless = { constant, without: withoutService(constant) };
    return this.#nameless.without;
  }

  /** What the application wrote and nothing was taken of. */
  #app(rest: Members | Pairs): void {
    if (!rest.isLeft) return;
    this.#body.ascii(',"app":');
    rest.write(this.#body);
  }
}
