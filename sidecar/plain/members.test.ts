import { expect, it } from 'vitest';
import { Body } from './body.ts';
import { Facts } from './facts.ts';
import { counted } from '../../test/counted.ts';
import { Members } from './members.ts';
import { PROMOTIONS, type As } from './promotions.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** The fields that are found, and what is left, both as they are written. */
function split(text: string): { fields: string; app: string | undefined } {
  const bytes = Buffer.from(`"${text}"`);
  const members = new Members();
  const facts = new Facts();
  expect(members.read(bytes, 1, bytes.length - 1)).toBe(true);
  members.promote(facts);
  const written = (write: (body: Body) => void) => {
    const body = new Body();
    write(body);
    return body.bytes.toString('utf8', 0, body.length);
  };
  const fields = written((body) => body.ascii(facts.write(body, bytes)));
  return { fields, app: members.isLeft ? written((body) => members.write(body)) : undefined };
}

it.each([
  ['nothing of nothing', '{}', '', undefined],
  ['all that it has', '{"msg":"a"}', '"message":"a",', undefined],
  ['escapes as they are', String.raw`{"msg":"\u00e9\/\ud83d"}`, String.raw`"message":"\u00e9\/\ud83d",`, undefined],
  ['the first of two', '{"msg":"a","message":"b"}', '"message":"a",', '{"message":"b"}'],
  ['a right one behind a wrong one', '{"msg":1,"message":"b"}', '"message":"b",', '{"msg":1}'],
  ['nested keys', '{"log":{"level":"INFO","logger":"a"}}', '"log.level":"info","log.logger":"a",', undefined],
  ['dotted keys', '{"log.level":"INFO","log.logger":"a"}', '"log.level":"info","log.logger":"a",', undefined],
  [
    'keys half dotted',
    '{"http.request":{"method":"GET"},"http":{"response.status_code":200}}',
    '"http.request.method":"GET","http.response.status_code":200,',
    undefined,
  ],
  ['what is deep inside', '{"http":{"response":{"body":{"bytes":7}}}}', '"http.response.body.bytes":7,', undefined],
  [
    'an object in part',
    '{"a":1,"log":{"x":1,"level":"info","y":[2]},"b":2}',
    '"log.level":"info",',
    '{"a":1,"log":{"x":1,"y":[2]},"b":2}',
  ],
  ['the first part of an object', '{"log":{"level":"info","y":2}}', '"log.level":"info",', '{"log":{"y":2}}'],
  ['the last part of an object', '{"log":{"y":2,"level":"info"}}', '"log.level":"info",', '{"log":{"y":2}}'],
  [
    'an object inside an object that goes with it',
    '{"http":{"request":{"method":"GET"}},"a":1}',
    '"http.request.method":"GET",',
    '{"a":1}',
  ],
  [
    'an object inside an object that stays',
    '{"http":{"request":{"method":"GET"},"a":1}}',
    '"http.request.method":"GET",',
    '{"http":{"a":1}}',
  ],
  [
    'parts at several depths',
    '{"error":{"message":"m","a":{"message":"x"}},"http":{"request":{"method":"GET","id":1},"b":1},"c":1}',
    '"error.message":"m","http.request.method":"GET",',
    '{"error":{"a":{"message":"x"}},"http":{"request":{"id":1},"b":1},"c":1}',
  ],
  [
    'an object between others that stay, with its blanks',
    '{ "a" : 1 , "log" : { "level" : "info" , "y" : 2 } , "b" : 2 }',
    '"log.level":"info",',
    '{"a" : 1 , "log" : {"y" : 2} , "b" : 2}',
  ],
  ['no empty object of the application', '{"log":{},"error":{"a":{}}}', '', '{"log":{},"error":{"a":{}}}'],
  ['no value in a list', '{"log":[{"level":"info"}]}', '', '{"log":[{"level":"info"}]}'],
  ['no key written with escapes', String.raw`{"m\u0073g":"a"}`, '', String.raw`{"m\u0073g":"a"}`],
  [
    'an id in another form, which stays',
    `{"dd":{"trace_id":"255","a":1}}`,
    `"trace.id":"${'ff'.padStart(32, '0')}",`,
    '{"dd":{"trace_id":"255","a":1}}',
  ],
  ['an error that is text', '{"error":"a"}', '"error.message":"a",', undefined],
  ['an error that is an object', '{"error":{"message":"a"}}', '"error.message":"a",', undefined],
  ['what is late when nothing else is there', '{"event":"a","body":"b"}', '"message":"a",', '{"body":"b"}'],
  ['what is late only then', '{"event":"a","body":"b","msg":"c"}', '"message":"c",', '{"event":"a","body":"b"}'],
  ['a severity of GELF', '{"level":3,"short_message":"a"}', '"message":"a","log.level":"err",', undefined],
  ['no severity of anything else', '{"level":0,"msg":"a"}', '"message":"a",', '{"level":0}'],
  ['a name beside what bunyan writes', '{"name":"a","v":0}', '"log.logger":"a",', '{"v":0}'],
  ['no name of anybody', '{"name":"Ada"}', '', '{"name":"Ada"}'],
  [
    'fields in their own order',
    `{"service":{"name":"s"},"url":{"path":"/"},"trace_id":"${TRACE}","level":"info","msg":"m"}`,
    `"message":"m","log.level":"info","trace.id":"${TRACE}","url.path":"/","service.name":"s",`,
    undefined,
  ],
])('takes %s', (_, text, fields, app) => {
  expect(split(text)).toEqual({ fields, app });
});

it('is used again without what it found before', () => {
  const members = new Members();
  const facts = new Facts();
  const texts = ['{"log":{"level":"info","x":1},"event":"a"}', '{"y":2}'].map((text) => Buffer.from(text));
  for (const bytes of texts) {
    members.read(bytes, 0, bytes.length);
    facts.clear();
    members.promote(facts);
  }
  const body = new Body();
  body.ascii(facts.write(body, texts[1]!));
  members.write(body);
  expect(body.bytes.toString('utf8', 0, body.length)).toBe('{"y":2}');
});

/** A value that fits, for each way of reading one, and how it is written in its field. */
const FITTING: Readonly<Record<As, readonly [value: unknown, written: string]>> = {
  text: ['a', '"a"'],
  filled: ['a', '"a"'],
  lines: ['a\nb', String.raw`"a\nb"`],
  level: ['INFO', '"info"'],
  severity: [6, '"info"'],
  trace: [TRACE, `"${TRACE}"`],
  span: [TRACE.slice(16), `"${TRACE.slice(16)}"`],
  datadog: ['255', 'ff"'],
  resource: [`projects/p/traces/${TRACE}`, `"${TRACE}"`],
  context: [`00-${TRACE}-${TRACE.slice(16)}-01`, `"${TRACE}"`],
  header: [`${TRACE}-${TRACE.slice(16)}`, `"${TRACE}"`],
  scopes: [[{ TraceId: TRACE }], `"${TRACE}"`],
  status: [200, '200'],
  count: [7, '7'],
  digits: ['7', '7'],
  milliseconds: [1, '1000000'],
  seconds: ['1s', '1000000000'],
};

it.each(PROMOTIONS)('fills $to from $path, dotted and nested', ({ path, as, to, with: company }) => {
  const [value, written] = FITTING[as];
  const beside = company === undefined ? {} : { [company]: {} };
  let inner: unknown = value;
  for (const key of path.split('.').toReversed()) inner = { [key]: inner };
  for (const record of [{ [path]: value }, inner as object]) {
    const { fields } = split(JSON.stringify({ ...beside, ...record }));
    expect(fields.startsWith(`"${to}":`)).toBe(true);
    expect(fields.slice(to.length + 3)).toContain(written);
  }
});

it.each([
  '"a":1,',
  '"name":1,',
  '"name":"a",',
  '"event":1,',
  '"level":9,',
  '"log":{"level":1},',
  '"log":{"level":"info","x":1},',
  '"http":{"response":{"body":{"bytes":"x"}}},',
  '"error":{"a":{"b":[]}},',
  '"trace_id":"0",',
  '"dd":{"trace_id":"99999999999999999999"},',
  '"Scopes":[{}],',
  '"stack":"",',
  String.raw`"stack":"\\\\",`,
  '"b3":"0-",',
  '"traceparent":"----",',
])('takes linear time for many %s', (member) => {
  const readsOf = (times: number) => {
    const { bytes, reads } = counted(`{${member.repeat(times)}"v":0}`);
    const members = new Members();
    expect(members.read(bytes, 0, bytes.length)).toBe(true);
    members.promote(new Facts());
    return reads();
  };
  const [once, twice] = [readsOf(100), readsOf(200)];
  expect(twice).toBeLessThan(2.1 * once + 1000);
});
