import { expect, it } from 'vitest';
import { byAge, parseFileName } from './file-name.ts';

it.each([
  ['0.log', { run: 0, rotated: '', isPacked: false }],
  ['12.log', { run: 12, rotated: '', isPacked: false }],
  ['0.log.20260102-030405', { run: 0, rotated: '20260102-030405', isPacked: false }],
  ['0.log.20260102-030405.gz', { run: 0, rotated: '20260102-030405', isPacked: true }],
  // What the kubelet is still compressing.
  ['0.log.20260102-030405.tmp', undefined],
  ['0.log.gz', undefined],
  ['log', undefined],
  ['.log', undefined],
  ['-1.log', undefined],
  ['a.log', undefined],
  ['0.log.', undefined],
  ['0.log.1', undefined],
  ['0.log~', undefined],
  ['x0.log', undefined],
  ['1234567890.log', undefined],
])('the file name %s is read as %o', (name, expected) => {
  expect(parseFileName(name)).toEqual(expected);
});

it('sorts by run, and within a run the live file after the rotated ones', () => {
  const names = [
    '0.log.20260101-000000.gz',
    '0.log.20260102-000000',
    '0.log',
    '2.log',
    '10.log.20260101-000000',
    '10.log',
  ];
  const sorted = names.toReversed().map((name) => ({ name, ...parseFileName(name)! }));
  expect(sorted.sort(byAge).map(({ name }) => name)).toEqual(names);
  expect(byAge(sorted[0]!, sorted[0]!)).toBe(0);
});
