import type { Report, ReportedFile } from '../../api/report.ts';

type Sums = ReportedFile['stored'];
type SumsRow = [records: number, bytes: number, offsets: string];

const sumsRow = ({ records, bytes, offsets }: Sums): SumsRow => [records, bytes, offsets];
const sumsOf = ([records, bytes, offsets]: SumsRow): Sums => ({ records, bytes, offsets });

type Row = ReturnType<typeof rowOf>;

function rowOf({ file, container, run, generation, lanes, stored, deadLettered, discarded, ...more }: ReportedFile) {
  const { size, duplicates, unframed, ended, sealed, discardedBy, redactedBy, lost } = more;
  const id = [file, container, run, generation] as const;
  const counts = [size, duplicates, unframed, ended, sealed ?? null] as const;
  const sums = [sumsRow(stored), sumsRow(deadLettered), sumsRow(discarded)] as const;
  return [
    id,
    [lanes.stdout, lanes.stderr, lanes.unframed] as const,
    counts,
    sums,
    discardedBy,
    redactedBy,
    lost,
  ] as const;
}

function fileOf([id, lanes, counts, sums, discardedBy, redactedBy, lost]: Row): ReportedFile {
  const [file, container, run, generation] = id;
  const [stdout, stderr, framed] = lanes;
  const [size, duplicates, unframed, ended, sealed] = counts;
  const [stored, deadLettered, discarded] = sums;
  return {
    file,
    container,
    run,
    generation,
    lanes: { stdout, stderr, unframed: framed },
    size,
    stored: sumsOf(stored),
    duplicates,
    deadLettered: sumsOf(deadLettered),
    discarded: sumsOf(discarded),
    discardedBy,
    redactedBy,
    unframed,
    lost,
    ended,
    ...(sealed === null ? {} : { sealed }),
  };
}

/** What of a report is looked at seldom. */
export type Body = Pick<Report, 'files' | 'rest' | 'measures'>;

/** As a text of some 150 bytes a file: parsed, the reports of ten thousand pods would take a hundred megabytes. */
export const pack = ({ files, rest, measures }: Body): string => JSON.stringify([files.map(rowOf), rest, measures]);

/** Reads what `pack` has written. */
export function unpack(text: string): Body {
  const [rows, rest, measures] = JSON.parse(text) as [Row[], Body['rest'] | null, Body['measures'] | null];
  return { files: rows.map(fileOf), ...(rest ? { rest } : {}), ...(measures ? { measures } : {}) };
}
