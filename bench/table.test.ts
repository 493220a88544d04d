import { expect, it } from 'vitest';
import { tableOf } from './table.ts';

it('puts few rows side by side', () => {
  expect(tableOf([{ name: 'one', a: 1, b: 2.345 }]).split('\n')).toEqual(['     one', 'a      1', 'b   2.35']);
});

it('puts many rows one below the other', () => {
  const rows = [
    { name: 'one', a: 1 },
    { name: 'two', b: 23.45 },
  ];
  expect(tableOf([...rows, { name: 'three', a: 345.6 }]).split('\n')).toEqual([
    '          a      b',
    'one       1      -',
    'two       -   23.4',
    'three   346      -',
  ]);
});
