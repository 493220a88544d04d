import { createHash } from 'node:crypto';

/** Bytes of the first line that take part in a file's identity. */
export const HEAD_BYTES = 1024;

/** What a log file is, whatever its path: container runs and rotations move paths, the first line stays. */
export interface Identity {
  podUid: string;
  container: string;
  run: number;
  /** Counts truncations that left the first line as it was. */
  generation: number;
}

/**
 * The first line with its newline, at most 1 KiB of it; undefined while neither a newline nor 1 KiB is there, for then the
 * line may still grow and the file has no identity yet.
 */
export function firstLine(head: Uint8Array): Uint8Array | undefined {
  const newline = head.subarray(0, HEAD_BYTES).indexOf(10);
  if (newline >= 0) return head.subarray(0, newline + 1);
  return head.length >= HEAD_BYTES ? head.subarray(0, HEAD_BYTES) : undefined;
}

/** 24 hex digits: the first 96 bits of SHA-256 over `uid \n container \n run \n generation \n` and the first line. */
export function fileId({ podUid, container, run, generation }: Identity, head: Uint8Array): string {
  const hash = createHash('sha256').update(`${podUid}\n${container}\n${run}\n${generation}\n`).update(head);
  return hash.digest('hex').slice(0, 24);
}
