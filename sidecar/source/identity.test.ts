import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { fileId, headOf, HEAD_BYTES } from './identity.ts';

const IDENTITY = { podUid: '5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e', container: 'cart', run: 0, generation: 0 };
const HEAD = Buffer.from('2026-01-02T03:04:05Z stdout F first\n');

const LINE = HEAD.toString();
const LONG = `${LINE.slice(0, -1)}${'x'.repeat(HEAD_BYTES)}`;

it.each([
  ['nothing', '', undefined],
  ['a line that may still grow', LINE.slice(0, -1), undefined],
  ['a line that may still grow, just short of the limit', LONG.slice(0, HEAD_BYTES - 1), undefined],
  ['a whole line', LINE, LINE],
  ['a whole line and more', `${LINE}second\n`, LINE],
  ['a long line', LONG, LONG.slice(0, HEAD_BYTES)],
  [
    'a line whose newline is the last byte that counts',
    `${LONG.slice(0, HEAD_BYTES - 1)}\n`,
    `${LONG.slice(0, HEAD_BYTES - 1)}\n`,
  ],
  ['a line whose newline is past the bytes that count', `${LONG.slice(0, HEAD_BYTES)}\n`, LONG.slice(0, HEAD_BYTES)],
  ['lines without a stamp, before one with', `\nbare\n${LINE}more\n`, `\nbare\n${LINE}`],
  ['lines without a stamp, which may stand first in other files, too', '\nbare\n', undefined],
  ['1 KiB of lines without a stamp', 'bare\n'.repeat(HEAD_BYTES), 'bare\n'.repeat(HEAD_BYTES).slice(0, HEAD_BYTES)],
])('of %s the identity takes what is its own', (_, content, expected) => {
  const head = headOf(Buffer.from(content));
  expect(head && Buffer.from(head).toString()).toBe(expected);
});

it('is the first 96 bits of a SHA-256 over pod, container, run, generation and first line', () => {
  const text = `5f3b1c0e-8a35-4c7e-9d0e-2f6a7b8c9d0e\ncart\n0\n0\n${HEAD.toString()}`;
  expect(fileId(IDENTITY, HEAD)).toBe(createHash('sha256').update(text).digest('hex').slice(0, 24));
  // Stored documents bear it: it must never change.
  expect(fileId(IDENTITY, HEAD)).toBe('a495a664375198791f212b3a');
});

it.each([
  ['pod', { ...IDENTITY, podUid: 'other' }, HEAD],
  ['container', { ...IDENTITY, container: 'other' }, HEAD],
  ['run', { ...IDENTITY, run: 1 }, HEAD],
  ['generation', { ...IDENTITY, generation: 1 }, HEAD],
  ['first line', IDENTITY, Buffer.from('2026-01-02T03:04:06Z stdout F first\n')],
])('another %s makes another file', (_, identity, head) => {
  expect(fileId(identity, head)).not.toBe(fileId(IDENTITY, HEAD));
});
