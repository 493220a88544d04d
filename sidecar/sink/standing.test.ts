import { expect, it } from 'vitest';
import type { Answer, Outcome } from './answer.ts';
import { Standing } from './standing.ts';

const PARCEL = { gzip: Buffer.alloc(0), bytes: 0, count: 1 };
const AT = Date.parse('2026-01-02T03:04:05Z');
const STORED: Outcome = { kind: 'stored' };
const REFUSED: Outcome = { kind: 'rejected', reason: 'document_parsing_exception', error: 'x' };

async function after(...answers: Answer[]): Promise<Standing> {
  const next = answers.values();
  const standing = new Standing({ post: () => Promise.resolve({ url: 'u', answer: next.next().value! }) }, () => AT);
  for (const answer of answers) expect(await standing.post('logs', PARCEL)).toEqual({ url: 'u', answer });
  return standing;
}

it.each<[string, Answer]>([
  ['all were stored', { kind: 'stored' }],
  ['some were stored', { kind: 'items', outcomes: [REFUSED, STORED] }],
  ['they were there already', { kind: 'items', outcomes: [{ kind: 'duplicate' }] }],
])('all is well when %s', async (_, answer) => {
  const { lastAcknowledged, trouble } = await after({ kind: 'hold', reason: '401', error: 'x' }, answer);
  expect({ lastAcknowledged, trouble }).toEqual({ lastAcknowledged: AT, trouble: undefined });
});

it.each<[string, Answer, string]>([
  ['nobody answers', { kind: 'retry', elsewhere: true, reason: 'ECONNREFUSED', error: 'x' }, 'ECONNREFUSED'],
  ['the key is refused', { kind: 'hold', reason: '401 security_exception', error: 'x' }, '401 security_exception'],
  ['none is taken', { kind: 'items', outcomes: [REFUSED, REFUSED] }, 'document_parsing_exception'],
])('there is trouble when %s, and it knows when all was well last', async (_, answer, reason) => {
  const { lastAcknowledged, trouble } = await after({ kind: 'stored' }, answer);
  expect({ lastAcknowledged, trouble }).toEqual({ lastAcknowledged: AT, trouble: reason });
});

it('a batch that was too large leaves things as they are', async () => {
  expect((await after({ kind: 'stored' }, { kind: 'tooLarge' })).trouble).toBeUndefined();
  expect((await after({ kind: 'hold', reason: '401', error: 'x' }, { kind: 'tooLarge' })).trouble).toBe('401');
});
