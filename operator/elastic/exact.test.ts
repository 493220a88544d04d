import { expect, it } from 'vitest';
import { ExactSerializer } from './exact.ts';

it.each<[string, unknown]>([
  ['{"a":9007199254740993}', { a: 9007199254740993n }],
  ['{"a":-9007199254740993}', { a: -9007199254740993n }],
  ['{"a":9007199254740991,"b":[1180591620717411303425]}', { a: 9007199254740991, b: [1180591620717411303425n] }],
  ['{"a":1.8446744073709552E19,"b":0.1234567890123456}', { a: 2 ** 64, b: 0.1234567890123456 }],
  ['{"a":"9007199254740993"}', { a: '9007199254740993' }],
  ['{"a":1}', { a: 1 }],
])('reads %s without rounding an integer', (json, value) => {
  expect(new ExactSerializer().deserialize(json)).toEqual(value);
});
