import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LANES, UNFRAMED, type Lane, type LaneOffsets } from '../source/lane.ts';
import { Assembler, type RawRecord } from './assemble.ts';
import { LineReader } from './lines.ts';

/** What a record says, without the buffer that it says it in. */
interface Seen {
  offset: number;
  bytes: number;
  lane: Lane;
  stamp: string | undefined;
  text: string;
  cut: number;
}

const seen = ({ buffer, start, end, offset, bytes, lane, stamp, cut }: RawRecord): Seen => {
  return { offset, bytes, lane, stamp, text: buffer.toString('utf8', start, end), cut };
};

/** A file, and the records that are in it. */
interface Written {
  content: Buffer;
  records: Seen[];
}

interface Plan {
  lane: Lane;
  parts: string[];
}

/**
 * Writes records as a container runtime does: those of a lane one after the other, their parts between those of the other
 * lanes in the order that `turns` says. `newline`: whether the last line has one.
 */
function write(plans: readonly Plan[], turns: readonly number[], newline: boolean): Written {
  const queues = LANES.map((_, lane) => plans.filter((plan) => plan.lane === lane).map(({ parts }) => [...parts]));
  const open = new Map<Lane, Seen>();
  const records: Seen[] = [];
  let content = '';
  let line = 0;
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = LANES.flatMap((_, lane) => (queues[lane]!.length > 0 ? [lane as Lane] : []));
    const lane = waiting[(turns[turn % turns.length] ?? 0) % waiting.length]!;
    const parts = queues[lane]![0]!;
    const text = parts.shift()!;
    if (parts.length === 0) queues[lane]!.shift();
    const isLast = queues.every((queue) => queue.length === 0);
    const stamp = lane === UNFRAMED ? undefined : `2026-01-02T03:04:05.${String(line++).padStart(9, '0')}Z`;
    const header = stamp ? `${stamp} ${LANES[lane]} ${parts.length > 0 ? 'P' : 'F'} ` : '';
    const record = open.get(lane) ?? { offset: Buffer.byteLength(content), bytes: 0, lane, stamp, text: '', cut: 0 };
    const all = `${header}${text}${isLast && !newline ? '' : '\n'}`;
    content += all;
    record.bytes += Buffer.byteLength(all);
    record.text += text;
    open.set(lane, record);
    if (parts.length > 0) continue;
    open.delete(lane);
    records.push(record);
  }
  return { content: Buffer.from(content), records };
}

/** Cuts a text as a record is cut: at the last whole character. */
function shortened(record: Seen, limit: number): Seen {
  const bytes = Buffer.from(record.text);
  if (bytes.length <= limit) return record;
  let end = limit;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return { ...record, text: bytes.toString('utf8', 0, end), cut: bytes.length - end };
}

/** Reads a file as `LogFile` does, from the lanes of a checkpoint on. */
class Reading {
  readonly records: Seen[] = [];
  #position: number;
  readonly #from: LaneOffsets;
  readonly #assembler: Assembler;
  readonly #lines: LineReader;

  constructor(from: LaneOffsets, limit: number) {
    this.#from = from;
    this.#position = Math.min(...from);
    this.#assembler = new Assembler(limit);
    this.#lines = new LineReader(this.#assembler, from);
  }

  /** Reads one chunk of what is there of the file; `room` ends it after so many records. Returns how far it got. */
  read(there: Buffer, size: number, room = Infinity): number {
    const chunk = Buffer.alloc(size, '!');
    const length = there.copy(chunk, 0, this.#position, this.#position + size);
    const before = this.records.length;
    const emit = (record: RawRecord) => this.records.push(seen(record)) - before < room;
    const consumed = this.#lines.read(chunk, length, { offset: this.#position, full: length === size }, emit);
    this.#position += consumed;
    return consumed;
  }

  finish(there: Buffer): void {
    this.#lines.finish(there.subarray(this.#position), this.#position, (record) => this.records.push(seen(record)) > 0);
  }

  get lanes(): LaneOffsets {
    const at = (lane: Lane) => this.#assembler.openAt(lane) ?? Math.max(this.#position, this.#from[lane]);
    return [at(0), at(1), at(2)];
  }
}

const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '☃', '💥', '{', '"', '\r', '\0'), maxLength: 150 });
const plan: fc.Arbitrary<Plan> = fc.oneof(
  fc.record({ lane: fc.constantFrom<Lane>(0, 1), parts: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({ lane: fc.constant<Lane>(UNFRAMED), parts: fc.tuple(text.map((line) => `x${line}`)) }),
);
const written = fc
  .tuple(fc.array(plan, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(2), { minLength: 1 }), fc.boolean())
  .map((args) => write(...args));
/** One visit of the file: how much more of it is there, the chunk, the room in the batch, whether the process restarts then. */
const visit = fc.record({
  grown: fc.nat(300),
  size: fc.integer({ min: 64, max: 300 }),
  room: fc.integer({ min: 1, max: 3 }),
  restarts: fc.boolean(),
});
const inOrder = (records: readonly Seen[]) => records.toSorted((a, b) => a.offset - b.offset || a.lane - b.lane);

it('hands over every record of a file once, however it grows, is read in chunks, and is taken up again', () => {
  const limit = fc.oneof(fc.integer({ min: 4, max: 12 }), fc.constant(1000));
  fc.assert(
    fc.property(written, fc.array(visit), limit, ({ content, records }, visits, limit) => {
      const found: Seen[] = [];
      let there = 0;
      let reading = new Reading([0, 0, 0], limit);
      for (const { grown, size, room, restarts } of visits) {
        there = Math.min(there + grown, content.length);
        reading.read(content.subarray(0, there), size, room);
        if (!restarts) continue;
        found.push(...reading.records);
        reading = new Reading(reading.lanes, limit);
      }
      while (reading.read(content, 64) > 0);
      reading.finish(content);
      found.push(...reading.records);
      expect(inOrder(found)).toEqual(inOrder(records.map((record) => shortened(record, limit))));
      expect(found.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(content.length);
    }),
    { numRuns: 1000 },
  );
});

function recordsOf(content: string | Buffer): Seen[] {
  const reading = new Reading([0, 0, 0], 1000);
  const bytes = Buffer.from(content);
  while (reading.read(bytes, 4096) > 0);
  reading.finish(bytes);
  return reading.records;
}

const STAMP = '2026-01-02T03:04:05.678901234Z';
const line = (text: string, stream = 'stdout', tag = 'F') => `${STAMP} ${stream} ${tag} ${text}\n`;

it.each([
  ['an empty file', '', []],
  ['an empty line', '\n', [{ lane: UNFRAMED, text: '', bytes: 1 }]],
  ['a line without its newline', line('a').trimEnd(), [{ text: 'a', bytes: line('a').length - 1 }]],
  ['parts whose end never came', line('a', 'stdout', 'P'), [{ text: 'a' }]],
  [
    'parts of both streams whose ends never came',
    line('a', 'stdout', 'P') + line('b', 'stderr', 'P'),
    [
      { lane: 0, text: 'a' },
      { lane: 1, text: 'b' },
    ],
  ],
  [
    'a bare line between two parts',
    `${line('a', 'stdout', 'P')}bare\n${line('b')}`,
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
])('reads %s', (_, content, expected) => {
  expect(recordsOf(content)).toMatchObject(expected);
});

it('goes on after an end that was none', () => {
  const first = Buffer.from(line('a', 'stdout', 'P'));
  const reading = new Reading([0, 0, 0], 1000);
  reading.read(first, 4096);
  reading.finish(first);
  const lines = Buffer.concat([first, Buffer.from(line('b'))]);
  reading.read(lines, 4096);
  expect(reading.records).toMatchObject([
    { offset: 0, text: 'a', bytes: first.length },
    { offset: first.length, text: 'b', bytes: first.length },
  ]);
});
