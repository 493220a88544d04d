import { expect, it } from 'vitest';
import { fieldsOf } from './fields.ts';

it('the fields of a document are its values under their whole names', () => {
  const fields = fieldsOf({
    message: 'm',
    'log.level': 'info',
    kubernetes: { pod: { name: 'p' } },
    app: { 'a.b': 1, a: { b: 2 }, list: [1, [2, { c: true }], { c: null }], empty: [], none: {} },
  });
  expect(Object.fromEntries([...fields.names()].map((name) => [name, fields.get(name)]))).toEqual({
    message: ['m'],
    'log.level': ['info'],
    'kubernetes.pod.name': ['p'],
    'app.a.b': [1, 2],
    'app.list': [1, 2],
    'app.list.c': [true, null],
  });
  expect(fields.get('app.list.d')).toBeUndefined();
});
