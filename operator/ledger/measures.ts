import type { Standing } from './book.ts';
import { countOf, totalOf } from './sums.ts';

/** Payloads whose structure was not recognised; all others were (docs/formats.md). */
const UNRECOGNISED = ['text', 'unframed'];

/** Records that the sidecars are done with, whatever became of them. */
export const readRecords = ({ sums }: Standing): number => totalOf(sums.records);
/** Bytes of log files that these cover. */
export const readBytes = ({ sums }: Standing): number => totalOf(sums.bytes);

/** The capture ratio: of the bytes that were written to log files, those that were read; undefined while there are none. */
export function captureRatio(standing: Standing): number | undefined {
  const read = readBytes(standing);
  return ratio(read, read + totalOf(standing.sums.lost) + standing.pendingBytes);
}

/** The analysis ratio: of the acknowledged records, by a sample, those whose structure was recognised. */
export function analysisRatio({ sums: { formats } }: Standing): number | undefined {
  const all = totalOf(formats);
  return ratio(all - UNRECOGNISED.reduce((sum, format) => sum + countOf(formats, format), 0), all);
}

/** The mean transport delay, in seconds. */
export const transportSeconds = ({ sums: { delay } }: Standing): number | undefined =>
  ratio(countOf(delay, 'ms') / 1000, countOf(delay, 'records'));

/** The mean storage time of a record, in seconds. */
export const storageSeconds = ({ sums: { storage } }: Standing): number | undefined =>
  ratio(countOf(storage, 'ms') / 1000, countOf(storage, 'records'));

const ratio = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined);
