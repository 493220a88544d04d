import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { sha256 } from './sha256.ts';

const byNode = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it.each([
  // FIPS 180-4's own examples.
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('of %j is %s', (text, digest) => {
  expect(sha256(text)).toBe(digest);
});

it('is what Node.js makes of any bytes, of every length around that of a block', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Buffer.alloc(length, length);
    expect(sha256(bytes)).toBe(byNode(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      expect(sha256(bytes)).toBe(byNode(bytes));
    }),
  );
});

it('of several parts is that of all of them, one after the other', () => {
  expect(sha256('Grüße', Buffer.from([0, 255]), '')).toEqual(
    sha256(Buffer.concat([Buffer.from('Grüße'), Buffer.from([0, 255])])),
  );
});
