import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { AllStored } from './all-stored.ts';

const answerOf = (count: number, said: object = { errors: false }): Buffer =>
  Buffer.from(JSON.stringify({ ...said, items: Array.from({ length: count }, () => ({ create: { status: 201 } })) }));

/** Gives an answer in pieces that end at these places. */
function takes(all: AllStored, answer: Buffer, cuts: readonly number[]): boolean {
  const at = [0, ...cuts.map((cut) => cut % (answer.length + 1)).sort((a, b) => a - b), answer.length];
  return at.slice(1).every((end, i) => all.take(answer.subarray(at[i], end)));
}

it('recognises the answer to so many records, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6000 }), fc.array(fc.nat(), { maxLength: 5 }), (count, cuts) => {
      const all = new AllStored(count);
      expect(takes(all, answerOf(count), cuts)).toBe(true);
      expect(all.isWhole).toBe(true);
      expect(all.taken().equals(answerOf(count))).toBe(true);
      expect(all.take(Buffer.from(' '))).toBe(false);
    }),
    { numRuns: 200 },
  );
});

it.each<[string, object, number | undefined]>([
  ['of Elasticsearch', { errors: false, took: 12 }, 12],
  ['of OpenSearch', { took: 7, errors: false }, 7],
  ['without it', { errors: false }, undefined],
])('says what an answer %s took', (_, said, tookMs) => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 5 }), (cuts) => {
      const all = new AllStored(3);
      const answer = answerOf(3, said);
      expect(takes(all, answer, cuts)).toBe(true);
      expect([all.isWhole, all.tookMs]).toEqual([true, tookMs]);
      expect(all.taken().equals(answer)).toBe(true);
    }),
  );
});

it.each([
  ['errors', { errors: true, took: 1 }],
  ['something else', { errors: false, took: 1, ingest_took: 1 }],
  ['no number', { errors: false, took: '1' }],
  ['a page of text', { page: 'x'.repeat(100), errors: false }],
])('does not recognise one with %s', (_, said) => {
  expect(new AllStored(3).take(answerOf(3, said))).toBe(false);
});

it('recognises none with another byte, of another length, or for another number of records', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(255), (count, place, byte) => {
      const answer = answerOf(count);
      const other = Buffer.from(answer);
      other[place % other.length] = byte;
      const all = new AllStored(count);
      expect(takes(all, other, [place])).toBe(other.equals(answer));
      const short = new AllStored(count);
      expect([short.take(answer.subarray(0, -1)), short.isWhole]).toEqual([true, false]);
      for (const more of [-1, 1]) {
        if (count + more < 1) continue;
        const wrong = new AllStored(count + more);
        expect(wrong.take(answer) && wrong.isWhole).toBe(false);
      }
    }),
  );
});

it('gives back what it took before it was mistaken', () => {
  const all = new AllStored(3);
  expect(all.take(answerOf(3).subarray(0, 60))).toBe(true);
  expect(all.take(Buffer.from('{"create":{"status":409}}'))).toBe(false);
  expect(all.taken().toString()).toBe(answerOf(3).toString('utf8', 0, 60));
});
