import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RedactionRule } from '../../api/sidecar-config.ts';
import { continuationOf } from '../../sidecar/plain/continuation.ts';
import { Collector } from '../../sidecar/plain/collect.ts';
import type { Origin } from '../../sidecar/plain/document.ts';
import type { RawRecord } from '../../sidecar/plain/record.ts';
import { Redactor } from '../../sidecar/plain/redact/redactor.ts';
import { Batch, type Entry, type Run } from '../../sidecar/sink/batch.ts';
import type { BulkBody } from '../../sidecar/sink/bulk-body.ts';
import { freshCheckpoint } from '../../sidecar/source/checkpoint.ts';
import { openFile } from '../../sidecar/source/discovery.ts';
import { LogFile } from '../../sidecar/source/log-file.ts';
import { UNFRAMED } from '../../sidecar/source/lane.ts';
import type { Reading } from '../../sidecar/source/reading.ts';

export interface ConversionOptions {
  multiline?: string;
  /** Bytes past which a text is cut. */
  limit?: number;
  /** A body of so many bytes is full. */
  full?: number;
  /** What is replaced in records. */
  redact?: readonly RedactionRule[];
  /** Bytes of each chunk; those of the body's when it has fewer. */
  chunk?: number;
}

/** What became of a batch: its body, and a line for each of its records. */
export interface Converted {
  body: string;
  records: string[];
  /** How often which rule replaced something. */
  redactions: Record<string, number>;
  isUrgent: boolean;
}

const FILE = '0a7ea830851c988f69d5ddea';
const ORIGIN: Origin = {
  file: FILE,
  constant: Buffer.from('"kubernetes":{"namespace":"shop"},"service.name":"cart é","host.name":"node-1"'),
};

function expectSums(batch: Batch, { from, to, bytes, offsets, unframed }: Run): void {
  const each = Array.from({ length: to - from }, (_, i) => batch.at(from + i));
  const sum = (of: (entry: Entry) => number) => each.reduce((total, entry) => total + of(entry), 0);
  const found = [sum((one) => one.bytes), sum((one) => one.offset), sum(({ lane }) => (lane === UNFRAMED ? 1 : 0))];
  if (found.join() !== [bytes, offsets, unframed].join())
    throw new Error('sums of a run that are not those of its records');
}

/**
 * Reads a log file that grows by `pieces`, as a sidecar does, and returns its batches. Records that the engine took at once, and
 * those that came one by one, are the same.
 */
export function convert(pieces: readonly Buffer[], body: BulkBody, options: ConversionOptions = {}): Converted[] {
  const { multiline = 'Auto', limit = 1_048_576, full = 262_144, chunk = Infinity, redact = [] } = options;
  const redactor = redact.length > 0 ? new Redactor(redact, Buffer.from('key')) : undefined;
  const origin = { ...ORIGIN, redactor };
  const folder = mkdtempSync(join(tmpdir(), 'tracewell-conversion-'));
  const path = join(folder, '0.log');
  writeFileSync(path, '');
  const opened = openFile({ path, isPacked: false }, (_, error) => {
    throw error;
  })!;
  const checkpoint = freshCheckpoint({ file: FILE, container: 'cart', run: 0, generation: 0 });
  const file = new LogFile({ opened, checkpoint, collector: new Collector(), previous: undefined, folder });
  const batches: Converted[] = [];
  const batch = new Batch();
  const finish = (): void => {
    if (batch.count === 0) return;
    const bytes = gunzipSync(body.pack(Buffer.alloc(0)));
    const records = Array.from({ length: batch.count }, (_, i) => {
      const { offset, bytes: covered, lane, start, end } = batch.at(i);
      return `${offset}+${covered} lane ${lane} at ${start}-${end}`;
    });
    for (const run of batch.runs) expectSums(batch, run);
    const redactions = batch.redactions.get(file) ?? {};
    batches.push({ body: bytes.toString(), records, redactions, isUrgent: batch.isUrgent });
    batch.clear(Infinity);
  };
  const emit = (record: RawRecord): boolean => {
    redactor?.hits.clear();
    const isUrgent = body.write(record, origin);
    batch.isUrgent ||= isUrgent;
    batch.add(file, origin, record, body.length);
    if (redactor) batch.addRedactions(file, redactor.hits);
    return batch.size < full;
  };
  const take: Reading['take'] = (lines) => {
    const rows = body.take({ ...lines, limit, full, multiline: how }, origin);
    if (!rows) return { count: 0, covered: 0, to: lines.from, waiting: [], isFull: false };
    batch.isUrgent ||= rows.isUrgent;
    batch.addRows(file, origin, rows);
    return { ...rows, isFull: batch.size >= full };
  };
  const buffer = body.chunk.subarray(0, Math.min(chunk, body.chunk.length));
  const grouping = { continuation: continuationOf(multiline), limit };
  const how = multiline === 'Auto' || multiline === 'Off' ? multiline : 'Pattern';
  const reading: Reading = { grouping, buffer, now: { wall: 0, steady: 0 }, emit, take };
  const turn = (): void => {
    if (batch.size >= full) finish();
  };
  try {
    for (const piece of pieces) {
      appendFileSync(path, piece);
      file.look();
      while (file.unread > 0 && file.read(reading) > 0) turn();
      turn();
    }
    file.finished = true;
    while (!file.ended) {
      file.end(reading);
      turn();
    }
    finish();
    const { size, answered, pending, open, lost, unread } = file.account;
    if (answered + pending + open + lost + unread !== size) throw new Error('bytes without a place');
    return batches;
  } finally {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
