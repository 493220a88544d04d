import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Body } from './body.ts';

it('holds what was put in, in order, whatever its size', () => {
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '{', '"', '\n') }).map((text) => ({ how: 'ascii' as const, text })),
    fc.string({ unit: 'grapheme' }).map((text) => ({ how: 'utf8' as const, text })),
    fc.nat(200_000).map((length) => ({ how: 'copy' as const, text: 'é'.repeat(length) })),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const body = new Body();
      for (const { how, text } of pieces) {
        if (how === 'copy') body.copy(Buffer.from(`<${text}>`), 1, 1 + Buffer.byteLength(text));
        else body[how](text);
      }
      expect(body.bytes.toString('utf8', 0, body.length)).toBe(pieces.map(({ text }) => text).join(''));
    }),
    { numRuns: 50 },
  );
});

it('gives back what it grew to, but never while it holds something', () => {
  const body = new Body();
  const { length } = body.bytes;
  body.ascii('x'.repeat(10 * length));
  body.shrink();
  expect(body.bytes.toString('utf8', 0, body.length)).toBe('x'.repeat(10 * length));
  body.length = 0;
  body.shrink();
  expect(body.bytes).toHaveLength(length);
});
