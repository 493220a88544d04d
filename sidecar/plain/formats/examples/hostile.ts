/** A payload that is meant to break something, and what is to become of it in Elasticsearch. */
export interface Hostile {
  readonly name: string;
  readonly payload: string | Buffer;
  /** `stored`: in its first form; `repaired`: as clean text, after one refusal. */
  readonly becomes: 'stored' | 'repaired';
}

const hostile = (name: string, payload: string | Buffer, becomes: Hostile['becomes'] = 'stored'): Hostile => ({
  name,
  payload,
  becomes,
});
const around = (before: string, bytes: readonly number[], behind: string): Buffer =>
  Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(behind)]);
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

export const HOSTILE: readonly Hostile[] = [
  hostile(
    'our-own-keys',
    '{"@timestamp":"no","_id":"x","_source":{},"stream":7,"message":"m","log.offset":"y","tracewell":{"file":1},"kubernetes":1,"service.name":"s","host.name":[],"app":{"app":2}}',
  ),
  hostile(
    'our-own-keys-twice',
    '{"message":"a","message":"b","log.level":"info","log":{"level":"warn"},"service":{"name":"s"},"service.name":"t"}',
  ),
  hostile('a-key-twice', '{"a":1,"a":2}', 'repaired'),
  hostile('a-key-twice-in-an-object', '{"log":{"level":"info","a":1,"a":2}}', 'repaired'),
  hostile('a-key-twice-by-an-escape', String.raw`{"a":1,"\u0061":2}`, 'repaired'),
  hostile('an-empty-key', '{"":1}', 'repaired'),
  hostile('a-blank-key', '{" ":1}', 'repaired'),
  hostile('dots-for-keys', '{".":1,"..":2,"a.":3,".a":4,"a..b":5}'),
  hostile('sixty-four-levels', nested(64)),
  hostile('sixty-five-levels', nested(65)),
  hostile('a-thousand-levels', nested(1000)),
  hostile('a-thousand-levels-of-lists', `{"a":${'['.repeat(1000)}${']'.repeat(1000)}}`),
  hostile('a-number-of-1100-digits', `{"n":${'9'.repeat(1100)}}`, 'repaired'),
  hostile('a-number-of-1100-digits-for-a-field', `{"event.duration":${'9'.repeat(1100)}}`, 'repaired'),
  hostile('a-number-past-every-double', '{"n":1e400,"http.response.status_code":1e2}'),
  hostile('broken-utf8', around('{"message":"a', [0xff, 0xc3], '","a":1}')),
  hostile('broken-utf8-in-a-key', around('{"a', [0xff], '":1}')),
  hostile(
    'keys-made-equal-by-their-repair',
    Buffer.concat([around('{"a', [0xff], '":1,'), around('"a', [0xfe], '":2}')]),
    'repaired',
  ),
  hostile('broken-utf8-in-logfmt', around('msg="a', [0xff], String.raw`\xc3" a=1`)),
  hostile('a-nul', String.raw`{"message":"a\u0000b","level":"in\u0000fo"}`),
  hostile('a-nul-in-a-key', String.raw`{"a\u0000b":1}`),
  hostile('a-nul-as-it-is', around('{"a":"', [0], '"}')),
  hostile('a-lone-surrogate', String.raw`{"message":"\ud83d","logger":"\ude00","a":"\ud83d"}`),
  hostile('a-lone-surrogate-in-a-key', String.raw`{"a\ud83d":1}`),
  hostile('a-lone-surrogate-in-logfmt', String.raw`msg="\ud83d" logger="\ude00" a="\ud83dx"`),
  hostile('a-prototype', '{"__proto__":{"level":"info"},"constructor":{"prototype":1},"level":"warn"}'),
  hostile('a-prototype-in-logfmt', '__proto__=1 constructor=2 toString=3'),
  hostile('a-list', '[{"message":"paid"}]'),
  hostile('a-string', '"paid"'),
  hostile('a-number', '7'),
  hostile('null', 'null'),
  hostile('two-objects', '{"a":1}{"b":2}'),
  hostile('an-object-that-breaks-off', '{"message":"paid","level":"err'),
  hostile(
    'wrong-types-for-every-field',
    '{"message":{"a":1},"level":[],"trace_id":7,"error":7,"http":{"request":{"method":{}},"response":{"status_code":"200","body":{"bytes":-1}}},"url":{"path":null},"event":{"duration":1.5},"service":{"name":{}}}',
  ),
  hostile(
    'fields-too-long-to-be-terms',
    JSON.stringify({
      message: 'm',
      logger: 'x'.repeat(40_000),
      url: { original: 'é'.repeat(40_000) },
      error: { type: 't'.repeat(40_000), message: 'm'.repeat(40_000), stack_trace: 's'.repeat(40_000) },
    }),
  ),
  hostile('a-key-of-40-kilobytes', JSON.stringify({ ['k'.repeat(40_000)]: 'a' })),
  hostile('a-thousand-quotes', `{"a":"${'\\"'.repeat(1000)}"}`),
  hostile('nothing', ''),
];
