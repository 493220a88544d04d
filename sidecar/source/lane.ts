/**
 * The streams of one log file. The container runtime cuts long lines into parts and interleaves the parts of stdout and
 * stderr, so within a lane records follow each other, across lanes they overlap. A restart point is therefore kept per lane.
 */
export const STDOUT = 0;
export const STDERR = 1;
/** Lines without a CRI header: each is a record of its own. */
export const UNFRAMED = 2;
export type Lane = 0 | 1 | 2;
export const LANES = ['stdout', 'stderr', 'unframed'] as const;
/** One file offset per lane, in the order of `LANES`. */
export type LaneOffsets = readonly [number, number, number];
