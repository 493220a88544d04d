import type { SealDocument, SealSums } from '../../api/document.ts';
import type { ReportedFile } from '../../api/report.ts';
import type { Shelves, Sums } from './sums.ts';

/** Whose file it is. */
export interface Origin {
  namespace: string;
  pod: string;
  container: string;
  /** How often the container was restarted before. */
  run: number;
}

/** What was said of a file, and must be found in Elasticsearch: by its seal, or by a report while it is written. */
export interface Claim extends Shelves {
  of: Origin;
  /** Its identity. */
  file: string;
  /** Documents of each stream that begin below are counted: all of them are answered for. */
  below: Readonly<Record<'stdout' | 'stderr' | 'unframed', number>>;
  /** Bytes that rules left out, and that were lost. */
  discardedBytes: number;
  lostBytes: number;
  /** Of the file, when it is sealed. */
  size: number | undefined;
  /** When it was said, milliseconds since 1970. */
  at: number;
}

const sumOf = (byName: Readonly<Record<string, number>>): number =>
  Object.values(byName).reduce((sum, count) => sum + count, 0);

/** A seal as it is read: integers past 2^53 as `bigint` (`operator/elastic/exact.ts`). */
export type ReadSeal = Omit<SealDocument, 'tracewell'> & {
  tracewell: Omit<SealDocument['tracewell'], 'stored' | 'deadLettered'> & {
    stored: ReadSums;
    deadLettered: ReadSums;
  };
};
type ReadSums = Omit<SealSums, 'offsets'> & { offsets: number | bigint };

const exact = ({ records, bytes, offsets }: ReadSums): Sums => ({ records, bytes, offsets: BigInt(offsets) });

/** What a seal says. */
export function claimOfSeal({ '@timestamp': at, tracewell, kubernetes }: ReadSeal): Claim {
  const { file, size, run, stored, deadLettered, discarded, lost } = tracewell;
  return {
    of: { namespace: kubernetes.namespace, pod: kubernetes.pod.name, container: kubernetes.container.name, run },
    file,
    below: { stdout: size, stderr: size, unframed: size },
    stored: exact(stored),
    deadLettered: exact(deadLettered),
    discardedBytes: discarded.bytes,
    lostBytes: sumOf(lost),
    size,
    at: Date.parse(at),
  };
}

/** What a report says of a file below its checkpoint; `at`: when the report came, milliseconds since 1970. */
export function claimOfReport(pod: { namespace: string; name: string }, reported: ReportedFile, at: number): Claim {
  const { file, container, run, lanes, stored, deadLettered, discarded, lost } = reported;
  const sums = ({ records, bytes, offsets }: ReportedFile['stored']) => ({ records, bytes, offsets: BigInt(offsets) });
  return {
    of: { namespace: pod.namespace, pod: pod.name, container, run },
    file,
    below: lanes,
    stored: sums(stored),
    deadLettered: sums(deadLettered),
    discardedBytes: discarded.bytes,
    lostBytes: sumOf(lost),
    size: undefined,
    at,
  };
}
