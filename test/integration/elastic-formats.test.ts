import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogDocument } from '../../api/document.ts';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { Body } from '../../sidecar/plain/body.ts';
import { DocumentWriter } from '../../sidecar/plain/document.ts';
import { EXAMPLES } from '../../sidecar/plain/formats/examples/examples.ts';
import { HOSTILE } from '../../sidecar/plain/formats/examples/hostile.ts';
import type { RawRecord } from '../../sidecar/plain/record.ts';
import { STDOUT } from '../../sidecar/source/lane.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

const FILE = '0123456789abcdef01234567';
const origin = { file: FILE, constant: Buffer.from('"service.name":"cart","host.name":"node-1"') };

function recordOf(payload: string | Buffer, offset: number): RawRecord {
  const buffer = Buffer.from(payload);
  const bytes = buffer.length + 41;
  const place = { offset, bytes, lane: STDOUT, stamp: '2026-01-02T03:04:05.678901234Z' } as const;
  return { ...place, buffer, start: 0, end: buffer.length, cut: 0, continued: false };
}

/** The lines of a bulk request. */
function written(write: (writer: DocumentWriter) => void): Buffer {
  const body = new Body();
  write(new DocumentWriter(body, () => 0));
  return Buffer.from(body.bytes.subarray(0, body.length));
}

const documentIn = (lines: Buffer) => JSON.parse(lines.toString().split('\n')[1]!) as LogDocument;

interface SearchAnswer {
  readonly hits: { readonly hits: readonly { readonly _source: LogDocument }[] };
}

/** Their mappings say how a field is asked for. */
const TEXTS = ['message', 'error.message', 'error.stack_trace'];

/** What finds a document by the value of a field. */
function query(field: string, value: string | number): object {
  if (typeof value === 'number') return { range: { [field]: { gte: value, lte: value } } };
  return TEXTS.includes(field) ? { match_phrase: { [field]: value } } : { term: { [field]: value } };
}

describe.skipIf(missing)(`lines that applications write ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const namespace = namespaceOf('formats');
  const { logs, deadLetters } = streamsOf(namespace);

  beforeAll(async () => {
    await elastic.install();
    await elastic.createStreams(namespace);
  });
  afterAll(async () => {
    await elastic.close();
    await elasticsearch.down();
  });

  async function send(body: Buffer, stream = logs): Promise<number[]> {
    const answer = await request<BulkAnswer>('POST', `/${stream}/_bulk?refresh=true`, body.toString());
    expect(answer.status).toBe(200);
    return answer.body.items.map((item) => item['create']!.status);
  }

  const search = async (...filter: object[]) =>
    (await request<SearchAnswer>('POST', `/${logs}/_search`, { query: { bool: { filter } } })).body.hits.hits;

  it.each(EXAMPLES.map((example, index) => ({ ...example, offset: 1000 * (index + 1) })))(
    'are found by every field: $format of $by',
    async ({ format, line, becomes, offset }) => {
      expect(await send(written((writer) => writer.write(recordOf(line, offset), origin)))).toEqual([201]);
      const { app, ...fields } = JSON.parse(becomes) as Record<string, string | number> & { app?: object };
      const asked = Object.entries({ 'tracewell.format': format, ...fields }).map(([field, value]) =>
        query(field, value),
      );
      const [hit, ...more] = await search({ term: { 'log.offset': offset } }, ...asked);
      expect(more).toEqual([]);
      expect(hit?._source).toMatchObject(fields);
      expect(hit?._source.app).toEqual(app);
    },
  );

  it.each([
    ['a range of status codes', { range: { 'http.response.status_code': { gte: 500 } } }, ['Google Cloud']],
    ['a prefix of URLs', { prefix: { 'url.original': '/pay' } }, ['bunyan', 'nginx and Apache, combined']],
    ['the end of addresses', { wildcard: { 'client.address': '*::7' } }, ['nginx and Apache, combined']],
    ['slow requests', { range: { 'event.duration': { gt: 20_000_000 } } }, ['Google Cloud']],
    ['a service of its own', { term: { 'service.name': 'payment' } }, undefined],
  ])('are found by %s', async (_, asked, by) => {
    const names = (await search(asked)).map(({ _source }) => EXAMPLES[_source['log.offset'] / 1000 - 1]!.by);
    const own = EXAMPLES.filter(({ becomes }) => becomes.includes('"service.name"')).map((example) => example.by);
    expect(names.toSorted()).toEqual((by ?? own).toSorted());
  });

  it.each(HOSTILE.map((each, index) => ({ ...each, offset: 1_000_000 + 1000 * index })))(
    'harm nobody: $name is $becomes',
    async ({ payload, becomes, offset }) => {
      const record = recordOf(payload, offset);
      const neighbours = [recordOf('before', offset - 1), recordOf('behind', offset + 1)];
      const first = written((writer) => {
        writer.write(neighbours[0]!, origin);
        writer.write(record, origin);
        writer.write(neighbours[1]!, origin);
      });
      expect(await send(first)).toEqual([201, becomes === 'stored' ? 201 : 400, 201]);
      const second = written((writer) => writer.repaired(record, origin, 'document_parsing_exception'));
      expect(await send(second)).toEqual([becomes === 'stored' ? 409 : 201]);
      const last = written((writer) => writer.deadLetter(record, origin, { reason: 'r', error: 'e' }));
      expect(await send(last, deadLetters)).toEqual([201]);
      const [hit] = await search({ term: { 'log.offset': offset } });
      expect(hit?._source).toEqual(
        documentIn(
          written((writer) => {
            if (becomes === 'stored') writer.write(record, origin);
            else writer.repaired(record, origin, 'document_parsing_exception');
          }),
        ),
      );
    },
  );
});
