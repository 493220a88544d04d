import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REDACTIONS } from '../../api/names.ts';
import { HOSTILE_TEXT, SECRETS, jsonOf, naming } from '../../test/sidecar/secrets.ts';
import { kindOf } from '../plain/redact/builtin.ts';
import { Redactor } from '../plain/redact/redactor.ts';
import { engineCode } from './engine.ts';

/** Room for a text, and what stands around it. */
const ROOM = 1_000_000;
const memory = new WebAssembly.Memory({ initial: 64 });
const module = new WebAssembly.Module(engineCode());
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort: () => undefined } });
const { candidate, reserve } = exports as {
  candidate: (at: number, end: number, kinds: number) => number;
  reserve: (size: number) => number;
};
const PLACE = reserve(ROOM) + 128;

/** What the engine says of a text that stands between `before` and `behind`. */
function says(text: string, kinds: number, [before, behind] = ['', '']): boolean {
  const bytes = Buffer.from(memory.buffer);
  bytes.fill(behind || 0, PLACE - 64, PLACE + 4 * text.length + 128);
  if (before) bytes.fill(before, PLACE - 64, PLACE);
  const end = PLACE + bytes.write(text, PLACE);
  if (behind) bytes.fill(behind, end, end + 64);
  return candidate(PLACE, end, kinds) !== 0;
}

const ONE_BY_ONE = REDACTIONS.map((name) => ({
  kinds: kindOf(name),
  redactor: new Redactor([naming(name)], undefined),
}));
const ALL = { kinds: (1 << REDACTIONS.length) - 1, redactor: new Redactor(REDACTIONS.map(naming), undefined) };
const AROUND = fc.constantFrom(['', ''], ['a', 'a'], ['9', '9'], ['-', '.'], ['\\', 'f'], [':', ':'], ['@', '=']);

/** JSON around a string. */
const SHAPES = [
  (string: string) => `{${string}:[{}]}`,
  (string: string) => `{"key":[${string}],"n":[4111111111111111,"x"]}`,
  (string: string) => `{"secret_access_key":${string} ,"n":1}`,
];

describe('the engine hands back', () => {
  it.each(SECRETS)('%s', (secret) => {
    for (const text of [secret, ` ${secret} `, `{"a":${JSON.stringify(secret)}}`])
      expect(says(text, ALL.kinds, ['x', 'x'])).toBe(true);
  });

  it('a card number behind an escaped character and a full stop, whose last digit makes it no fraction', () => {
    expect(says('{"a":"\\ud83d\\ude80.4111111111111111"}', kindOf('card'))).toBe(true);
  });

  it('every text in which a rule finds something', () => {
    fc.assert(
      fc.property(HOSTILE_TEXT, AROUND, fc.nat(20), (text, around, shift) => {
        const shifted = `${' '.repeat(shift)}${text}`;
        for (const { kinds, redactor } of [...ONE_BY_ONE, ALL]) {
          const isHit = redactor.text(shifted) !== undefined;
          expect({ kinds, isHit: isHit && !says(shifted, kinds, around as [string, string]) }).toEqual({
            kinds,
            isHit: false,
          });
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it('every JSON in which a rule finds something, however its characters are written', () => {
    const choices = fc.array(fc.nat(7), { maxLength: 12 });
    fc.assert(
      fc.property(HOSTILE_TEXT, choices, AROUND, fc.constantFrom(...SHAPES), (text, ways, around, shape) => {
        const json = shape(jsonOf(text, ways));
        const bytes = Buffer.from(json);
        for (const { kinds, redactor } of [...ONE_BY_ONE, ALL]) {
          const isHit = redactor.json(bytes, 0, bytes.length) !== undefined;
          expect({ kinds, isHit: isHit && !says(json, kinds, around as [string, string]) }).toEqual({
            kinds,
            isHit: false,
          });
        }
      }),
      { numRuns: 20_000 },
    );
  });
});

it.each([
  ['{"level":"info","msg":"request processed in 12 ms 54321","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'],
  ['{"ts":1795341600123,"time":"2026-11-22T10:00:00.123456789Z","id":"5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e"}'],
  ['{"url":"https://shop.example.com:443/api/v1/orders?page=2&size=50","key":"cart","nano":1795341600123456789}'],
  ['{"msg":"path \\"C:\\\\tmp\\" line\\nnext caf\\u00e9 \\u0437\\u0430\\u043a\\u0430\\u0437, \\u043e\\u043a"}'],
  ['10.0.0.1 - - [22/Nov/2026:10:00:00 +0000] "GET /api/v1/users/4211 HTTP/1.1" 200 512 "-" "curl/8.5.0"'],
  ['E1122 10:00:00.123456 4211 shop.go:42] tokens=5 key=orders bear xapp gh_ A1A1 DE pattern=x'],
])('an ordinary line is not handed back: %s', (line) => {
  const byDefault = REDACTIONS.slice(0, 6).reduce((kinds, name) => kinds | kindOf(name), 0);
  expect(says(line, byDefault, ['9', '9'])).toBe(false);
});

it('nothing is handed back when no rule is on', () => {
  expect(says(SECRETS.join(' '), 0)).toBe(false);
});
