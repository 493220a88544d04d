import type { WrittenFile } from './written.ts';

/** One process of the sidecar, in milliseconds of the test's steady clock. */
export interface Life {
  /** When it said that it had started. */
  readonly from: number;
  /** When it was told to end or was killed: from then on it looks for no new files. */
  readonly to: number;
  /** It got SIGTERM; without, it was killed. */
  readonly wasTold: boolean;
  /** It sent everything that it held, and ended by itself. */
  readonly isClean: boolean;
}

/** So long a file must be there before every sidecar that runs has opened it. */
export const SEEN_AFTER_MS = 3_000;

/** Why bytes of a file may be lost; undefined: no byte may. */
export function mayLose({ createdAt, removedAt }: WrittenFile, lives: readonly Life[]): string | undefined {
  if (removedAt === undefined) return undefined;
  const life = lives.find(({ from, to }) => from <= removedAt && removedAt < to);
  if (!life) return 'removed while no sidecar ran';
  if (removedAt - Math.max(life.from, createdAt) < SEEN_AFTER_MS) return 'removed before a sidecar had to see it';
  return life.isClean ? undefined : 'removed, and held by a sidecar that was killed';
}
