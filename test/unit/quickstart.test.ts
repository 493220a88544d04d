import { describe, expect, it } from 'vitest';
import { parseCommand } from '../quickstart/command.ts';
import { gapIn } from '../quickstart/count.ts';
import { sentIn } from '../quickstart/shop.ts';
import { tableOf } from '../quickstart/table.ts';

describe('the command line of the quickstart', () => {
  it.each([
    [[], { help: false, once: false }],
    [['--once'], { help: false, once: true }],
    [['-h'], { help: true, once: false }],
  ])('%j is taken', (args, command) => {
    expect(parseCommand(args)).toEqual(command);
  });

  it.each([
    ['--twice', 'takes no --twice; it takes --help and --once'],
    ['now', 'takes no now'],
    ['--once=3', '--once takes no value, and was given 3'],
    ['--', 'takes no --'],
  ])('%s is refused in one sentence', (arg, message) => {
    expect(() => parseCommand([arg])).toThrow(message);
  });
});

describe('the count at the source', () => {
  const cart = { service: 'cart', pods: 2, written: 7, found: 7 };

  it.each([
    ['all lines are there once', [cart], ''],
    [
      'one is not there',
      [cart, { ...cart, service: 'payment', found: 6 }],
      'payment: 7 lines written, 6 records found',
    ],
    ['one is there twice', [{ ...cart, found: 8 }], 'cart: 7 lines written, 8 records found'],
    [
      'a pod did not say how many it wrote',
      [{ ...cart, written: Number.NaN }],
      'cart: NaN lines written, 7 records found',
    ],
  ])('%s', (_, counts, gap) => {
    expect(gapIn(counts)).toBe(gap);
  });
});

it('the requests of the Job are read from its log, and nothing else is', () => {
  const log = [
    'INFO customers start line=1',
    'INFO sent order=7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 status=402 line=2',
    'INFO sent order=8 status=200 line=3',
  ].join('\n');
  expect(sentIn(log)).toEqual([{ order: 7, traceId: '4bf92f3577b34da6a3ce929d0e0e4736', status: 402 }]);
});

describe('a table', () => {
  const table = (rows: string[][], width = 80) => tableOf({ headings: ['name', 'lines'], rows, width, indent: '  ' });

  it('has numbers to the right, and a line for each row whatever its cells hold', () => {
    expect(
      table([
        ['cart\nand more', '7'],
        ['payment', '1,024'],
      ]),
    ).toBe(['  name            lines', '  cart and more       7', '  payment         1,024'].join('\n'));
  });

  it('is no wider than the terminal', () => {
    const lines = table([['a'.repeat(50), 'x']], 20).split('\n');
    expect(lines.map((line) => line.length)).toEqual([20, 20]);
    expect(lines[1]).toMatch(/^ {2}a+…$/);
  });
});
