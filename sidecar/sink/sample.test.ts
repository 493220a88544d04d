import { describe, expect, it } from 'vitest';
import { EngineBody } from '../engine/engine-body.ts';
import { engineLoader } from '../engine/engine.ts';
import type { RawRecord } from '../plain/record.ts';
import { STDOUT } from '../source/lane.ts';
import { PlainBody, type BulkBody } from './bulk-body.ts';
import { sampleOf } from './sample.ts';

const ORIGIN = { file: '0a7ea830851c988f69d5ddea', constant: Buffer.from('"host.name":"n"'), redactor: undefined };
const WALL = () => 0;

const recordOf = (text: string, second: number): RawRecord => {
  const buffer = Buffer.from(text);
  const stamp = new Date(1000 * second).toISOString().replace('Z', '456789Z');
  return { offset: 0, bytes: 10, lane: STDOUT, stamp, buffer, start: 0, end: buffer.length, cut: 0, continued: false };
};

/** A body of records, some of which a rule leaves out. */
function sampled(body: BulkBody, texts: readonly (string | undefined)[]) {
  const ends = texts.map((text, second) => {
    if (text !== undefined) body.write(recordOf(text, second), ORIGIN);
    return body.length;
  });
  return sampleOf(body.since(0), { count: texts.length, ends: Uint32Array.from(ends) });
}

describe.each<[string, () => BulkBody]>([
  ['the plain path', () => new PlainBody(WALL)],
  ['the engine', () => new EngineBody(engineLoader()!(), WALL)],
])('a body of %s', (_, make) => {
  it('of few records is looked at record by record', () => {
    const texts = [
      '{"message":"hi","format":"x","tracewell":{"file":"y","format":"z"}}',
      'it said "tracewell":{"file":"a","format":"b"}',
      'level=info msg="hi there" a=1',
      String.raw`{"a":"\"tracewell\":{\"file\":\""}`,
    ];
    expect(sampled(make(), texts)).toEqual({
      stamps: [0, 1000, 2000, 3000],
      formats: ['json', 'text', 'logfmt', 'json'],
      weights: [1, 1, 1, 1],
    });
  });

  it('of many records is looked at here and there, and each record is stood for once', () => {
    const { stamps, formats, weights } = sampled(
      make(),
      Array.from({ length: 1000 }, () => '{"a":1}'),
    );
    expect(stamps).toHaveLength(8);
    expect(stamps[0]).toBe(0);
    expect(stamps.at(-1)).toBeGreaterThan(800_000);
    expect(new Set(formats)).toEqual(new Set(['json']));
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(1000);
  });

  it('has nothing of records that are left out', () => {
    expect(sampled(make(), [undefined, '{"a":1}', undefined])).toEqual({
      stamps: [1000],
      formats: ['json'],
      weights: [1],
    });
  });
});
