import * as fc from 'fast-check';
import type { Continuation } from '../../sidecar/plain/continuation.ts';
import type { Grouping } from '../../sidecar/plain/grouper.ts';
import type { RawRecord } from '../../sidecar/plain/record.ts';
import { LANES, UNFRAMED, type Lane } from '../../sidecar/source/lane.ts';

/** What a record says, without the buffer that it says it in. */
export interface Seen {
  offset: number;
  bytes: number;
  lane: Lane;
  stamp: string | undefined;
  text: string;
  cut: number;
  continued: boolean;
}

export const seen = ({ buffer, start, end, offset, bytes, lane, stamp, cut, continued }: RawRecord): Seen => {
  return { offset, bytes, lane, stamp, text: buffer.toString('utf8', start, end), cut, continued };
};

/** Lines that begin with a blank go on with the one before. */
export const INDENTED: Continuation = {
  isAuto: false,
  begin: () => 0,
  next: (_, bytes, start, end) => (end > start && bytes[start] === 32 ? 0 : -1),
  isMiddle: (bytes, start, end) => end > start && bytes[start] === 32,
};
export const START = Date.parse('2026-01-02T03:04:05Z');
export const stampAt = (ms: number) => new Date(START + ms).toISOString().replace('Z', '000001Z');

/** A line of a process, which the runtime writes in parts. */
export interface Said {
  lane: Lane;
  parts: string[];
  /** Since the line before, whichever it was. */
  afterMs: number;
}

/** A file, and the records that are in it. */
export interface Written {
  content: Buffer;
  records: Seen[];
}

/**
 * Writes lines as a container runtime does: those of a lane one after the other, their parts between those of the other lanes
 * in the order that `turns` says; and groups them by the rules, over strings. `newline`: whether the last line has one.
 */
export function write(
  said: readonly Said[],
  turns: readonly number[],
  newline: boolean,
  { continuation, limit }: Grouping,
): Written {
  const queues = LANES.map((_, lane) =>
    said.filter((one) => one.lane === lane).map((one) => ({ ...one, parts: [...one.parts] })),
  );
  const open = new Map<Lane, Seen & { lastMs: number; isMidLine: boolean; length: number }>();
  const records: Seen[] = [];
  const close = (lane: Lane) => {
    const record = open.get(lane);
    if (!record) return;
    open.delete(lane);
    const { offset, bytes, stamp, text, continued } = record;
    records.push(shortened({ offset, bytes, lane, stamp, text, cut: 0, continued }, limit));
  };
  let content = '';
  let clock = 0;
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn++) {
    const waiting = LANES.flatMap((_, lane) => (queues[lane]!.length > 0 ? [lane as Lane] : []));
    const lane = waiting[(turns[turn % turns.length] ?? 0) % waiting.length]!;
    const { parts, afterMs } = queues[lane]![0]!;
    const isFirst = parts.length === said.filter((one) => one.lane === lane).at(-queues[lane]!.length)!.parts.length;
    if (isFirst) clock += afterMs;
    const text = parts.shift()!;
    const more = parts.length > 0;
    if (!more) queues[lane]!.shift();
    const isLast = queues.every((queue) => queue.length === 0);
    const stamp = lane === UNFRAMED ? undefined : stampAt(clock);
    const all = `${stamp ? `${stamp} ${LANES[lane]} ${more ? 'P' : 'F'} ` : ''}${text}${isLast && !newline ? '' : '\n'}`;
    const bytes = Buffer.byteLength(all);
    let group = open.get(lane);
    let continued = false;
    if (group && !group.isMidLine) {
      const isNext = continuation && lane !== UNFRAMED && text.startsWith(' ') && clock - group.lastMs <= 500;
      const fits = group.length + 1 + Buffer.byteLength(text) <= limit;
      continued = Boolean(isNext && !fits);
      if (isNext && fits) group.text += '\n';
      else close(lane);
      group = open.get(lane);
      if (group) group.length++;
    }
    if (!group) {
      const isFresh = !records.some((one) => one.lane === lane);
      continued ||= Boolean(continuation && isFresh && lane !== UNFRAMED && text.startsWith(' '));
      group = {
        offset: Buffer.byteLength(content),
        bytes: 0,
        lane,
        stamp,
        text: '',
        cut: 0,
        continued,
        lastMs: 0,
        isMidLine: false,
        length: 0,
      };
      open.set(lane, group);
    }
    content += all;
    group.bytes += bytes;
    group.text += text;
    group.length += Buffer.byteLength(text);
    group.lastMs = clock;
    group.isMidLine = more;
    const isWhole =
      !continuation ||
      lane === UNFRAMED ||
      (!group.text.includes('\n') && group.text.startsWith('{') && group.text.endsWith('}') && group.text.length > 1);
    if (!more && isWhole) close(lane);
  }
  for (const lane of LANES.keys()) close(lane as Lane);
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

const text = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '☃', '💥', '{', '}', '"', '\r', '\0'), maxLength: 60 });
const afterMs = fc.constantFrom(0, 1, 499, 500, 501, 2000);
const said: fc.Arbitrary<Said> = fc.oneof(
  fc.record({ lane: fc.constantFrom<Lane>(0, 1), parts: fc.array(text, { minLength: 1, maxLength: 4 }), afterMs }),
  fc.record({ lane: fc.constantFrom<Lane>(0, 1), parts: fc.tuple(text.map((line) => ` ${line}`)), afterMs }),
  fc.record({ lane: fc.constant<Lane>(UNFRAMED), parts: fc.tuple(text.map((line) => `x${line}`)), afterMs }),
);
const grouping = fc.record({
  continuation: fc.constantFrom(undefined, INDENTED),
  limit: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constant(1000)),
});
export const written = fc
  .tuple(fc.array(said, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(2), { minLength: 1 }), fc.boolean(), grouping)
  .map((args) => ({ grouping: args[3], ...write(...args) }));
