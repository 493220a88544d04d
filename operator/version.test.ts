import { expect, it } from 'vitest';
import { tooOld } from './version.ts';

it.each([
  ['1', '28', true],
  ['1', '28+', true],
  ['1', '29', false],
  ['1', '29+', false],
  ['1', '37', false],
  ['2', '0', false],
])('Kubernetes %s.%s is too old: %s', (major, minor, expected) => {
  expect(tooOld({ major, minor })).toBe(expected);
});
