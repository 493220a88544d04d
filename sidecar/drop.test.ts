import { describe, expect, it } from 'vitest';
import { STAMP } from '../test/sidecar/cri.ts';
import { DropRules, ruleId } from './drop.ts';
import { constantPart, type Pod } from './pod.ts';
import { PlainBody } from './sink/bulk-body.ts';
import { STDOUT } from './source/lane.ts';

const pod: Pod = {
  namespace: 'shop',
  name: 'cart-0',
  uid: 'uid',
  node: 'node-1',
  labels: new Map([['app.kubernetes.io/name', 'cart']]),
  annotations: new Map(),
};
const origin = { file: '0123456789abcdef01234567', constant: constantPart(pod, 'proxy', 'test') };

/** The rule that leaves out the record of one line, if any. */
function ruleFor(payload: string, ...conditions: string[]): string | undefined {
  const rules = new DropRules(conditions.map((when) => ({ when })));
  const buffer = Buffer.from(payload);
  const text = { buffer, start: 0, end: buffer.length, cut: 0, continued: false };
  const body = new PlainBody(() => 0);
  body.write({ offset: 0, bytes: buffer.length + 41, lane: STDOUT, stamp: STAMP, ...text }, origin);
  return rules.ruleFor(body.since(0));
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
  const rules = () => new DropRules([{ when: 'log.level: debug' }, { when: 'log.level: (debug' }]);
  expect(rules).toThrow('logs.drop.1.when cannot be read');
});
