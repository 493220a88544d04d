import { expect, it } from 'vitest';
import { jsonLog } from './log.ts';

const at = () => Date.parse('2026-01-02T03:04:05.678Z');

it('writes one JSON object per line: time, level, message, fields', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), at).warn('cannot reach Elasticsearch', { url: 'https://es:9200', attempt: 2 });
  expect(lines).toEqual([
    '{"time":"2026-01-02T03:04:05.678Z","level":"warn","message":"cannot reach Elasticsearch","url":"https://es:9200","attempt":2}\n',
  ]);
});

it.each([
  ['debug', ['debug', 'info', 'warn', 'error']],
  ['info', ['info', 'warn', 'error']],
  ['warn', ['warn', 'error']],
  ['error', ['error']],
] as const)('at level %s it writes %j', (least, expected) => {
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), at, least);
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]('x');
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(expected);
});

it('a newline in a field cannot forge a second line', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), at).info('x', { from: 'a\n{"level":"error"}' });
  expect(lines.join('').trimEnd().split('\n')).toHaveLength(1);
});
