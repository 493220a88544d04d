import { sha256 } from '../../runtime/sha256.ts';
import { newHeader, parseCri } from '../plain/cri.ts';

/** Bytes of a file that can take part in its identity. */
export const HEAD_BYTES = 1024;

/** What a log file is, whatever its path: container runs and rotations move paths, its beginning stays. */
export interface Identity {
  podUid: string;
  container: string;
  run: number;
  /** Counts truncations that left its beginning as it was. */
  generation: number;
}

/**
 * What tells a file from every other of its container's run: all up to the end of the first line that the runtime has stamped,
 * at most 1 KiB; mostly that is the first line. Undefined while that may still change: a line without its newline can grow, and
 * lines without a stamp (an empty one, say) can stand first in many files.
 */
export function headOf(bytes: Uint8Array): Uint8Array | undefined {
  const most = bytes.subarray(0, HEAD_BYTES);
  const header = newHeader();
  for (let start = 0; ;) {
    const newline = most.indexOf(10, start);
    if (newline < 0) return most.length === HEAD_BYTES ? most : undefined;
    if (parseCri(most, start, newline, header)) return most.subarray(0, newline + 1);
    start = newline + 1;
  }
}

/** 24 hex digits: the first 96 bits of SHA-256 over `uid \n container \n run \n generation \n` and its head: `headOf`. */
export function fileId({ podUid, container, run, generation }: Identity, head: Uint8Array): string {
  const hash = sha256(`${podUid}\n${container}\n${run}\n${generation}\n`, head);
  return hash.slice(0, 24);
}
