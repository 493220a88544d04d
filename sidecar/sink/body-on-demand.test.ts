import { expect, it } from 'vitest';
import type { RawRecord } from '../plain/record.ts';
import { STDOUT } from '../source/lane.ts';
import { EngineBody } from '../engine/engine-body.ts';
import { engineLoader } from '../engine/engine.ts';
import { BodyOnDemand } from './body-on-demand.ts';

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
  const bodies: EngineBody[] = [];
  const load = engineLoader()!;
  const body = new BodyOnDemand(() => {
    bodies.push(new EngineBody(load(), () => 0));
    return bodies.at(-1)!;
  });
  const packed = () => {
    body.write(RECORD, ORIGIN);
    return body.pack(Buffer.alloc(0));
  };
  return { bodies, body, packed };
}

it('is not there before there is something to do', () => {
  const { bodies, body } = world();
  body.truncate(0);
  body.shrink();
  expect(body.release()).toBe(false);
  expect(body.length).toBe(0);
  expect(bodies).toEqual([]);
});

it('does the same after its release, with an engine of its own', () => {
  const { bodies, body, packed } = world();
  const first = packed();
  const { chunk } = body;
  expect(body.release()).toBe(true);
  expect(packed()).toEqual(first);
  expect(bodies).toHaveLength(2);
  expect(body.chunk.buffer).not.toBe(chunk.buffer);
});

it('stays while something is in it', () => {
  const { bodies, body } = world();
  body.write(RECORD, ORIGIN);
  const before = body.since(0).toString();
  expect(body.release()).toBe(false);
  expect(body.since(0).toString()).toBe(before);
  expect(bodies).toHaveLength(1);
});
