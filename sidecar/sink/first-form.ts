import type { LogDocument } from '../../api/document.ts';
import { CLEAN_BYTES } from '../plain/document.ts';
import { shorten, type RawRecord } from '../plain/record.ts';
import type { Entry } from './batch.ts';

const NEWLINE = 10;

/**
 * A record of a batch as its first form tells of it: for one that cannot be read from its file any more, or not now. What was
 * JSON is that again, but for blanks and the spelling of what was promoted.
 */
export function readFirstForm(body: Buffer, { start, end, offset, bytes, lane }: Entry): RawRecord {
  const document = body.indexOf(NEWLINE, start) + 1;
  const form = JSON.parse(body.toString('utf8', document, end)) as LogDocument;
  const { message, app, tracewell } = form;
  const buffer = Buffer.from(
    app ? JSON.stringify({ ...(message === undefined ? {} : { message }), ...app }) : (message ?? ''),
  );
  const { cut = 0, continued = false } = tracewell;
  const stamp = form.stream === undefined ? undefined : form['@timestamp'];
  const record: RawRecord = { offset, bytes, lane, stamp, buffer, start: 0, end: buffer.length, cut, continued };
  shorten(record, CLEAN_BYTES);
  return record;
}
