import { expect, it } from 'vitest';
import { STDERR, STDOUT } from '../source/lane.ts';
import { Assembler, type RawRecord } from './assemble.ts';

const lineOf = (buffer: Buffer, offset = 0): RawRecord => {
  return { offset, bytes: buffer.length + 1, lane: STDOUT, stamp: 'now', buffer, start: 0, end: buffer.length, cut: 0 };
};
const textOf = ({ buffer, start, end }: RawRecord) => buffer.toString('utf8', start, end);

it.each([
  ['as long as the limit', Buffer.from('12345678'), 8, 0],
  ['one byte longer', Buffer.from('123456789'), 8, 1],
  ['whose last character would be halved', Buffer.from('1234567é'), 7, 2],
  ['whose last character has four bytes', Buffer.from('12345💥'), 5, 4],
  // Not UTF-8 at all: no more is given up than a character can have.
  ['of nothing but middles of characters', Buffer.alloc(20, 0x80), 5, 15],
])('cuts a text %s', (_, text, kept, cut) => {
  const whole = lineOf(text);
  expect(new Assembler(8).take(whole, false)).toBe(true);
  expect({ kept: whole.end, cut: whole.cut }).toEqual({ kept, cut });
  const joined = new Assembler(8);
  expect(joined.take(lineOf(text.subarray(0, 3)), true)).toBe(false);
  const last = lineOf(text.subarray(3), 4);
  expect(joined.take(last, false)).toBe(true);
  expect({ offset: last.offset, kept: last.end, cut: last.cut }).toEqual({ offset: 0, kept, cut });
  expect(last.bytes).toBe(text.length + 2);
});

it('keeps no more of an endless text than its limit, and counts the rest', () => {
  const assembler = new Assembler(1000);
  const part = Buffer.alloc(700, 'x');
  for (let i = 0; i < 100; i++) assembler.take(lineOf(part, i * 701), true);
  const last = lineOf(part, 70_100);
  assembler.take(last, false);
  expect(last.buffer.length).toBeLessThan(2000);
  expect({ text: textOf(last), cut: last.cut, bytes: last.bytes }).toEqual({
    text: 'x'.repeat(1000),
    cut: 101 * 700 - 1000,
    bytes: 101 * 701,
  });
});

it('says where an unfinished record begins, and ends it once', () => {
  const assembler = new Assembler(1000);
  expect(assembler.openAt(STDOUT)).toBeUndefined();
  assembler.take(lineOf(Buffer.from('a'), 42), true);
  assembler.take(lineOf(Buffer.from('b'), 44), true);
  expect([assembler.openAt(STDOUT), assembler.openAt(STDERR)]).toEqual([42, undefined]);
  const into = lineOf(Buffer.from('other'), 99);
  expect(assembler.close(STDERR, into)).toBe(false);
  expect(assembler.close(STDOUT, into)).toBe(true);
  expect({ ...into, text: textOf(into) }).toMatchObject({
    offset: 42,
    bytes: 4,
    lane: STDOUT,
    stamp: 'now',
    text: 'ab',
  });
  expect(assembler.close(STDOUT, into)).toBe(false);
});
