// What a text is, and what it says: byte for byte as plain/text.ts has it, or the plain writer's.
import { UNKNOWN } from '../document';

/** Finds the fields of the text [at, end), and returns its format; `UNKNOWN` when the plain writer must look at it. */
export function readText(at: usize, end: usize): u32 {
  return at == end ? UNKNOWN : UNKNOWN;
}

/** Writes `,"app":{…}` with the pairs that are left of the line of logfmt that was read last. */
export function writePairs(to: usize): usize {
  return to;
}
