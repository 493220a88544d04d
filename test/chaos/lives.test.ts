import { expect, it } from 'vitest';
import { mayLose } from './lives.ts';

const lives = [
  { from: 0, to: 20_000, wasTold: false, isClean: false },
  { from: 30_000, to: 60_000, wasTold: true, isClean: true },
];

it.each([
  { what: 'is still there', createdAt: 0, removedAt: undefined, says: /no byte/ },
  { what: 'was removed between two sidecars', createdAt: 0, removedAt: 25_000, says: /no sidecar ran/ },
  { what: 'came and went at once', createdAt: 40_000, removedAt: 41_000, says: /had to see/ },
  { what: 'was removed when the sidecar had just begun', createdAt: 0, removedAt: 31_000, says: /had to see/ },
  { what: 'was held by a sidecar that was killed', createdAt: 0, removedAt: 10_000, says: /was killed/ },
  { what: 'was held by a sidecar that ended well', createdAt: 0, removedAt: 50_000, says: /no byte/ },
])('a file that $what may lose something: $says', ({ createdAt, removedAt, says }) => {
  const file = { id: '', container: 'cart', run: 0, lines: [], size: 1, createdAt, removedAt };
  expect(mayLose(file, lives) ?? 'no byte').toMatch(says);
});
