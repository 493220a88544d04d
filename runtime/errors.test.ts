import { expect, it } from 'vitest';
import { describe, invariant, Permanent } from './errors.ts';

it.each([
  ['an error says its message', new Error('no route'), 'no route'],
  [
    'causes follow, outermost first',
    new Error('cannot write', { cause: new Error('disk full') }),
    'cannot write: disk full',
  ],
  [
    'a cause that the message already quotes is not said twice',
    new Error('cannot write: disk full', { cause: new Error('disk full') }),
    'cannot write: disk full',
  ],
  [
    'an error without a message says its code',
    Object.assign(new AggregateError([], ''), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
  ],
  ['a thrown string says itself', 'stop', 'stop'],
  ['a thrown object is shown as data', { status: 503 }, '{"status":503}'],
  ['permanence does not change the words', new Permanent('bad name'), 'bad name'],
])('%s', (_, error, expected) => {
  expect(describe(error)).toBe(expected);
});

it('a chain of causes that leads back to itself ends', () => {
  const error = new Error('a');
  error.cause = new Error('b', { cause: error });
  expect(describe(error)).toBe('a: b');
});

it('an invariant that does not hold is named as our bug', () => {
  expect(() => invariant(false, 'offset went back')).toThrow('BUG: offset went back');
});
