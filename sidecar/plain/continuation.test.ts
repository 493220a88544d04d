import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Permanent } from '../../runtime/errors.ts';
import { ORDINARY } from '../../test/sidecar/ordinary-lines.ts';
import { TRACES } from '../../test/sidecar/traces.ts';
import { continuationOf, type Continuation } from './continuation.ts';

const AUTO = continuationOf('Auto')!;
const ALL_TRACES = Object.values(TRACES).flat();
const ORDINARY_LINES = Object.values(ORDINARY).flat();

/** Groups lines as the grouper does when no time passes between them: a line that is a JSON object is a record at once. */
function recordsOf(lines: readonly string[], continuation: Continuation = AUTO): string[][] {
  const records: string[][] = [];
  let state: number | undefined;
  for (const line of lines) {
    const bytes = Buffer.from(line);
    const isObject = /^\{".*\}$/.test(line);
    const next = state === undefined || isObject ? -1 : continuation.next(state, bytes, 0, bytes.length);
    if (next >= 0) records.at(-1)!.push(line);
    else records.push([line]);
    state = isObject ? undefined : next >= 0 ? next : continuation.begin(bytes, 0, bytes.length);
  }
  return records;
}

const countsOf = (lines: readonly string[], continuation?: Continuation): number[] =>
  recordsOf(lines, continuation).map((record) => record.length);

const isMiddle = (line: string, continuation: Continuation = AUTO): boolean => {
  const bytes = Buffer.from(line);
  return continuation.isMiddle(bytes, 0, bytes.length);
};

describe.each(Object.entries(TRACES))('a trace of %s', (_, traces) => {
  it.each(traces)('$name becomes records of $records lines', ({ lines, records }) => {
    expect(countsOf(lines)).toEqual(records);
  });

  it.each(traces)('$name: and with lines that end in a carriage return', ({ lines, records }) => {
    expect(countsOf(lines.map((line) => `${line}\r`))).toEqual(records);
  });

  it.each(traces)('after $name every ordinary line begins a record', ({ lines }) => {
    for (const line of ORDINARY_LINES) expect(recordsOf([...lines, line]).at(-1)).toEqual([line]);
  });
});

it.each(Object.entries(ORDINARY))('lines of %s are records of their own after any other', (_, lines) => {
  for (const line of lines) {
    for (const before of ORDINARY_LINES) expect(recordsOf([before, line])).toEqual([[before], [line]]);
    for (const before of ORDINARY_LINES) expect(recordsOf([before, '  indented', line]).at(-1)).toEqual([line]);
  }
});

it.each(Object.entries(ORDINARY))('no line of %s looks like the middle of a record', (_, lines) => {
  // A line that begins with spaces could be one, and is not: it has a level.
  expect(lines.filter((line) => isMiddle(line))).toEqual([]);
});

it.each([
  [
    'a statement over several lines',
    ['LOG:  statement: select *', '\tfrom orders', '   where id = 1', 'LOG:  next'],
    [3, 1],
  ],
  ['levels that are padded', ['ERROR [a] x', ' INFO [b] y', ' WARN [c] z', '   FATAL d'], [1, 1, 1, 1]],
  [
    'times that are indented',
    ['x', ' 2026-11-25 06:00:00 y', '  06:00:00 z', ' [2026-11-25T06:00:00Z] z'],
    [1, 1, 1, 1],
  ],
  ['times and levels far to the right', ['x', '      2026-11-25 06:00:00 y', '    ERROR z', '\tWARN'], [4]],
  ['words that only begin like a level', ['x', '  INFORMATION', '  ERRORS: 0', '  12 items'], [4]],
  ['a banner after an empty line', ['', '  .   ____', ' /\\\\ / ___', ' :: Spring Boot ::', '', 'started'], [4, 1, 1]],
  ['empty lines between records', ['a', '', 'b', '   ', '', 'c'], [1, 1, 1, 1, 1, 1]],
  [
    'an object on lines of its own',
    ['{', '  "a": [', '    1', '  ],', '  "b": "x"', '}', '{', '  "a": 2', '}', 'x'],
    [6, 3, 1],
  ],
  ['a list on lines of its own', ['[', '  1,', '  {', '    "a": 2', '  }', ']', '[x]'], [6, 1]],
  ['an object after a text', ['received {', '  id: 1', '}', 'x'], [3, 1]],
  ['an object after a text, one after the other', ['a', '{', '  "b": 1', '}'], [1, 3]],
  ['objects of JSON and indented lines', ['{"a":1}', '  x', '{"a":2}', '{"a":3}'], [1, 1, 1, 1]],
  ['a closing brace after a text that opened nothing', ['x', '}'], [1, 1]],
  [
    'two traces, one after the other',
    ['Traceback (most recent call last):', '  File "a", line 1', 'A: x', 'Traceback (most recent call last):'],
    [3, 1],
  ],
  [
    'a record between the frames and the exception',
    ['Traceback (most recent call last):', '  File "a", line 1', 'INFO:root:x', 'A: x'],
    [2, 1, 1],
  ],
  [
    'a trace that its own message interrupts',
    ['java.io.IOException: a', 'second line', '\tat a.B(B.java:1)', 'Caused by: x'],
    [1, 3],
  ],
])('%s', (_, lines, counts) => {
  expect(countsOf(lines)).toEqual(counts);
});

it.each([
  ['\tat com.acme.Shop.main(Shop.java:9)', true],
  ['    at load (file:///app/shop.mjs:3:58)', true],
  ['Caused by: java.lang.Error: x', true],
  ['--- End of inner exception stack trace ---', true],
  ['During handling of the above exception, another exception occurred:', true],
  ['goroutine 34 [running]:', true],
  ['main.(*Shop).Order(0xc000010000)', true],
  ['created by main.main in goroutine 1', true],
  ['#3 /app/shop.php(7): pay()', true],
  ["app/shop.rb:5:in 'Shop#order'", true],
  ['stack backtrace:', true],
  ['Node.js v26.10.0', true],
  ['}', true],
  ['  anything that is indented', true],
  ['', false],
  ['   ', false],
  ['java.lang.IllegalStateException: x', false],
  ['Traceback (most recent call last):', false],
  ['panic: x', false],
  [' INFO padded', false],
])('whether %j is the middle of a record: %s', (line, expected) => {
  expect(isMiddle(line)).toBe(expected);
});

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...ALL_TRACES.flatMap(({ lines }) => lines), ...ORDINARY_LINES).map((line) => Buffer.from(line)),
      fc.uint8Array({ maxLength: 40 }),
      fc
        .tuple(fc.constantFrom(' ', '\t', 'a.', '#0 ', 'E', '('), fc.integer({ min: 1, max: 3000 }))
        .map(([text, count]) => Buffer.from(text.repeat(count))),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => Buffer.concat(parts));

/** The states that a group goes through with these lines. */
function statesOf(lines: readonly Uint8Array[]): number[] {
  const states: number[] = [];
  for (const line of lines) {
    const last = states.at(-1);
    const next = last === undefined ? -1 : AUTO.next(last, line, 0, line.length);
    states.push(next >= 0 ? next : AUTO.begin(line, 0, line.length));
  }
  return states;
}
const EVERY_STATE = Array.from(
  new Set(ALL_TRACES.flatMap(({ lines }) => statesOf(lines.map((line) => Buffer.from(line))))),
);

it('decides about any bytes, and by the line alone', () => {
  fc.assert(
    fc.property(hostile, fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 20 }), (line, before, after) => {
      const inside = Buffer.concat([before, line, after]);
      const [start, end] = [before.length, before.length + line.length];
      expect(AUTO.begin(inside, start, end)).toBe(AUTO.begin(line, 0, line.length));
      expect(AUTO.isMiddle(inside, start, end)).toBe(AUTO.isMiddle(line, 0, line.length));
      for (const state of EVERY_STATE) {
        const next = AUTO.next(state, line, 0, line.length);
        expect(AUTO.next(state, inside, start, end)).toBe(next);
        expect(next === -1 || EVERY_STATE.includes(next) || next > 0).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

it('looks at the first KiB of a line and at its end, at nothing between', () => {
  fc.assert(
    fc.property(hostile, fc.nat(255), (line, byte) => {
      const long = Buffer.concat([line, Buffer.alloc(Math.max(0, 1030 - line.length), 'x'), line]);
      const changed = Buffer.from(long).fill(byte, 1024, Math.max(1024, long.length - 2));
      expect(AUTO.begin(changed, 0, changed.length)).toBe(AUTO.begin(long, 0, long.length));
      for (const state of EVERY_STATE) {
        expect(AUTO.next(state, changed, 0, changed.length)).toBe(AUTO.next(state, long, 0, long.length));
      }
    }),
    { numRuns: 200 },
  );
});

// A test that took longer than linear time would not end.
it.each(['a.', ' ', '\t', ':1', '.go:1 (0x', '(', "'", "thread '", 'panicked at ', '[a].', 'a/', 'main.(', 'A{0}'])(
  'decides about a line of 256 KiB of %j',
  (text) => {
    for (const last of ['', ')', "'", ':', '1']) {
      const line = Buffer.from(text.repeat(262_144 / text.length) + last);
      for (const state of EVERY_STATE) expect(AUTO.next(state, line, 0, line.length)).toBeGreaterThanOrEqual(-1);
      expect(AUTO.begin(line, 0, line.length)).toBeGreaterThanOrEqual(0);
    }
  },
);

it('has nothing to say when multiline is off', () => {
  expect(continuationOf('Off')).toBeUndefined();
});

it.each([
  ['^\\d{4}-', ['2026-11-25 a', 'b', '', '  c', '{ "d"', '2026-11-25 e'], [5, 1]],
  ['^\\S', ['a', ' b', '\tc', 'd'], [3, 1]],
  ['BEGIN', ['x', 'y', 'the BEGIN', 'z'], [2, 2]],
  ['^日', ['日本', 'b', '日本'], [2, 1]],
  ['^.{3}$', ['äöü', 'ab', '🚀🚀🚀'], [2, 1]],
  ['^never$', ['a', 'b', 'c'], [3]],
])('lines that match %j begin records: %j', (pattern, lines, counts) => {
  expect(countsOf(lines, continuationOf(pattern))).toEqual(counts);
});

it('looks for a start pattern in the first KiB of a line', () => {
  const continuation = continuationOf('END')!;
  expect(isMiddle(`${'x'.repeat(1021)}END`, continuation)).toBe(false);
  expect(isMiddle(`${'x'.repeat(1022)}END`, continuation)).toBe(true);
});

it('takes a line that does not match for the middle of a record', () => {
  const continuation = continuationOf('^\\d')!;
  expect(isMiddle('1', continuation)).toBe(false);
  expect(isMiddle('a', continuation)).toBe(true);
});

it.each(['(?=a)', '(', 'a{1000}'])('refuses the start pattern %j', (pattern) => {
  expect(() => continuationOf(pattern)).toThrow(Permanent);
});
