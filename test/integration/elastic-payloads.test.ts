import { MAX_DEPTH } from '../../sidecar/plain/json.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streamsOf } from '../../operator/elastic/streams.ts';
import { providedElasticsearch } from '../backends/provided.ts';
import { elasticOf, namespaceOf, recordAt } from './elastic.ts';
import type { BulkAnswer } from './elastic.ts';

const { elasticsearch, missing } = providedElasticsearch();

/** JSON that has other JSON inside, so and so often. */
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const fields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, index]));

describe.skipIf(missing)(`what applications log ${missing}`, () => {
  const { request } = elasticsearch;
  const elastic = elasticOf(elasticsearch);
  const created: string[] = [];

  beforeAll(() => elastic.install());
  afterAll(async () => {
    await elastic.close();
    await elasticsearch.down();
  });

  async function streamFor(test: string): Promise<string> {
    const namespace = namespaceOf(test);
    await elastic.createStreams(namespace);
    const { logs } = streamsOf(namespace);
    created.push(logs);
    return logs;
  }

  /** Stores records, each with this text as its `app`, one after the other; returns what became of each. */
  async function log(stream: string, ...apps: readonly string[]) {
    const outcomes = [];
    for (const [offset, app] of apps.entries()) {
      const { id, document } = recordAt(offset);
      const lines = [JSON.stringify({ create: { _id: id } }), `${JSON.stringify(document).slice(0, -1)},"app":${app}}`];
      const { body } = await request<BulkAnswer>('POST', `/${stream}/_bulk?refresh=true`, `${lines.join('\n')}\n`);
      outcomes.push(body.items[0]!['create']!);
    }
    return outcomes;
  }

  it.each([
    [
      'text, then a number, a boolean, an object, a list',
      ['{"x":"a"}', '{"x":1}', '{"x":true}', '{"x":{"y":1}}', '{"x":[1,"a",{"y":2},null,[3]]}'],
    ],
    ['a number, then text, a boolean, an object', ['{"x":1}', '{"x":"a"}', '{"x":true}', '{"x":{"y":{"z":"a"}}}']],
    ['a boolean, then text, a number', ['{"x":true}', '{"x":"maybe"}', '{"x":3}']],
    ['an object, then text in its place', ['{"x":{"y":1}}', '{"x":"a"}']],
    ['a date, then what is none', ['{"x":"2026-01-02T03:04:05Z"}', '{"x":"yesterday"}', '{"x":5}']],
    [
      'a whole number, then one with a fraction, then one too large for any field',
      ['{"x":1}', '{"x":1.5}', '{"x":1e400}', `{"x":${'9'.repeat(400)}}`],
    ],
    ['nothing', ['{}', '{"x":null}', '{"x":{}}', '{"x":[]}']],
    ['keys with dots in all places', ['{"x.y":1,"x.y.z":2,"x":3}', '{"x..y":1,".x":1,"x.":1,".":1,"..":1}']],
    [
      'keys that Elasticsearch uses itself',
      [
        '{"_id":1,"_source":"a","_index":"b","_routing":1,"@timestamp":"no"}',
        '{"type":"nested","properties":{},"enabled":false}',
      ],
    ],
    [
      'keys of any script, with blanks, quotes, control characters',
      ['{"ключ":"да","💥":1,"a b":1,"\\"":1,"a\\u0000b":"a\\u0000b","*":1,"__proto__":1}'],
    ],
    ['half a surrogate pair', ['{"x":"\\ud800"}']],
    ['a list of objects that disagree', ['{"x":[{"id":1,"name":"a"},{"id":"b","name":{"y":1}}]}']],
    ['lists in lists', ['{"x":[[[1]],[["a"]]]}']],
    ['objects as deep as the sidecar lets them be', [nested(MAX_DEPTH)]],
    [
      'text too long to be a term',
      [JSON.stringify({ x: 'x'.repeat(40_000) }), JSON.stringify({ x: 'é'.repeat(40_000) })],
    ],
    ['fifteen hundred fields, then one more', [JSON.stringify(fields(1_500)), '{"onemore":"a"}']],
  ])('is stored: %s', async (_, apps) => {
    const stream = await streamFor('stored');
    expect((await log(stream, ...apps)).map(({ status, error }) => error?.reason ?? status)).toEqual(
      apps.map(() => 201),
    );
    const { body } = await request<{ hits: { hits: { _source: { app: unknown } }[] } }>('POST', `/${stream}/_search`, {
      sort: ['log.offset'],
    });
    expect(body.hits.hits.map(({ _source }) => _source.app)).toEqual(apps.map((app) => JSON.parse(app) as unknown));
  });

  it.each([
    ['a key twice', '{"x":1,"x":2}', 'Duplicate field'],
    ['an empty key', '{"":1}', 'empty string'],
    ['a blank key', '{" ":1}', 'only whitespace'],
    ['text instead of an object', '"text"', 'found a concrete value'],
    ['a number instead of an object', '3', 'found a concrete value'],
    ['a number of 1,100 digits', `{"x":${'9'.repeat(1_100)}}`, 'Number value length'],
  ])('is refused, and that record alone: %s', async (_, app, reason) => {
    const stream = await streamFor('refused');
    const [before, refused, after] = await log(stream, '{"x":1}', app, '{"x":2}');
    expect([before, after].map((outcome) => outcome?.status)).toEqual([201, 201]);
    expect(refused?.status).toBe(400);
    expect(refused?.error?.reason).toContain(reason);
    expect(refused?.failure_store ?? 'not_enabled').toBe('not_enabled');
    expect(await request('GET', `/${stream}/_count`)).toMatchObject({ body: { count: 2 } });
  });

  it('maps numbers as doubles, and short text as one word', async () => {
    const stream = await streamFor('mapped');
    await log(stream, '{"whole":1,"part":1.5,"text":"a b","date":"2026-01-02","flag":true,"in":{"side":2}}');
    const { body } = await request<Record<string, { mappings: { properties: { app: object } } }>>(
      'GET',
      `/${stream}/_mapping`,
    );
    const number = { type: 'double', ignore_malformed: true };
    const word = { type: 'keyword', ignore_above: 1024 };
    expect(Object.values(body)[0]?.mappings.properties.app).toMatchObject({
      properties: { whole: number, part: number, 'in.side': number, text: word, date: word, flag: { type: 'boolean' } },
    });
  });

  it('never goes to a failure store', async () => {
    expect(created.length).toBeGreaterThan(0);
    for (const stream of created) {
      const { status, body } = await request('POST', `/${stream}::failures/_search`, {});
      expect({ status, body }).toMatchObject({ status: 200, body: { hits: { total: { value: 0 } } } });
    }
  });
});
