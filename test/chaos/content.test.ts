import { expect, it } from 'vitest';
import { wrongContent, type Source } from './content.ts';

const STAMP = '2026-01-02T03:04:05.678901234Z';

/** What is wrong with a document that was made of a text. */
function wrong(text: string | Buffer, { tracewell, ...more }: Partial<Source>): string | undefined {
  const source: Source = {
    '@timestamp': STAMP,
    'log.offset': 0,
    kubernetes: { namespace: 'shop', pod: { name: 'cart-0' }, container: { name: 'cart' } },
    'host.name': 'node-1',
    ...more,
    tracewell: { file: '0123456789abcdef01234567', bytes: 99, format: 'text', ...tracewell },
  };
  return wrongContent(source, { text: Buffer.from(text), stamp: STAMP, container: 'cart' }, [8, 16]);
}
const json = { tracewell: { format: 'json' } } as Partial<Source>;
const cut = (cut: number) => ({ tracewell: { cut } }) as Partial<Source>;

it.each<[string, string | Buffer, Partial<Source>]>([
  ['text', 'paid', { message: 'paid' }],
  ['empty text', '', { message: '' }],
  ['broken UTF-8 that became U+FFFD', Buffer.from('a\xff', 'latin1'), { message: 'a\ufffd' }],
  ['text that is cut at the limit', 'x'.repeat(20), { message: 'x'.repeat(16), ...cut(4) }],
  ['text that is cut at the limit of another time', 'x'.repeat(20), { message: 'x'.repeat(8), ...cut(12) }],
  [
    'text that is cut before a character that would be broken',
    `${'x'.repeat(15)}日本`,
    { message: 'x'.repeat(15), ...cut(6) },
  ],
  [
    'JSON whose members are in app or in fields of their own',
    '{"level":30,"msg":"hi","a":{"b":[1]}}',
    { ...json, message: 'hi', 'log.level': 'info', app: { a: { b: [1] } } },
  ],
  ['JSON that was refused', '{"a":1}', { message: '{"a":1}', tracewell: { repaired: 'refused' } } as Partial<Source>],
  ['a list', '[1]', { message: '[1]' }],
])('finds nothing wrong with %s', (_, text, source) => {
  expect(wrong(text, source)).toBeUndefined();
});

it.each<[string, string, Partial<Source>, RegExp]>([
  ['text that lost its end', 'paid', { message: 'pai' }, /its text is "pai"/],
  ['text that is cut too early', 'x'.repeat(20), { message: 'x'.repeat(15), ...cut(5) }, /15 of 20 bytes are kept/],
  ['text that is cut, and does not say so', 'x'.repeat(20), { message: 'x'.repeat(16) }, /its text is/],
  ['text that is past the limit', 'x'.repeat(20), { message: 'x'.repeat(20) }, /20 of 20 bytes are kept/],
  ['JSON without a member', '{"a":1,"b":2}', { ...json, app: { a: 1 } }, /b: "2" is neither/],
  ['JSON with another value', '{"a":1}', { ...json, app: { a: 2 } }, /a: "1" is neither/],
  ['JSON with another level', '{"level":"info"}', { ...json, 'log.level': 'warn' }, /level: .* is neither/],
  ['JSON with a member of somebody else', '{"a":1}', { ...json, app: { a: 1, b: 2 } }, /app\.b is not in/],
  ['JSON that is kept as text', '{"a":1}', { message: '{"a":1}' }, /it is JSON, and kept as text/],
  ['text that is said to be JSON', 'paid', { ...json, app: {} }, /its text is not/],
  ['another time', 'paid', { message: 'paid', '@timestamp': '2026-01-02T03:04:05Z' }, /its time is/],
])('finds %s', (_, text, source, says) => {
  expect(wrong(text, source)).toMatch(says);
});
