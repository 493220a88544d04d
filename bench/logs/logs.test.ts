import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/sidecar/temporary.ts';
import { accessLines } from './access.ts';
import type { Application } from './entry.ts';
import { javaLines } from './java.ts';
import { jsonLines } from './json.ts';
import { logfmtLines } from './logfmt.ts';
import { mixedLines } from './mixed.ts';
import { textLines } from './text.ts';
import { textOf, writeLog } from './write.ts';

const FRAMED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z (?:stdout|stderr) F (.*)$/;

/** Its lines without what the runtime puts before them; fails when that is not there. */
const linesOf = (text: string): string[] => {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => FRAMED.exec(line)![1]!);
};

/** By format: what every line looks like that begins a record. */
const FORMATS: readonly [string, Application, RegExp][] = [
  ['JSON', jsonLines, /^\{"level":"[a-z]+","msg":".+","trace_id":"[0-9a-f]{32}"\}$/],
  ['text', textLines, /^2026-11-22 \d\d:\d\d:\d\d,\d{3} [A-Z ]{5} \[worker-\d+\] [a-z.]+ - .+ \d+/],
  ['logfmt', logfmtLines, /^time=\S+Z level=[a-z]+ msg="[^"]+" (?:[a-z_]+=\S+ )+trace_id=[0-9a-f]{32}$/],
  ['access logs', accessLines, /^10\.[\d.]+ - \S+ \[22\/Nov\/2026:\S+ \+0000\] "[A-Z]+ \S+ HTTP\/1.1" \d{3} \d+ "/],
  ['Java', javaLines, /^2026-11-22T\S+Z [A-Z ]{5} 1 --- \[nio-8080-exec-\d\] \S+ : /],
  ['mixed', mixedLines, /^(?:\{"level":"[a-z]+","msg":".+\}|[A-Z]{4,5} .+)$/],
];

describe.each(FORMATS)('a log of %s', (_, application, first) => {
  const write = () => writeLog(join(temporaryFolder(), 'a.log'), application, 500_000);

  it('is the same each time, and as long as was asked', () => {
    const [one, two] = [write(), write()];
    const text = readFileSync(one.path);
    expect(text.equals(readFileSync(two.path))).toBe(true);
    expect(one.bytes).toBe(text.length);
    expect(one.bytes - 500_000).toBeLessThan(6_000);
  });

  it('has as many records as it says', () => {
    const { path, records } = write();
    const lines = linesOf(readFileSync(path, 'utf8'));
    expect(lines.filter((line) => first.test(line))).toHaveLength(records);
  });

  it('is another one for another seed', () => {
    expect(textOf(application, 1, 20)).not.toBe(textOf(application, 2, 20));
  });
});

it('writes JSON that can be parsed, in both streams', () => {
  const text = textOf(jsonLines, 1, 1_000);
  expect(linesOf(text).map((line) => Object.keys(JSON.parse(line) as object))).toEqual(
    Array.from({ length: 1_000 }, () => ['level', 'msg', 'trace_id']),
  );
  expect(new Set(text.match(/ std\w+ F /g))).toEqual(new Set([' stdout F ', ' stderr F ']));
});

it('writes JSON lines of 193 bytes', () => {
  const lines = 10_000;
  expect(Math.round(Buffer.byteLength(textOf(jsonLines, 1, lines)) / lines)).toBe(193);
});

it.each(FORMATS.slice(1, 5))('writes %s to one stream', (_, application) => {
  expect(new Set(textOf(application, 1, 200).match(/ std\w+ F /g)).size).toBe(1);
});

it('writes a trace of 20 to 40 frames in one of twenty Java records', () => {
  const traces = textOf(javaLines, 1, 2_000)
    .split(/^\S+ stdout F 2026-.*\n/m)
    .filter(Boolean)
    .map((trace) => linesOf(trace));
  expect(traces.length).toBeGreaterThan(70);
  expect(traces.length).toBeLessThan(130);
  const frames = traces.map((trace) => trace.filter((line) => line.startsWith('\tat ')).length);
  expect(Math.min(...frames)).toBe(20);
  expect(Math.max(...frames)).toBe(40);
  expect(traces.filter((trace) => trace.some((line) => line.startsWith('Caused by: '))).length).toBeGreaterThan(15);
  for (const [exception] of traces) expect(exception).toMatch(/^[a-z.]+\.[A-Z]\w+: /);
});

it('mixes two thirds of JSON, and personal data in every twentieth line', () => {
  const lines = linesOf(textOf(mixedLines, 1, 10_000));
  const percent = (pattern: RegExp) => (100 * lines.filter((line) => pattern.test(line)).length) / lines.length;
  expect(Math.abs(percent(/^\{/) - 67)).toBeLessThan(2);
  const personal = / (?:mail|card|iban|key) \S|Bearer |jwt=|from (?:\d+\.\d|2001:)|postgres:/;
  expect(Math.abs(percent(personal) - 5)).toBeLessThan(1);
  for (const line of lines.filter((line) => line.startsWith('{')))
    expect(() => JSON.parse(line) as unknown).not.toThrow();
});
