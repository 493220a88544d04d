import { isoTime } from '../../runtime/iso-time.ts';
import type { StartDocument } from '../../api/document.ts';
import { sha256 } from '../../runtime/sha256.ts';
import type { Pod } from '../pod.ts';
import type { Checkpoint, Sums } from '../source/checkpoint.ts';

/** A container run, and what is known of its surroundings. */
export interface Start {
  pod: Pod;
  container: string;
  run: number;
  /** `"kubernetes":{…},"service.name":…`, as in the run's records: `pod.ts`. */
  constant: Buffer;
  image?: string | undefined;
}

/** A document of the stream of files: its name and its JSON text. */
export interface FileDocument {
  id: string;
  text: string;
}

/** 24 hex digits and `.start`, the same whenever the run is announced. */
export function startId({ pod, container, run }: Pick<Start, 'pod' | 'container' | 'run'>): string {
  const hash = sha256(`${pod.uid}\n${container}\n${run}\n`);
  return `${hash.slice(0, 24)}.start`;
}

/** A `StartDocument`. */
export function startDocument(start: Start, version: string, at: number): FileDocument {
  const { pod, run, constant, image } = start;
  const origin = JSON.parse(`{${constant.toString()}}`) as Omit<StartDocument, '@timestamp' | 'tracewell'>;
  const document: StartDocument = {
    '@timestamp': isoTime(at),
    tracewell: { kind: 'start', run, version },
    ...origin,
    kubernetes: {
      ...origin.kubernetes,
      pod: { name: pod.name, uid: pod.uid },
      node: { name: pod.node },
      labels: Object.fromEntries(pod.labels),
    },
    ...(image ? { 'container.image.name': image } : {}),
  };
  return { id: startId(start), text: JSON.stringify(document) };
}

/** A `SealDocument` of a file of so many bytes. */
export function sealDocument(checkpoint: Checkpoint, size: number, constant: Buffer, at: number): FileDocument {
  const {
    file,
    run,
    generation,
    stored,
    deadLettered,
    discarded,
    discardedBy,
    redactedBy,
    duplicates,
    unframed,
    lost,
  } = checkpoint;
  const counts = JSON.stringify({ run, generation, size, discardedBy, redactedBy, duplicates, unframed, lost }).slice(
    1,
    -1,
  );
  const sums = `"stored":${json(stored)},"deadLettered":${json(deadLettered)},"discarded":${json(discarded)}`;
  const tracewell = `{"kind":"seal","file":"${file}",${counts},${sums}}`;
  const text = `{"@timestamp":"${isoTime(at)}","tracewell":${tracewell},${constant.toString()}}`;
  return { id: `${file}.${size}.seal`, text };
}

const json = ({ records, bytes, offsets }: Sums) => `{"records":${records},"bytes":${bytes},"offsets":${offsets}}`;
