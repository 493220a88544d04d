import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { LANES } from '../source/lane.ts';
import { newHeader, parseCri } from './cri.ts';

/** The parts of a line, or undefined when it has no header. */
function read(line: string) {
  // A header must not be completed by what stands around the line.
  const bytes = Buffer.from(`2${line}26-01-02T03:04:05Z stdout F `);
  const header = newHeader();
  const end = 1 + Buffer.byteLength(line);
  if (!parseCri(bytes, 1, end, header)) return undefined;
  return {
    stamp: bytes.toString('utf8', 1, header.stampEnd),
    stream: LANES[header.lane],
    partial: header.partial,
    text: bytes.toString('utf8', header.payload, end),
  };
}

const Z = '2026-01-02T03:04:05.678901234Z';

it.each([
  ['a whole line', `${Z} stdout F text`, { stamp: Z, stream: 'stdout', partial: false, text: 'text' }],
  ['a part', `${Z} stderr P text`, { stamp: Z, stream: 'stderr', partial: true, text: 'text' }],
  ['blanks of the text', `${Z} stdout F  a  b `, { stamp: Z, stream: 'stdout', partial: false, text: ' a  b ' }],
  ['an empty text', `${Z} stdout F `, { stamp: Z, stream: 'stdout', partial: false, text: '' }],
  ['an empty text without a blank', `${Z} stdout F`, { stamp: Z, stream: 'stdout', partial: false, text: '' }],
  ['further tags', `${Z} stdout F:a:b text`, { stamp: Z, stream: 'stdout', partial: false, text: 'text' }],
  ['bytes beyond ASCII', `${Z} stdout F é☃`, { stamp: Z, stream: 'stdout', partial: false, text: 'é☃' }],
])('reads %s', (_, line, expected) => {
  expect(read(line)).toEqual(expected);
});

it.each([
  '2026-01-02T03:04:05Z',
  '2026-01-02T03:04:05.1Z',
  '2026-01-02T03:04:05.123456789+02:00',
  '2026-01-02T03:04:05-03:30',
  '2024-02-29T23:59:59Z',
  '2000-02-29T00:00:00Z',
  '1970-01-01T00:00:00Z',
  '1970-01-01T00:00:00-02:00',
  '2261-12-31T23:59:59.999999999Z',
])('takes %s for a time', (stamp) => {
  expect(read(`${stamp} stdout F text`)?.stamp).toBe(stamp);
});

it.each([
  ['no such day', '2026-02-29T03:04:05Z'],
  ['no leap year', '2100-02-29T03:04:05Z'],
  ['no such month', '2026-13-01T03:04:05Z'],
  ['the 31st of a shorter month', '2026-04-31T03:04:05Z'],
  ['day nought', '2026-01-00T03:04:05Z'],
  ['hour 24', '2026-01-02T24:00:00Z'],
  ['second 60', '2026-01-02T23:59:60Z'],
  ['before 1970', '1969-12-31T23:59:59Z'],
  ['before 1970 in UTC', '1970-01-01T01:59:59+02:00'],
  ['past the range of date_nanos', '2262-01-01T00:00:00Z'],
  ['ten digits of a second', '2026-01-02T03:04:05.1234567890Z'],
  ['no digit of a second', '2026-01-02T03:04:05.Z'],
  ['no zone', '2026-01-02T03:04:05'],
  ['a zone that is none', '2026-01-02T03:04:05+18:00'],
  ['a zone without a colon', '2026-01-02T03:04:05+0200'],
  ['lower case', '2026-01-02t03:04:05z'],
  ['a blank', '2026-01-02 03:04:05Z'],
])('is no header with %s in the time', (_, stamp) => {
  expect(read(`${stamp} stdout F text`)).toBeUndefined();
});

it.each([
  '',
  'text',
  Z,
  `${Z} `,
  `${Z} stdout`,
  `${Z} stdout `,
  `${Z} stdlog F text`,
  `${Z} stdoutF text`,
  `${Z} stdout X text`,
  `${Z} stdout FF text`,
  `${Z} stdout f text`,
  `${Z}  stdout F text`,
  ` ${Z} stdout F text`,
  `{"log":"text","stream":"stdout","time":"${Z}"}`,
])('is no header: %j', (line) => {
  expect(read(line)).toBeUndefined();
});

it('takes exactly the days of the calendar', () => {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = fc.tuple(fc.integer({ min: 1960, max: 2270 }), fc.nat(14), fc.integer({ min: 26, max: 33 }));
  fc.assert(
    fc.property(day, ([year, month, day]) => {
      const date = `${year}-${two(month)}-${two(day)}`;
      const exists = new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) ?? false;
      expect(read(`${date}T00:00:00Z stdout F text`) !== undefined).toBe(exists && year >= 1970 && year <= 2261);
    }),
    { numRuns: 2000 },
  );
});

it('does not stumble over any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const header = newHeader();
      if (!parseCri(bytes, 0, bytes.length, header)) return;
      expect(header.payload).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
