import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { engineLoader } from './engine.ts';

const engine = engineLoader()!();

function packed(bytes: Uint8Array): Buffer {
  engine.body.set(bytes);
  return engine.gzip(bytes.length);
}

const words = [
  'order',
  'paid',
  '{"create":{"_id":"',
  '2026-01-02T03:04:05.',
  '4bf92f3577b34da6a3ce929d0e0e4736',
  ' ',
  '"',
];
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.string({ maxLength: 500 }).map((text) => Buffer.from(text)),
  fc.array(fc.constantFrom(...words), { maxLength: 3000 }).map((all) => Buffer.from(all.join(''))),
  fc.tuple(fc.nat(255), fc.nat(70_000)).map(([byte, size]) => Buffer.alloc(size, byte)),
  fc.tuple(fc.integer(), fc.nat(100_000)).map(([seed, size]) => noise(seed, size)),
);

/** Bytes without any repetition to speak of: xorshift32. */
function noise(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let x = seed | 1;
  for (let i = 0; i < size; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x >>> 11;
  }
  return bytes;
}

it('compresses any bytes to gzip that zlib unpacks', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      expect(gunzipSync(packed(bytes)).equals(bytes)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

it.each([
  0, 1, 2, 3, 11, 12, 13, 258, 259, 4799, 4815, 4816, 4817, 4832, 4833, 9600, 32_767, 32_768, 32_769, 37_568, 65_535,
  65_536, 524_287, 524_289, 1_048_576,
])('compresses %d bytes', (size) => {
  for (const bytes of [Buffer.alloc(size, 'a'), noise(1, size), Buffer.alloc(size, 'abcdefgh')]) {
    expect(gunzipSync(packed(bytes)).equals(bytes)).toBe(true);
  }
});

it('makes noise hardly longer, and text much shorter', () => {
  const size = 1_000_000;
  expect(packed(noise(7, size)).length).toBeLessThan(size + size / 1000);
  expect(packed(Buffer.from(words.join('').repeat(10_000))).length).toBeLessThan(15_000);
});

it('learns anew when what comes is nothing like what came', () => {
  const size = 300_000;
  const text = Buffer.alloc(size, words.join(''));
  const digits = Buffer.from(noise(3, size).map((byte) => 48 + (byte % 10)));
  const all = [text, noise(5, size), digits, text, digits];
  const bytes = Buffer.concat(all);
  const gzip = packed(bytes);
  expect(gunzipSync(gzip).equals(bytes)).toBe(true);
  // Digits alone become 155,000 bytes.
  expect(gzip.length).toBeLessThan(size + 2 * 155_000 + 75_000);
});

it('compresses what is not in its body, and leaves that as it is', () => {
  const body = noise(11, 100_000);
  engine.body.set(body);
  const other = Buffer.from(words.join('').repeat(1000));
  const gzip = engine.gzipOf(other)!;
  expect(gunzipSync(engine.gzip(body.length)).equals(body)).toBe(true);
  expect(gunzipSync(gzip).equals(other)).toBe(true);
  expect(engine.gzipOf(Buffer.alloc(6_000_000))).toBeUndefined();
});
