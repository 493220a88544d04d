import { describe, expect, it } from 'vitest';
import { needsKey } from './keys.ts';

const DAY_MS = 24 * 3_600_000;
const now = new Date('2026-01-02T00:00:00Z');
const minted = (days: number) => ({
  id: 'k1',
  encoded: 'azE6c2VjcmV0',
  expires: new Date(now.getTime() + days * DAY_MS).toISOString(),
});
const handed = { id: '', encoded: 'b3duOmtleQ==', expires: '' };

describe('an operator that can mint', () => {
  it.each([
    ['there is none', undefined, true],
    ['it has just been minted', minted(90), false],
    ['it is good for 45 days', minted(45), false],
    ['it is good for less', minted(44.9), true],
    ['it has ended', minted(-1), true],
    ['it was handed on when the operator had a key itself', handed, true],
    ['somebody made its end unreadable', { ...minted(90), expires: 'never' }, true],
  ])('looks at the key of a namespace: %s', (_, stored, needed) => {
    expect(needsKey(stored, undefined, now)).toBe(needed);
  });
});

describe('an operator that hands its own key on', () => {
  it.each([
    ['there is none', undefined, true],
    ['it is the one', handed, false],
    ['it was the one before', { ...handed, encoded: 'b2xkOmtleQ==' }, true],
    ['it was minted when the operator had a user', minted(90), true],
  ])('looks at the key of a namespace: %s', (_, stored, needed) => {
    expect(needsKey(stored, handed.encoded, now)).toBe(needed);
  });
});
