import { describe, expect, it } from 'vitest';
import type { Extent } from '../plain/record.ts';
import { STDERR, STDOUT } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import { Batch } from './batch.ts';
import type { Rows } from './bulk-body.ts';

const file = {} as LogFile;
const origin = { file: 'f', constant: Buffer.from('"host.name":"n"') };
const extentOf = (offset: number): Extent => ({ offset, bytes: 10, lane: STDOUT });

function rowsOf(offsets: readonly number[], ends: readonly number[]): Rows {
  return {
    count: offsets.length,
    to: 0,
    covered: 20 * offsets.length,
    offsetSum: offsets.reduce((sum, offset) => sum + offset, 0),
    waiting: [],
    offsets: Float64Array.from([...offsets, 99]),
    bytes: Uint32Array.from([...offsets.map(() => 20), 99]),
    ends: Uint32Array.from([...ends, 99]),
    lanes: Uint8Array.from([...offsets.map(() => STDERR), 99]),
    isUrgent: false,
    redactions: new Map(),
  };
}

describe('a batch', () => {
  it('has its records in order, those with lines and those that a rule leaves out', () => {
    const batch = new Batch();
    batch.add(file, origin, extentOf(0), 100);
    batch.discard(file, extentOf(10), 'debug');
    batch.discard(file, extentOf(20), 'debug');
    batch.add(file, origin, extentOf(30), 250);
    expect(batch.runs.map(({ rule, from, to }) => [rule, from, to])).toEqual([
      [undefined, 0, 1],
      ['debug', 1, 3],
      [undefined, 3, 4],
    ]);
    expect(batch.sent).toEqual([0, 3]);
    expect(batch.at(0)).toEqual({ file, origin, ...extentOf(0), start: 0, end: 100 });
    expect(batch.at(3)).toEqual({ file, origin, ...extentOf(30), start: 100, end: 250 });
    expect(batch.size).toBe(250 + 2 * 64);
  });

  it('takes many records of a file at once, as if they came one by one', () => {
    const batch = new Batch();
    batch.add(file, origin, extentOf(0), 100);
    batch.addRows(file, origin, rowsOf([10, 30], [200, 300]));
    batch.addRows(file, origin, rowsOf([], []));
    expect(batch.runs).toHaveLength(1);
    expect(batch.at(2)).toEqual({ file, origin, offset: 30, bytes: 20, lane: STDERR, start: 200, end: 300 });
    expect([batch.count, batch.size, batch.sent]).toEqual([3, 300, undefined]);
  });

  it('keeps the records of each file apart', () => {
    const other = {} as LogFile;
    const batch = new Batch();
    batch.add(file, origin, extentOf(0), 1);
    batch.addRows(other, origin, rowsOf([0], [2]));
    batch.add(file, origin, extentOf(10), 3);
    expect(batch.runs.map((run) => run.file === file)).toEqual([true, false, true]);
    expect(batch.at(1).file).toBe(other);
  });

  it('grows as far as it must, and is filled again as if it were new', () => {
    const batch = new Batch();
    for (let i = 0; i < 1000; i++) batch.add(file, origin, extentOf(10 * i), i + 1);
    expect(batch.at(999)).toMatchObject({ offset: 9990, start: 999, end: 1000 });
    batch.isUrgent = true;
    batch.clear(0);
    expect([batch.count, batch.size, batch.isUrgent, batch.runs]).toEqual([0, 0, false, []]);
    batch.add(file, origin, extentOf(0), 5);
    expect(batch.at(0)).toMatchObject({ start: 0, end: 5 });
  });
});
