import { isUtf8 } from 'node:buffer';
import { LANES, UNFRAMED } from '../source/lane.ts';
import type { RawRecord } from './assemble.ts';
import type { Body } from './body.ts';
import { readMembers, type Members } from './json.ts';
import { levelOf, spanIdOf, targetOf, traceIdOf, traceparentIn, type Facts, type Target } from './promote.ts';
import { factsOfText } from './text.ts';

/** What is the same for every record of a file. */
export interface Origin {
  file: string;
  /** `"kubernetes":{…},"service.name":…,"host.name":…`, already JSON: `pod.ts`. */
  constant: Buffer;
}

/** The message of a record that Elasticsearch refused in its first form is cut to this many bytes. */
const REPAIRED_BYTES = 262_144;

/**
 * Writes a record as two lines of a `_bulk` body: the action with its `_id`, and the document (`api/document.ts`).
 * Any payload comes out as one valid line each. What only Elasticsearch can refuse (a key twice, a number of a thousand
 * digits) is left to it: the record is then written again by `repaired`.
 */
export class DocumentWriter {
  readonly #members: Members = [];
  readonly #body: Body;
  readonly #now: () => Date;

  constructor(body: Body, now: () => Date) {
    this.#body = body;
    this.#now = now;
  }

  write(record: RawRecord, origin: Origin): void {
    this.#action(record, origin);
    const json = record.lane !== UNFRAMED && record.cut === 0 && this.#json(record, origin);
    if (!json) this.#text(record, origin, undefined);
  }

  /** The second form: nothing but clean text, with the reason why the first was refused. */
  repaired(record: RawRecord, origin: Origin, reason: string): void {
    this.#action(record, origin);
    this.#text({ ...record, end: Math.min(record.end, record.start + REPAIRED_BYTES) }, origin, reason);
  }

  /** The last form, for the stream of dead letters: `DeadLetterDocument`. */
  deadLetter(record: RawRecord, origin: Origin, refusal: { reason: string; error: string }): void {
    const { offset, bytes, start } = record;
    const end = Math.min(record.end, start + REPAIRED_BYTES);
    this.#action(record, origin);
    this.#opening(record);
    this.#body.utf8(`"message":${JSON.stringify(record.buffer.toString('utf8', start, end))},"log.offset":${offset},`);
    this.#body.utf8(`"tracewell":${JSON.stringify({ file: origin.file, bytes, ...refusal })},`);
    this.#body.copy(origin.constant, 0, origin.constant.length);
    this.#body.ascii('}\n');
  }

  #action({ offset, bytes }: RawRecord, { file }: Origin): void {
    this.#body.ascii(`{"create":{"_id":"${file}.${offset}.${bytes}"}}\n`);
  }

  #opening({ stamp, lane }: RawRecord): void {
    const time = stamp ?? this.#now().toISOString();
    this.#body.ascii(
      lane === UNFRAMED ? `{"@timestamp":"${time}",` : `{"@timestamp":"${time}","stream":"${LANES[lane]}",`,
    );
  }

  /** False when the payload is no JSON object. */
  #json(record: RawRecord, origin: Origin): boolean {
    let { buffer, start, end } = record;
    if (buffer[end - 1] === 13) end--;
    if (buffer[start] !== 123 || buffer[end - 1] !== 125) return false;
    const text = buffer.toString('utf8', start, end);
    try {
      JSON.parse(text);
    } catch {
      return false;
    }
    // Broken UTF-8 has become U+FFFD in the text; the bytes must say the same.
    if (text.includes('\uFFFD') && !isUtf8(buffer.subarray(start, end))) {
      buffer = Buffer.from(text);
      start = 0;
      end = buffer.length;
    }
    const members = this.#members;
    readMembers(buffer, start, end, members);
    const taken = new Set<number>();
    const facts: Facts = { level: undefined, traceId: undefined, spanId: undefined };
    let message = -1;
    for (let i = 0; i < members.length; i += 4) {
      const target = targetOf(buffer, members[i]!, members[i + 1]!);
      if (!target) continue;
      if (target === 'message') {
        if (message >= 0 || buffer[members[i + 2]!] !== 34) continue;
        message = i;
      } else if (!promote(target, valueAt(buffer, members[i + 2]!, members[i + 3]!), facts)) continue;
      taken.add(i);
    }
    this.#opening(record);
    if (message >= 0) {
      this.#body.ascii('"message":');
      this.#body.copy(buffer, members[message + 2]!, members[message + 3]!);
      this.#body.ascii(',');
    }
    this.#facts(record, origin, { facts, format: 'json', repaired: undefined });
    this.#app(buffer, taken);
    this.#body.ascii('}\n');
    return true;
  }

  #app(buffer: Buffer, taken: ReadonlySet<number>): void {
    const members = this.#members;
    let before = ',"app":{"';
    for (let i = 0; i < members.length; i += 4) {
      if (taken.has(i)) continue;
      this.#body.ascii(before);
      before = ',"';
      this.#body.copy(buffer, members[i]!, members[i + 1]!);
      this.#body.ascii('":');
      this.#body.copy(buffer, members[i + 2]!, members[i + 3]!);
    }
    if (before === ',"') this.#body.ascii('}');
  }

  #text(record: RawRecord, origin: Origin, repaired: string | undefined): void {
    const text = record.buffer.toString('utf8', record.start, record.end);
    this.#opening(record);
    this.#body.utf8(`"message":${JSON.stringify(text)},`);
    const format = record.lane === UNFRAMED ? 'unframed' : 'text';
    this.#facts(record, origin, { facts: factsOfText(text), format, repaired });
    this.#body.ascii('}\n');
  }

  /** Everything of ours but `@timestamp`, `stream`, `message` and `app`. */
  #facts(
    record: RawRecord,
    origin: Origin,
    told: { facts: Facts; format: string; repaired: string | undefined },
  ): void {
    const { level, traceId, spanId } = told.facts;
    let text = '';
    if (level) text += `"log.level":"${level}",`;
    if (traceId) text += `"trace.id":"${traceId}",`;
    if (spanId) text += `"span.id":"${spanId}",`;
    text += `"log.offset":${record.offset},"tracewell":{"file":"${origin.file}","bytes":${record.bytes},"format":"${told.format}"`;
    if (record.cut > 0) text += `,"cut":${record.cut}`;
    this.#body.ascii(text);
    if (told.repaired !== undefined) this.#body.utf8(`,"repaired":${JSON.stringify(told.repaired)}`);
    this.#body.ascii('},');
    this.#body.copy(origin.constant, 0, origin.constant.length);
  }
}

function valueAt(buffer: Buffer, start: number, end: number): unknown {
  return JSON.parse(buffer.toString('utf8', start, end));
}

/** False when the field has a value already or this one has the wrong shape: it stays under `app`. */
function promote(target: Exclude<Target, 'message'>, value: unknown, facts: Facts): boolean {
  if (target === 'traceparent') {
    const ids = typeof value === 'string' && !facts.traceId && !facts.spanId ? traceparentIn(value) : undefined;
    Object.assign(facts, ids);
    return ids !== undefined;
  }
  const read = { level: levelOf, traceId: traceIdOf, spanId: spanIdOf }[target](value);
  if (read === undefined || facts[target] !== undefined) return false;
  facts[target] = read;
  return true;
}
