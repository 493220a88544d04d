import { expect, it } from 'vitest';
import { readAnswer, retryAfterMs, type Answer, type Fault } from './answer.ts';

const itemOf = (status: unknown, type?: string, reason?: string) => ({
  create: { status, ...(type === undefined ? {} : { error: { type, reason } }) },
});
const answerTo = (...items: unknown[]) => readAnswer(200, JSON.stringify({ items }), undefined, items.length);

it.each([
  ['200', itemOf(200), { kind: 'stored' }],
  ['201', itemOf(201), { kind: 'stored' }],
  ['201 by the failure store', { create: { status: 201, failure_store: 'used' } }, { kind: 'stored', aside: true }],
  [
    '201 where there is no failure store',
    { create: { status: 201, failure_store: 'not_enabled' } },
    { kind: 'stored' },
  ],
  ['409', itemOf(409, 'version_conflict_engine_exception', 'exists'), { kind: 'duplicate' }],
  [
    '429',
    itemOf(429, 'es_rejected_execution_exception', 'full'),
    { kind: 'retry', reason: '429 es_rejected_execution_exception', error: 'full' },
  ],
  [
    '503',
    itemOf(503, 'unavailable_shards_exception', 'no shard'),
    { kind: 'retry', reason: '503 unavailable_shards_exception', error: 'no shard' },
  ],
  ['500', itemOf(500, 'exception', 'x'), { kind: 'retry', reason: '500 exception', error: 'x' }],
  ['403', itemOf(403, 'security_exception', 'no'), { kind: 'hold', reason: '403 security_exception', error: 'no' }],
  [
    '404',
    itemOf(404, 'index_not_found_exception', 'gone'),
    { kind: 'hold', reason: '404 index_not_found_exception', error: 'gone' },
  ],
  [
    '400',
    itemOf(400, 'document_parsing_exception', 'bad'),
    { kind: 'rejected', reason: 'document_parsing_exception', error: 'bad' },
  ],
  ['413', itemOf(413, 'too_large', 'big'), { kind: 'rejected', reason: 'too_large', error: 'big' }],
  ['no status', {}, { kind: 'retry', reason: 'undefined without a type', error: '' }],
  ['another action', { index: { status: 201 } }, { kind: 'retry', reason: 'undefined without a type', error: '' }],
  ['a status that is text', itemOf('201'), { kind: 'retry', reason: '201 without a type', error: '' }],
  ['nothing', null, { kind: 'retry', reason: 'undefined without a type', error: '' }],
])('a record answered with %s came to its outcome', (_, item, outcome) => {
  expect(answerTo(itemOf(201), item)).toEqual({ kind: 'items', outcomes: [{ kind: 'stored' }, outcome] });
});

it.each([
  ['cut off', '{"items":[{"create":{"status":201}}'],
  ['empty', ''],
  ['a page of a proxy', '<html>welcome</html>'],
  ['without items', '{"errors":false}'],
  ['of fewer items', '{"items":[{"create":{"status":201}}]}'],
  ['of more items', `{"items":${JSON.stringify(Array.from({ length: 3 }, () => itemOf(201)))}}`],
  ['null', 'null'],
])('a 200 that is %s acknowledges nothing', (_, body) => {
  expect(readAnswer(200, body, undefined, 2)).toMatchObject({
    kind: 'retry',
    elsewhere: true,
    reason: '200 with an answer that cannot be read',
  });
});

const ERROR = '{"error":{"type":"some_exception","reason":"because"},"status":1}';
it.each<[number, string, Partial<Answer>]>([
  [401, ERROR, { kind: 'hold', reason: '401 some_exception', error: 'because' }],
  [403, ERROR, { kind: 'hold', reason: '403 some_exception', error: 'because' }],
  [404, '{"error":"no such index"}', { kind: 'hold', reason: '404', error: 'no such index' }],
  [413, ERROR, { kind: 'tooLarge' }],
  [429, ERROR, { kind: 'retry', elsewhere: false, reason: '429 some_exception', error: 'because' }],
  [400, ERROR, { kind: 'retry', elsewhere: false, reason: '400 some_exception', error: 'because' }],
  [302, '', { kind: 'retry', elsewhere: false, reason: '302', error: '' }],
  [500, ERROR, { kind: 'retry', elsewhere: true, reason: '500 some_exception', error: 'because' }],
  [
    502,
    '<html>Bad Gateway</html>',
    { kind: 'retry', elsewhere: true, reason: '502', error: '<html>Bad Gateway</html>' },
  ],
  [503, 'x'.repeat(1000), { kind: 'retry', elsewhere: true, reason: '503', error: 'x'.repeat(200) }],
  [504, '{"error":{}}', { kind: 'retry', elsewhere: true, reason: '504', error: '' }],
  [503, '{"error":{"type":7,"reason":{}}}', { kind: 'retry', elsewhere: true, reason: '503', error: '' }],
  [503, 'null', { kind: 'retry', elsewhere: true, reason: '503', error: 'null' }],
])('a request answered with %i and %s holds, waits or is halved', (status, body, expected) => {
  expect(readAnswer(status, body, undefined, 1)).toMatchObject(expected);
});

it.each([
  ['7', undefined, 7000],
  ['0', undefined, 0],
  ['0.5', undefined, 500],
  [' 7 ', undefined, 7000],
  ['86400', undefined, 300_000],
  ['-1', undefined, undefined],
  ['soon', undefined, undefined],
  ['', undefined, undefined],
  [undefined, undefined, undefined],
  ['Fri, 02 Jan 2026 03:04:35 GMT', undefined, 30_000],
  ['Fri, 02 Jan 2026 03:04:04 GMT', undefined, 0],
  ['Sat, 03 Jan 2026 03:04:05 GMT', undefined, 300_000],
  ['Fri, 02 Jan 2026 07:00:10 GMT', 'Fri, 02 Jan 2026 07:00:00 GMT', 10_000],
  ['Fri, 02 Jan 2026 03:04:35 GMT', 'whenever', 30_000],
])('Retry-After: %s of an answer of %s means %s ms', (value, date, ms) => {
  expect(retryAfterMs({ 'retry-after': value, date }, Date.parse('2026-01-02T03:04:05Z'))).toBe(ms);
});

it('hands on how long it was asked to wait', () => {
  expect(readAnswer(503, '', 7000, 1)).toMatchObject({ kind: 'retry', afterMs: 7000 });
});

it('keeps the first words of a long error', () => {
  const { outcomes } = answerTo(itemOf(400, 'document_parsing_exception', 'x'.repeat(10_000))) as { outcomes: Fault[] };
  expect(outcomes[0]!.error).toHaveLength(500);
});
