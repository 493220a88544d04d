import type { LogDocument } from '../../api/document.ts';
import type { Sums } from '../../sidecar/source/checkpoint.ts';

/** Documents added up by their file, as a checkpoint adds up its records. */
export function sumsByFile(documents: Iterable<Pick<LogDocument, 'log.offset' | 'tracewell'>>): Map<string, Sums> {
  const sums = new Map<string, Sums>();
  for (const { 'log.offset': offset, tracewell } of documents) {
    const { records, bytes, offsets } = sums.get(tracewell.file) ?? { records: 0, bytes: 0, offsets: 0n };
    sums.set(tracewell.file, {
      records: records + 1,
      bytes: bytes + tracewell.bytes,
      offsets: offsets + BigInt(offset),
    });
  }
  return sums;
}
