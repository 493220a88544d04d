import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../plain/record.ts';
import { STDOUT } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import { Batch, isSent } from './batch.ts';

const file = {} as LogFile;
const origin = { file: 'f', constant: Buffer.from('"host.name":"n"') };

function recordOf(text: string, offset = 0): RawRecord {
  const buffer = Buffer.from(text);
  const whole = { buffer, start: 0, end: buffer.length, cut: 0, continued: false };
  return { offset, bytes: 10, lane: STDOUT, stamp: '2026-01-02T03:04:05Z', ...whole };
}

function batchOf(...texts: readonly string[]): Batch {
  const batch = new Batch(() => new Date(0));
  for (const [i, text] of texts.entries()) batch.add(file, origin, recordOf(text, 10 * i));
  return batch;
}

describe('a batch', () => {
  it.each([
    ['plain text', 'ERROR no more cups', true],
    ['JSON', '{"level":"fatal","message":"no more cups"}', true],
    ["pino's numbers", '{"level":50,"msg":"no more cups"}', true],
    ['a warning', 'WARN few cups left', false],
    ['no level', 'no more cups', false],
  ])('with an error in %s is urgent, whatever comes after it', (_, text, expected) => {
    const batch = batchOf('a line', text, 'another line');
    expect(batch.isUrgent).toBe(expected);
    batch.clear(Infinity);
    expect(batch.isUrgent).toBe(false);
  });

  it('has its records in order, those with lines and those that a rule leaves out', () => {
    const batch = batchOf('a');
    batch.discard(file, recordOf('b', 10), 'debug');
    batch.add(file, origin, recordOf('c', 20));
    expect(batch.entries.map(({ index, offset, rule }) => [index, offset, rule])).toEqual([
      [0, 0, undefined],
      [1, 10, 'debug'],
      [2, 20, undefined],
    ]);
    const lines = batch.entries.filter(isSent).map(({ start, end }) => batch.body.bytes.toString('utf8', start, end));
    expect(lines.map((each) => each.split('\n')[0])).toEqual([
      '{"create":{"_id":"f.0.10"}}',
      '{"create":{"_id":"f.20.10"}}',
    ]);
    expect(lines.join('')).toHaveLength(batch.body.length);
    expect(batch.bytes).toBe(batch.body.length + 64);
  });

  it('is filled again as if it were new', () => {
    const batch = batchOf('a', 'b');
    batch.discard(file, recordOf('c', 20), 'debug');
    const before = batchOf('x').body;
    batch.clear(Infinity);
    batch.add(file, origin, recordOf('x'));
    expect(batch.entries).toMatchObject([{ index: 0, start: 0, end: before.length }]);
    expect(batch.bytes).toBe(before.length);
  });
});
