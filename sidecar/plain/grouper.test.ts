import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INDENTED, seen, stampAt, START, written, type Seen } from '../../test/sidecar/written.ts';
import { UNFRAMED, type Lane, type LaneOffsets } from '../source/lane.ts';
import { Collector } from './collect.ts';
import { continuationOf } from './continuation.ts';
import { Grouper, type Grouping, type Now, type Pass } from './grouper.ts';
import { LineReader, type Chunk } from './lines.ts';
import type { RawRecord } from './record.ts';

/** Reads a file as `LogFile` does, from the lanes of a checkpoint on. */
class Reading {
  readonly records: Seen[] = [];
  lost = 0;
  #there: Buffer = Buffer.alloc(0);
  #position: number;
  readonly #from: LaneOffsets;
  readonly #grouping: Grouping;
  readonly #lines = new LineReader();
  readonly #grouper: Grouper;

  constructor(grouping: Grouping, from: LaneOffsets = [0, 0, 0]) {
    this.#from = from;
    this.#grouping = grouping;
    this.#position = Math.min(...from);
    this.#grouper = new Grouper({
      readAt: (into, offset) => this.#there.subarray(offset).copy(into),
      collector: new Collector(),
      onLost: (bytes) => (this.lost += bytes),
      from,
    });
  }

  /** Reads one chunk of what is there of the file; `room` ends it after so many records. Returns how far it got. */
  read(there: Buffer, { size = 4096, room = Infinity, isLast = false, steady = 0 } = {}): number {
    this.#there = there;
    const bytes = Buffer.alloc(size, '!');
    const to = there.subarray(this.#position).copy(bytes);
    const chunk: Chunk = { bytes, from: 0, to, base: this.#position, isLast };
    const before = this.records.length;
    const emit = (record: RawRecord) => this.records.push(seen(record)) - before < room;
    const consumed = this.#lines.read(chunk, (line) => {
      if (line.offset < this.#from[line.lane]) return true;
      return this.#grouper.take(line, chunk, { grouping: this.#grouping, now: { wall: START, steady }, emit });
    });
    this.#position += consumed;
    return consumed;
  }

  endDue(wallMs: number, steady: number): void {
    this.#grouper.endDue(this.#pass({ wall: START + wallMs, steady }));
  }

  /** The file ends with what is there. */
  finish(there: Buffer): void {
    while (this.read(there, { isLast: true }) > 0);
    this.#grouper.endAll(this.#pass({ wall: START, steady: 0 }));
  }

  #pass(now: Now): Pass {
    return { grouping: this.#grouping, now, emit: (record) => this.records.push(seen(record)) > 0 };
  }

  get lanes(): LaneOffsets {
    const at = (lane: Lane) => this.#grouper.openAt(lane) ?? Math.max(this.#position, this.#from[lane]);
    return [at(0), at(1), at(2)];
  }

  get openBytes(): number {
    return this.#grouper.openBytes;
  }
}

/** One visit of the file: how much more of it is there, the chunk, the room in the batch, whether the process restarts then. */
const visit = fc.record({
  grown: fc.nat(300),
  size: fc.integer({ min: 64, max: 300 }),
  room: fc.integer({ min: 1, max: 3 }),
  restarts: fc.boolean(),
});
const inOrder = (records: readonly Seen[]) => records.toSorted((a, b) => a.offset - b.offset || a.lane - b.lane);

/** Whether a line still fits into a group is asked of its first piece: then chunks hold a whole line, as in life. */
const sizeFor = ({ continuation }: Grouping, size: number) => (continuation ? 400 + size : size);

it('hands over every record of a file once, however it grows and is read in chunks', () => {
  fc.assert(
    fc.property(written, fc.array(visit), ({ content, records, grouping }, visits) => {
      const reading = new Reading(grouping);
      let there = 0;
      for (const { grown, size, room } of visits) {
        there = Math.min(there + grown, content.length);
        reading.read(content.subarray(0, there), { size: sizeFor(grouping, size), room });
      }
      while (reading.read(content, { size: sizeFor(grouping, 64) }) > 0);
      reading.finish(content);
      expect(inOrder(reading.records)).toEqual(inOrder(records));
      expect(reading.records.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(content.length);
      expect([reading.lost, reading.openBytes]).toEqual([0, 0]);
    }),
    { numRuns: 1000 },
  );
});

it('and also when it is taken up again and again from where its lanes stand', () => {
  const unmarked = (records: readonly Seen[]) => inOrder(records).map((record) => ({ ...record, continued: false }));
  fc.assert(
    fc.property(written, fc.array(visit), ({ content, records, grouping }, visits) => {
      const found: Seen[] = [];
      let there = 0;
      let reading = new Reading(grouping);
      for (const { grown, size, room, restarts } of visits) {
        there = Math.min(there + grown, content.length);
        reading.read(content.subarray(0, there), { size: sizeFor(grouping, size), room });
        if (!restarts) continue;
        found.push(...reading.records);
        reading = new Reading(grouping, reading.lanes);
      }
      reading.finish(content);
      found.push(...reading.records);
      // Whether a full record was before it, only the run that read both can say.
      expect(unmarked(found)).toEqual(unmarked(records));
    }),
    { numRuns: 1000 },
  );
});

const line = (text: string, { ms = 0, stream = 'stdout', tag = 'F' } = {}) =>
  `${stampAt(ms)} ${stream} ${tag} ${text}\n`;

function recordsOf(content: string | Buffer, grouping: Grouping = { continuation: undefined, limit: 1000 }): Seen[] {
  const reading = new Reading(grouping);
  const bytes = Buffer.from(content);
  while (reading.read(bytes) > 0);
  reading.finish(bytes);
  return reading.records;
}

describe('without multiline, it reads', () => {
  it.each([
    ['an empty file', '', []],
    ['an empty line', '\n', [{ lane: UNFRAMED, text: '', bytes: 1 }]],
    ['a line without its newline', line('a').trimEnd(), [{ text: 'a', bytes: line('a').length - 1 }]],
    ['parts whose end never came', line('a', { tag: 'P' }), [{ text: 'a' }]],
    [
      'parts of both streams whose ends never came',
      line('a', { tag: 'P' }) + line('b', { stream: 'stderr', tag: 'P' }),
      [
        { lane: 0, text: 'a' },
        { lane: 1, text: 'b' },
      ],
    ],
    [
      'a bare line between two parts',
      `${line('a', { tag: 'P' })}bare\n${line('b')}`,
      [
        { lane: UNFRAMED, text: 'bare' },
        { lane: 0, offset: 0, text: 'ab' },
      ],
    ],
    [
      'bytes that are no UTF-8',
      Buffer.from([...Buffer.from(line('').trimEnd()), 32, 255, 254, 10]),
      [{ text: '\ufffd\ufffd' }],
    ],
  ])('%s', (_, content, expected) => {
    expect(recordsOf(content)).toMatchObject(expected);
  });

  it('a line of 16 MiB in parts, of which it keeps what the limit allows', () => {
    const part = 'x'.repeat(16_384);
    const parts = Array.from({ length: 1024 }, (_, index) => line(part, { tag: index < 1023 ? 'P' : 'F' })).join('');
    const [record, ...others] = recordsOf(parts, { continuation: undefined, limit: 1_048_576 });
    expect(others).toEqual([]);
    expect(record).toMatchObject({ bytes: parts.length, cut: 1023 * 16_384 - 1_048_576 + 16_384 });
    expect(record!.text).toBe('x'.repeat(1_048_576));
  });
});

describe('with multiline', () => {
  const grouping = { continuation: INDENTED, limit: 20 };
  const texts = (content: string) =>
    recordsOf(content, grouping).map(({ text, continued }) => (continued ? `… ${text}` : text));

  it.each([
    ['lines that go on', line('a') + line(' b') + line(' c') + line('d'), ['a\n b\n c', 'd']],
    [
      'no line that comes more than 500 ms later',
      line('a') + line(' b', { ms: 500 }) + line(' c', { ms: 1001 }),
      ['a\n b', ' c'],
    ],
    ['a line that the clock, set back, has stamped earlier', line('a', { ms: 5000 }) + line(' b'), ['a\n b']],
    ['no line of the other stream', line('a') + line(' b', { stream: 'stderr' }) + line(' c'), ['a\n c', '…  b']],
    ['nothing to a JSON object', line('{"a":1}') + line(' b'), ['{"a":1}', ' b']],
    ['no JSON object to a text', line('a') + line('{"a":1}'), ['a', '{"a":1}']],
    [
      'what no longer fits into the record to one that goes on with it',
      line('a') + line(' 34567890123456789') + line(' b'),
      ['a\n 34567890123456789', '…  b'],
    ],
    ['the first line of a file to nothing, and says so', line(' a') + line('b'), ['…  a', 'b']],
    ['a line that came in parts', line('a') + line(' b', { tag: 'P' }) + line('c') + line(' d'), ['a\n bc\n d']],
  ])('joins %s', (_, content, expected) => {
    expect(texts(content)).toEqual(expected);
  });

  it.each([
    ['the clock is 750 ms past its stamp', 750, 0, true],
    ['it may still go on', 749, 0, false],
    ['the clock was set back, and three seconds have passed', -60_000, 3000, true],
    ['the clock was set back a moment ago', -60_000, 2999, false],
  ])('ends a record when %s', (_, wallMs, steady, ends) => {
    const reading = new Reading(grouping);
    reading.read(Buffer.from(line('a') + line(' b')));
    reading.endDue(wallMs, steady);
    expect(reading.records.map(({ text }) => text)).toEqual(ends ? ['a\n b'] : []);
    expect(reading.openBytes === 0).toBe(ends);
  });

  it('never ends a line whose parts are still coming', () => {
    const reading = new Reading(grouping);
    reading.read(Buffer.from(line('a', { tag: 'P' })));
    reading.endDue(3_600_000, 3_600_000);
    expect(reading.records).toEqual([]);
  });
});

describe('what was read last', () => {
  const [out, err, group] = [
    line('a'),
    line('b', { stream: 'stderr' }),
    line('Exception in thread "main" x') + line('\tat y'),
  ];
  it.each([
    ['is taken back when it is a line that waits for the next one', out + out, 0, out.length],
    ['is taken back on both streams', out + err, 0, 0],
    [
      'stays when the other stream has a line after it that is no text',
      out + line('{}', { stream: 'stderr' }),
      0,
      undefined,
    ],
    ['stays when it is a group already', group, 0, undefined],
    ['stays when it is out of reach', out + out, out.length + 1, undefined],
  ])('%s', (_, text, least, expected) => {
    const bytes = Buffer.from(text);
    const grouping = { continuation: continuationOf('Auto'), limit: 1000 };
    const grouper = new Grouper({
      readAt: () => 0,
      collector: new Collector(),
      onLost: () => undefined,
      from: [1, 1, 1],
    });
    const chunk: Chunk = { bytes, from: 0, to: bytes.length, base: 0, isLast: false };
    const pass = { grouping, now: { wall: START, steady: 0 }, emit: () => true };
    new LineReader().read(chunk, (one) => grouper.take(one, chunk, pass));
    const open = grouper.openBytes;
    const at = grouper.takeBackLast(bytes.length, least);
    expect(at).toBe(expected ?? bytes.length);
    expect(grouper.openBytes).toBe(open - (bytes.length - at));
  });
});

it('goes on after an end that was none', () => {
  const first = Buffer.from(line('a', { tag: 'P' }));
  const reading = new Reading({ continuation: undefined, limit: 1000 });
  reading.finish(first);
  const lines = Buffer.concat([first, Buffer.from(line('b'))]);
  reading.read(lines);
  expect(reading.records).toMatchObject([
    { offset: 0, text: 'a', bytes: first.length },
    { offset: first.length, text: 'b', bytes: first.length },
  ]);
});

it('says how many bytes are lost when a record is no longer in its file', () => {
  const reading = new Reading({ continuation: undefined, limit: 1000 });
  const parts = line('a', { tag: 'P' }) + line('b', { tag: 'P' });
  reading.read(Buffer.from(parts));
  reading.finish(Buffer.alloc(0));
  expect(reading).toMatchObject({ records: [], lost: parts.length, openBytes: 0 });
});
