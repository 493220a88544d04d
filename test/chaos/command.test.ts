import { expect, it } from 'vitest';
import { parseCommand } from './command.ts';
import { FEATURES } from './features.ts';

const parse = (...args: string[]) => parseCommand(args, () => 42);

it.each<[readonly string[], object]>([
  [[], { runs: 1, seed: 42, without: '', probes: false }],
  [['--runs', '200', '--seed', '7'], { runs: 200, seed: 7 }],
  [['--probes'], { probes: true }],
  [['--without', 'disk,clock'], { without: 'disk,clock' }],
])('reads %j', (args, expected) => {
  expect(parse(...args)).toMatchObject(expected);
});

it('leaves out what is switched off', () => {
  const { features } = parse('--without', 'disk,clock')!;
  expect(features.size).toBe(Object.keys(FEATURES).length - 2);
  expect(features).not.toContain('disk');
});

it('gives no command where help is asked for', () => {
  expect(parse('--help')).toBeUndefined();
});

it.each([
  [['--runs', 'many'], /--runs needs a number .*, not many/],
  [['--seed', '1.5'], /--seed needs a number/],
  [['--without', 'rain'], /no feature is called rain; there are kill, /],
  [['--loud'], /--loud/],
])('says what is wrong with %j', (args, says) => {
  expect(() => parse(...args)).toThrow(says);
});
