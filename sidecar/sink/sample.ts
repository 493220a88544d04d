import { stampMs } from '../plain/stamp.ts';
import type { Batch } from './batch.ts';

/** Some records of a batch that stand for all of it. */
export interface Sample {
  /** Of each, in milliseconds since 1970. */
  stamps: number[];
  /** What its payload was recognised as. */
  formats: string[];
  /** How many records it stands for. */
  weights: number[];
}

/** Of a batch with no more records than this each is looked at; ten microseconds each are all that there is for it. */
const AT_MOST = 8;
const NEWLINE = 10;
const QUOTE = 34;
/** How a document begins, up to its stamp. */
const STAMP_AT = '{"@timestamp":"'.length;
const OURS = Buffer.from('"tracewell":{"file":"');
const FORMAT = Buffer.from('"format":"');

/** Looks at some records of a body that is not packed yet, at equal distances, the first among them. */
export function sampleOf(body: Buffer, { count, ends }: Pick<Batch, 'count' | 'ends'>): Sample {
  const sample: Sample = { stamps: [], formats: [], weights: [] };
  const size = Math.min(count, AT_MOST);
  for (let i = 0; i < size; i++) {
    const place = Math.floor((i * count) / size);
    const end = ends[place]!;
    const start = place > 0 ? ends[place - 1]! : 0;
    // One that a rule leaves out has no lines.
    if (end === start) continue;
    const stamp = body.indexOf(NEWLINE, start) + 1 + STAMP_AT;
    const stampEnd = body.indexOf(QUOTE, stamp);
    // Every document has both.
    const format = body.indexOf(FORMAT, body.indexOf(OURS, stampEnd)) + FORMAT.length;
    sample.stamps.push(stampMs(body, stamp, stampEnd));
    sample.formats.push(body.toString('latin1', format, body.indexOf(QUOTE, format)));
    sample.weights.push(Math.floor(((i + 1) * count) / size) - place);
  }
  return sample;
}
