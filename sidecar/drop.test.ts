import { describe, expect, it } from 'vitest';
import { criLine } from '../test/sidecar/cri.ts';
import { DropRules, ruleId } from './drop.ts';
import { Collector } from './plain/collect.ts';
import { Grouper } from './plain/grouper.ts';
import { LineReader } from './plain/lines.ts';
import type { RawRecord } from './plain/record.ts';
import { constantPart, type Pod } from './pod.ts';

const pod: Pod = {
  namespace: 'shop',
  name: 'cart-0',
  uid: 'uid',
  node: 'node-1',
  labels: new Map([['app.kubernetes.io/name', 'cart']]),
  annotations: new Map(),
};
const origin = { file: '0123456789abcdef01234567', constant: constantPart(pod, 'proxy', 'test') };
const now = () => new Date(0);

/** The rule that leaves out the record of one line, if any. */
function ruleFor(payload: string, ...conditions: string[]): string | undefined {
  const rules = new DropRules(
    conditions.map((when) => ({ when })),
    now,
  );
  const bytes = Buffer.from(criLine(payload));
  const options = { readAt: () => 0, collector: new Collector(), onLost: () => undefined, from: [0, 0, 0] as const };
  const grouper = new Grouper(options);
  let found: string | undefined;
  const emit = (record: RawRecord) => {
    found = rules.ruleFor(record, origin);
    return true;
  };
  const chunk = { bytes, from: 0, to: bytes.length, base: 0, isLast: true };
  const grouping = { continuation: undefined, limit: 1000 };
  new LineReader().read(chunk, (line) => grouper.take(line, chunk, { grouping, now: { wall: 0, steady: 0 }, emit }));
  return found;
}

describe('a record is left out', () => {
  it.each([
    ['by its level', 'log.level: debug', '{"level":"debug","msg":"x"}', '{"level":"info","msg":"x"}'],
    ['by level and container', 'log.level: debug and kubernetes.container.name: proxy', 'DEBUG x', 'INFO x'],
    ['by a field of the application', 'app.http.status >= 500', '{"http":{"status":503}}', '{"http":{"status":200}}'],
    ['by a name with dots', 'app.http.status: 503', '{"http.status":503}', '{"http.status":"none"}'],
    ['by an element of a list', 'app.tags: blue', '{"tags":["red","blue"]}', '{"tags":["red"]}'],
    ['by a field of objects in a list', 'app.items.id: 2', '{"items":[{"id":1},{"id":2}]}', '{"items":[{"id":1}]}'],
    ['by a word of its message', 'message: healthz', 'GET /healthz 200', 'GET /orders 200'],
    ['when a field is there', 'app.noise: *', '{"noise":false}', '{"msg":"noise"}'],
    [
      'by a field that is promoted under another name',
      'trace.id: *',
      `{"traceId":"${'a'.repeat(32)}"}`,
      '{"traceId":"none"}',
    ],
    ['whatever its name is made of', 'app.__proto__: 1', '{"__proto__":1}', '{"a":1}'],
  ])('%s', (_, when, met, notMet) => {
    expect([ruleFor(met, when), ruleFor(notMet, when)]).toEqual([ruleId(when), undefined]);
  });
});

it('counts under the first rule that is met', () => {
  const [first, second, third] = ['log.level: error', 'message: healthz', 'kubernetes.namespace: shop'] as const;
  expect(ruleFor('GET /healthz', first, second, third)).toBe(ruleId(second));
  expect(new Set([first, second, third].map(ruleId)).size).toBe(3);
});

it('names the condition that cannot be read, the place and the cause', () => {
  const rules = () => new DropRules([{ when: 'log.level: debug' }, { when: 'log.level: (debug' }], now);
  expect(rules).toThrow('logs.drop.1.when cannot be read');
});
