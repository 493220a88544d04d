import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { INDENTED, seen, stampAt, written, type Seen } from '../../test/sidecar/written.ts';
import type { Grouping } from '../plain/grouper.ts';
import { readNewest } from './newest.ts';

/** The newest records of a file, as far as the last `bytes` of it tell. */
function newest(content: Buffer, bytes: number, grouping: Grouping, room = Infinity): Seen[] {
  const records: Seen[] = [];
  readNewest({
    readAt: (into, offset) => content.subarray(offset).copy(into),
    buffer: Buffer.alloc(bytes),
    size: content.length,
    grouping,
    now: { wall: 0, steady: 0 },
    emit: (record) => records.push(seen(record)) < room,
  });
  return records;
}

it('hands over nothing but records that are read in their turn, too', () => {
  const unmarked = (record: Seen) => JSON.stringify({ ...record, continued: false });
  fc.assert(
    fc.property(written, fc.integer({ min: 1, max: 1000 }), ({ content, records, grouping }, bytes) => {
      const all = new Set(records.map(unmarked));
      for (const record of newest(content, bytes, grouping)) expect(all).toContain(unmarked(record));
    }),
    { numRuns: 2000 },
  );
});

const line = (text: string, ms: number, tag = 'F') => `${stampAt(ms)} stdout ${tag} ${text}\n`;
const PLAIN = { continuation: undefined, limit: 1000 };
const GROUPED = { continuation: INDENTED, limit: 1000 };

it.each([
  [
    'whole lines, but the first, which may be the rest of one',
    line('a', 0) + line('b', 1) + line('c', 2),
    PLAIN,
    ['b', 'c'],
  ],
  ['no line whose beginning is not there', line('a', 0, 'P') + line('b', 1) + line('c', 2), PLAIN, ['c']],
  ['no line whose end is not there', line('a', 0) + line('b', 1) + line('c', 2, 'P'), PLAIN, ['b']],
  [
    'a group after a pause, with the next one',
    line('a', 0) + line('b', 600) + line(' c', 601) + line('d', 602),
    GROUPED,
    ['b\n c'],
  ],
  [
    'objects, which are always whole',
    line('a', 0) + line('{"b":1}', 1) + line('{"c":2}', 2),
    GROUPED,
    ['{"b":1}', '{"c":2}'],
  ],
  ['nothing where a group may have begun before', line('a', 0) + line(' b', 1) + line('c', 2), GROUPED, []],
])('hands over %s', (_, content, grouping, expected) => {
  const bytes = Buffer.from(content);
  expect(newest(bytes, bytes.length, grouping).map(({ text }) => text)).toEqual(expected);
});

it('ends when there is no more room', () => {
  const content = Buffer.from(Array.from({ length: 9 }, (_, index) => line(`line ${index}`, index)).join(''));
  expect(newest(content, content.length, PLAIN, 3)).toHaveLength(3);
});
