import { expect, it } from 'vitest';
import { report } from '../../api/report.ts';
import { reportOf } from '../../test/operator/report.ts';
import type { Answer, Outcome } from './answer.ts';
import { Measures } from './measures.ts';

const STORED: Outcome = { kind: 'stored' };
const REFUSED: Outcome = { kind: 'rejected', reason: 'document_parsing_exception', error: 'x' };
const BUSY: Outcome = { kind: 'retry', reason: '429 es_rejected_execution_exception', error: 'x' };

/** What was measured after these answers to requests of five records each. */
async function after(...answers: Answer[]) {
  const next = answers.values();
  const measures = new Measures({ post: () => Promise.resolve({ url: 'u', answer: next.next().value! }) }, 1, () => 2);
  for (const answer of answers)
    expect((await measures.post('logs', { gzip: Buffer.alloc(0), bytes: 0, count: 5 })).answer).toBe(answer);
  return measures.now();
}

it('counts requests by what came of them, and those to be sent again by the reason', async () => {
  const measured = await after(
    { kind: 'stored' },
    { kind: 'items', outcomes: [STORED, { kind: 'duplicate' }] },
    { kind: 'items', outcomes: [STORED, REFUSED] },
    { kind: 'items', outcomes: [REFUSED, BUSY] },
    { kind: 'hold', reason: '401 security_exception', error: 'x' },
    { kind: 'tooLarge' },
    { kind: 'retry', elsewhere: true, reason: 'ECONNREFUSED', error: 'x' },
    { kind: 'retry', elsewhere: true, reason: 'x'.repeat(100), error: 'x' },
  );
  expect(measured.batches).toEqual({ stored: 2, partly: 1, refused: 3, failed: 2 });
  expect(measured.retries).toEqual({
    '429 es_rejected_execution_exception': 1,
    '401 security_exception': 1,
    ECONNREFUSED: 1,
    ['x'.repeat(64)]: 1,
  });
});

it('adds up what Elasticsearch took, and the records of the answers that say so', async () => {
  const { storage } = await after(
    { kind: 'stored', tookMs: 30 },
    { kind: 'items', outcomes: [STORED, REFUSED], tookMs: 4 },
    { kind: 'stored' },
    { kind: 'tooLarge' },
  );
  expect(storage).toEqual({ ms: 34, records: 10 });
});

it('spreads the delays of records, and those whose clock went back have none', async () => {
  const measures = new Measures({ post: () => Promise.reject(new Error('nobody asks')) }, 1, () => undefined);
  measures.acknowledged(
    { stamps: [9_950, 9_800, 11_000], formats: ['json', 'text', 'json'], weights: [1, 20, 3] },
    10_000,
  );
  measures.acknowledged({ stamps: [0], formats: ['logfmt'], weights: [2] }, 3_600_000);
  const { delay, formats, oldest } = measures.now();
  expect(delay).toEqual({ ms: 7_204_050, records: 26, buckets: [4, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0] });
  expect(formats).toEqual({ json: 4, text: 20, logfmt: 2 });
  expect(oldest).toBeUndefined();
});

it('is told in the form of a report', async () => {
  const measures = await after({ kind: 'stored', tookMs: 3 });
  expect(report.parse(reportOf({ measures })).measures).toEqual(measures);
  expect(measures).toMatchObject({ since: 1, oldest: 2 });
});
