import { expect, it } from 'vitest';
import { fieldsOf } from './fields.ts';

const DOCUMENT = {
  message: 'm',
  'log.level': 'info',
  kubernetes: { pod: { name: 'p' } },
  app: { 'a.b': 1, a: { b: 2 }, list: [1, [2, { c: true }], { c: null }], empty: [], none: {} },
};

it('the fields of a document are its values under their whole names', () => {
  const fields = fieldsOf(DOCUMENT);
  const all = new Set([...fields.entries()].map(([name]) => name));
  expect(Object.fromEntries([...all].map((name) => [name, fields.get(name)]))).toEqual({
    message: ['m'],
    'log.level': ['info'],
    'kubernetes.pod.name': ['p'],
    'app.a.b': [1, 2],
    'app.list': [1, 2],
    'app.list.c': [true, null],
  });
  for (const name of ['app.list.d', 'app', 'app.a', 'kubernetes.po']) expect(fields.get(name)).toBeUndefined();
});

it.each([
  [
    'app.a',
    [
      ['app.a.b', 1],
      ['app.a.b', 2],
    ],
  ],
  [
    'app.list',
    [
      ['app.list', 1],
      ['app.list', 2],
      ['app.list.c', true],
      ['app.list.c', null],
    ],
  ],
  ['log', [['log.level', 'info']]],
  ['message', [['message', 'm']]],
  ['app.a.b.c', []],
  ['app.empty', []],
  ['app.none', []],
  ['app.li', []],
  ['lo', []],
])('in %s are the values of its fields', (name, expected) => {
  expect([...fieldsOf(DOCUMENT).entries(name)]).toEqual(expected);
});
