import { expect, it } from 'vitest';
import type { RawRecord } from '../plain/record.ts';
import { STDOUT } from '../source/lane.ts';
import { EngineBody } from './engine-body.ts';
import { engineLoader, type Engine } from './engine.ts';

const ORIGIN = { file: '0a7ea830851c988f69d5ddea', constant: Buffer.from('"host.name":"n"'), redactor: undefined };
const text = Buffer.from('{"level":30,"msg":"order received"}');
const RECORD: RawRecord = {
  offset: 0,
  bytes: 80,
  lane: STDOUT,
  stamp: '2026-01-02T03:04:05.678901234Z',
  buffer: text,
  start: 0,
  end: text.length,
  cut: 0,
  continued: false,
};

function world() {
  const engines: Engine[] = [];
  const load = engineLoader()!;
  const body = new EngineBody(
    () => {
      const engine = load();
      engines.push(engine);
      return engine;
    },
    () => 0,
  );
  const packed = () => {
    body.write(RECORD, ORIGIN);
    return body.pack(Buffer.alloc(0));
  };
  return { engines, body, packed };
}

it('has no engine before there is something to do', () => {
  const { engines, body } = world();
  body.release();
  expect(body.length).toBe(0);
  expect(engines).toEqual([]);
});

it('does the same with an engine that it got after its release', () => {
  const { engines, body, packed } = world();
  const first = packed();
  body.release();
  expect(packed()).toEqual(first);
  expect(engines).toHaveLength(2);
});

it('keeps its engine while something is in it', () => {
  const { engines, body } = world();
  body.write(RECORD, ORIGIN);
  const before = body.since(0).toString();
  body.release();
  expect(body.since(0).toString()).toBe(before);
  expect(engines).toHaveLength(1);
});
