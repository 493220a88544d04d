import { isUtf8 } from 'node:buffer';
import { LANES, UNFRAMED } from '../source/lane.ts';
import type { RawRecord } from './record.ts';
import type { Body } from './body.ts';
import { isBlank, ObjectReader } from './json.ts';
import { promote, targetOf, type Facts } from './promote.ts';
import { factsOfText } from './text.ts';

/** What is the same for every record of a file. */
export interface Origin {
  file: string;
  /** `"kubernetes":{…},"service.name":…,"host.name":…`, already JSON: `pod.ts`. */
  constant: Buffer;
}

/** At most so much text has a record that Elasticsearch refused in its first form. */
export const CLEAN_BYTES = 262_144;

/** In place of the start of a member's key: it was promoted, and does not go into `app`. */
const TAKEN = -1;

/**
 * Writes a record as two lines of a `_bulk` body: the action with its `_id`, and the document (`api/document.ts`).
 * Any payload comes out as one valid line each. What only Elasticsearch can refuse (a key twice, a number of a thousand
 * digits) is left to it: the record is then written again by `repaired`.
 */
export class DocumentWriter {
  readonly #object = new ObjectReader();
  readonly #body: Body;
  readonly #now: () => Date;
  /** Of the record that was written last. */
  #level: string | undefined;

  constructor(body: Body, now: () => Date) {
    this.#body = body;
    this.#now = now;
  }

  /** Returns the `log.level` that it found. */
  write(record: RawRecord, origin: Origin): string | undefined {
    this.#opening(record, origin);
    if (record.lane === UNFRAMED || record.cut > 0 || !this.#json(record, origin)) this.#text(record, origin);
    this.#body.ascii('}\n');
    return this.#level;
  }

  /** The second form: nothing but clean text, with the reason why the first was refused. */
  repaired(record: RawRecord, origin: Origin, reason: string): void {
    this.#opening(record, origin);
    this.#text(record, origin, `,"repaired":${JSON.stringify(reason)}`);
    this.#body.ascii('}\n');
  }

  /** The last form, for the stream of dead letters: `DeadLetterDocument`. */
  deadLetter(record: RawRecord, origin: Origin, refusal: { reason: string; error: string }): void {
    const { buffer, start, end, offset, bytes } = record;
    this.#opening(record, origin);
    this.#body.utf8(`"message":${JSON.stringify(buffer.toString('utf8', start, end))},"log.offset":${offset},`);
    this.#body.utf8(`"tracewell":${JSON.stringify({ file: origin.file, bytes, ...refusal })},`);
    this.#body.copy(origin.constant, 0, origin.constant.length);
    this.#body.ascii('}\n');
  }

  /** The action, and the document up to its first fields. */
  #opening({ offset, bytes, stamp, lane }: RawRecord, { file }: Origin): void {
    const time = stamp ?? this.#now().toISOString();
    const stream = lane === UNFRAMED ? '' : `"stream":"${LANES[lane]}",`;
    this.#body.ascii(`{"create":{"_id":"${file}.${offset}.${bytes}"}}\n{"@timestamp":"${time}",${stream}`);
  }

  /** False, and nothing written, when the payload is no JSON object. */
  #json(record: RawRecord, origin: Origin): boolean {
    let { buffer, start, end } = record;
    while (end > start && isBlank(buffer[end - 1])) end--;
    while (start < end && isBlank(buffer[start])) start++;
    if (!this.#object.read(buffer, start, end)) return false;
    if (!this.#object.isAscii && !isUtf8(buffer.subarray(start, end))) {
      // Broken UTF-8 becomes U+FFFD, as in plain text.
      buffer = Buffer.from(buffer.toString('utf8', start, end));
      if (!this.#object.read(buffer, 0, buffer.length)) return false;
    }
    const { members } = this.#object;
    const facts: Facts = { level: undefined, traceId: undefined, spanId: undefined };
    let message = -1;
    for (let i = 0; i < members.length; i += 4) {
      const target = targetOf(buffer, members[i]!, members[i + 1]!);
      if (!target) continue;
      if (target !== 'message') {
        if (promote(target, valueAt(buffer, members[i + 2]!, members[i + 3]!), facts)) members[i] = TAKEN;
      } else if (message < 0 && buffer[members[i + 2]!] === 34) {
        message = i;
        members[i] = TAKEN;
      }
    }
    if (message >= 0) {
      this.#body.ascii('"message":');
      this.#body.copy(buffer, members[message + 2]!, members[message + 3]!);
      this.#body.ascii(',');
    }
    this.#facts(record, origin, facts, '"json"');
    this.#app(buffer);
    return true;
  }

  /** The members that were not taken; neighbours go over in one piece, with the application's own blanks. */
  #app(buffer: Buffer): void {
    const { members } = this.#object;
    let before = ',"app":{"';
    for (let i = 0; i < members.length; i += 4) {
      const start = members[i]!;
      if (start === TAKEN) continue;
      while (i + 4 < members.length && members[i + 4] !== TAKEN) i += 4;
      this.#body.ascii(before);
      this.#body.copy(buffer, start, members[i + 3]!);
      before = ',"';
    }
    if (before === ',"') this.#body.ascii('}');
  }

  #text(record: RawRecord, origin: Origin, more = ''): void {
    const text = record.buffer.toString('utf8', record.start, record.end);
    this.#body.utf8(`"message":${JSON.stringify(text)},`);
    this.#facts(record, origin, factsOfText(text), `${record.lane === UNFRAMED ? '"unframed"' : '"text"'}${more}`);
  }

  /** Everything of ours but what `#opening` wrote, `message` and `app`. */
  #facts(record: RawRecord, origin: Origin, { level, traceId, spanId }: Facts, format: string): void {
    let text = '';
    this.#level = level;
    if (level) text += `"log.level":"${level}",`;
    if (traceId) text += `"trace.id":"${traceId}",`;
    if (spanId) text += `"span.id":"${spanId}",`;
    text += `"log.offset":${record.offset},"tracewell":{"file":"${origin.file}","bytes":${record.bytes},"format":${format}`;
    if (record.cut > 0) text += `,"cut":${record.cut}`;
    if (record.continued) text += ',"continued":true';
    this.#body.utf8(`${text}},`);
    this.#body.copy(origin.constant, 0, origin.constant.length);
  }
}

function valueAt(buffer: Buffer, start: number, end: number): unknown {
  return JSON.parse(buffer.toString('utf8', start, end));
}
