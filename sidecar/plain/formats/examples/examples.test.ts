import { expect, it } from 'vitest';
import type { LogDocument } from '../../../../api/document.ts';
import { STDOUT, type Lane } from '../../../source/lane.ts';
import { Body } from '../../body.ts';
import { DocumentWriter } from '../../document.ts';
import { FIELDS } from '../../fields.ts';
import { EXAMPLES } from './examples.ts';

const origin = {
  file: '0123456789abcdef01234567',
  constant: Buffer.from('"service.name":"cart","host.name":"node-1"'),
};

/** The document of a record with this text. */
function documentOf(line: string): LogDocument {
  const buffer = Buffer.from(line);
  const body = new Body();
  const lane: Lane = STDOUT;
  const place = { offset: 0, bytes: buffer.length + 41, lane, stamp: '2026-01-02T03:04:05.678901234Z' };
  const record = { ...place, buffer, start: 0, end: buffer.length, cut: 0, continued: false };
  new DocumentWriter(body, () => 0).write(record, origin);
  return JSON.parse(body.bytes.toString('utf8', 0, body.length).split('\n')[1]!) as LogDocument;
}

const OURS: readonly string[] = [...FIELDS, 'app'];

it.each(EXAMPLES)('understands $format of $by', ({ format, line, becomes }) => {
  const document = documentOf(line);
  expect(document.tracewell.format).toBe(format);
  const found = Object.fromEntries(Object.entries(document).filter(([name]) => OURS.includes(name)));
  const message = format === 'json' ? {} : { message: line };
  expect(found).toEqual({ 'service.name': 'cart', ...message, ...(JSON.parse(becomes) as object) });
});
