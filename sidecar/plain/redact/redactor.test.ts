import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RedactionRule } from '../../../api/sidecar-config.ts';
import { ALL_RULES, HOSTILE_TEXT, jsonOf, naming } from '../../../test/sidecar/secrets.ts';
import { ObjectReader } from '../json.ts';
import { redactionId, Redactor } from './redactor.ts';

const CARD = '4111111111111111';
const KEY = Buffer.from('00112233', 'hex');
const custom = (pattern: string, changes: Partial<RedactionRule> = {}): RedactionRule => ({
  pattern,
  with: 'Text',
  replacement: '[redacted]',
  ...changes,
});
const all = new Redactor(ALL_RULES, undefined);

/** What becomes of a payload, with something around it that must not be looked at. */
function jsonBy(redactor: Redactor, json: string, exempt: readonly number[] = []): string | undefined {
  const bytes = Buffer.from(`4111 ${json} 1111`);
  expect(new ObjectReader().read(bytes, 5, bytes.length - 5)).toBe(true);
  return redactor
    .json(
      bytes,
      5,
      bytes.length - 5,
      exempt.map((at) => at + 5),
    )
    ?.toString();
}

describe('in JSON', () => {
  it.each([
    ['a string', `{"a":"x ${CARD}"}`, '{"a":"x <card>"}'],
    ['a number, which becomes a string', `{"a":${CARD}}`, '{"a":"<card>"}'],
    ['a number in a list', `{"a":[1, ${CARD} ,2]}`, '{"a":[1, "<card>" ,2]}'],
    ['a key', `{"${CARD}":1}`, '{"<card>":1}'],
    ['keys, which stay apart', `{"${CARD}":1,"a@b.de" :{"b@b.de":2}}`, '{"<card>":1,"<email> 2" :{"<email> 3":2}}'],
    ['something nested', `{"a":{"b":[{"c":"${CARD}"}]}}`, '{"a":{"b":[{"c":"<card>"}]}}'],
    [
      'JSON in a string',
      String.raw`{"a":"{\"b\":\"https:\\/\\/u:p@h\"}"}`,
      String.raw`{"a":"{\"b\":\"https:\\/\\/u:<url-password>@h\"}"}`,
    ],
    ['escaped digits', String.raw`{"a":"\u0034111111111111111","b":"\"1"}`, String.raw`{"a":"<card>","b":"\"1"}`],
    ['digits that are escaped twice', String.raw`{"a":"\\u0034111111111111111"}`, '{"a":"<card>"}'],
    ['an escaped slash', String.raw`{"a":"https:\/\/u:p\u00e9@h"}`, String.raw`{"a":"https:\/\/u:<url-password>@h"}`],
    [
      'an escaped sign',
      String.raw`{"a":"?password\u003dx\u0026y=1"}`,
      String.raw`{"a":"?password\u003d<url-password>\u0026y=1"}`,
    ],
    ['after an escaped letter', String.raw`{"a":"\u00e9${CARD}\n${CARD}"}`, String.raw`{"a":"\u00e9<card>\n<card>"}`],
    [
      'the secret after its name',
      String.raw`{"aws": {"secret_access_\u006bey" : "wJalrXUtnFEMI\/K7MDENG/bPxRfiCYEXAMPLEKEY"}}`,
      String.raw`{"aws": {"secret_access_\u006bey" : "<cloud-key>"}}`,
    ],
  ])('%s is redacted', (_, json, expected) => {
    expect(jsonBy(all, json)).toBe(expected);
  });

  it.each([
    ['nothing is there', '{"a":"b","c":[1,2.5e3,true,null]}'],
    ['a name has the secret of another', '{"name":"secret_access_key","x":"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}'],
    ['a number has another form', `{"a":-${CARD},"b":${CARD}.5,"c":${CARD}e1,"d":0.${CARD}}`],
    ['a secret would reach over two strings', '{"a":"password=","b":["4111","1111","1111","1111"]}'],
  ])('where %s, nothing is', (_, json) => {
    expect(jsonBy(all, json)).toBeUndefined();
  });

  it('what was taken as an id or a time stays', () => {
    const json = `{"id":${CARD},"time":"${CARD}","card":${CARD}}`;
    const places = [json.indexOf(CARD), json.indexOf(CARD) + 16, json.indexOf('"4111'), json.indexOf('"4111') + 18];
    expect(jsonBy(all, json, places)).toBe(`{"id":${CARD},"time":"${CARD}","card":"<card>"}`);
  });

  it('a replacement is escaped', () => {
    expect(jsonBy(new Redactor([custom('x', { replacement: '"\\\n' })], undefined), '{"a":"axb"}')).toBe(
      String.raw`{"a":"a\"\\\nb"}`,
    );
  });
});

describe('in text', () => {
  it.each([
    ['as it is', `card ${CARD}`, 'card <card>'],
    ['with escapes of JSON', String.raw`{"card":"\u0034111111111111111" and a cut`, '{"card":"<card>" and a cut'],
    ['beside paths of Windows', String.raw`C:\users\new\u ${CARD}`, String.raw`C:\users\new\u <card>`],
    ['beside letters of any kind', `é${CARD}日 🚀`, 'é<card>日 🚀'],
  ])('a secret is redacted %s', (_, text, expected) => {
    expect(all.text(text)).toBe(expected);
  });

  it('what is no UTF-8 becomes what a decoder makes of it', () => {
    const bytes = Buffer.from(`\xff${CARD}\xe2\x82 ${CARD}\xc3`, 'latin1');
    expect(all.payload(bytes, 0, bytes.length)).toBe('\ufffd<card>\ufffd <card>\ufffd');
  });

  it('what was taken as an id stays', () => {
    const bytes = Buffer.from(`id=${CARD} card=${CARD}`);
    expect(all.payload(bytes, 0, bytes.length, [3, 19])).toBe(`id=${CARD} card=<card>`);
  });
});

describe('several rules', () => {
  it('what overlaps is replaced once, by the pattern before the built-in rule, and by the first of these', () => {
    const rules = [...ALL_RULES, custom('number \\d{4}', { replacement: '<custom>' })];
    const redactor = new Redactor(rules, undefined);
    expect(redactor.text(`number ${CARD}`)).toBe('<custom>');
    expect(redactor.text(`?token=Bearer&password=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.`)).toBe(
      '?token=<url-password>&password=<jwt>',
    );
    expect(redactor.text('https://ada:pw@example.com/')).toBe('https://ada:<url-password>/');
  });

  it('are counted by the rule that gave its name', () => {
    const pattern = custom('ssn=\\d+');
    const redactor = new Redactor([naming('card'), naming('email'), pattern], undefined);
    redactor.text(`${CARD} ssn=1 ssn=2 nothing`);
    jsonBy(redactor, `{"a@b.de":["${CARD}"]}`);
    redactor.text('nothing');
    expect(Object.fromEntries(redactor.hits)).toEqual({ [redactionId(pattern)]: 2, card: 2, email: 1 });
    expect(redactionId(pattern)).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('the replacement', () => {
  it('of the same length has as many characters', () => {
    const redactor = new Redactor([custom('né🚀+', { with: 'SameLength' })], undefined);
    expect(redactor.text('a né🚀🚀 b')).toBe('a **** b');
  });

  it('as a keyed hash is the same for the same value, however it is written', () => {
    const redactor = new Redactor(
      [
        { ...naming('card'), with: 'Hash' },
        { ...naming('email'), with: 'Hash' },
      ],
      KEY,
    );
    const hash = (value: string) => createHmac('sha256', KEY).update(value).digest('hex').slice(0, 16);
    const card = `[card:${hash(CARD)}]`;
    const email = `[email:${hash('ada@example.com')}]`;
    expect(redactor.text(`${CARD} 4111 1111 1111 1111, ADA@example.com`)).toBe(`${card} ${card}, ${email}`);
    expect(jsonBy(redactor, String.raw`{"a":"\u0034111-1111-1111-1111"}`)).toBe(`{"a":"${card}"}`);
  });

  it('is the text where there is no key', () => {
    expect(new Redactor([{ ...naming('card'), with: 'Hash' }], undefined).text(CARD)).toBe('<card>');
  });
});

it.each(['a', 'aaaa', 'a a a', 'é'])(
  'a payload grows to four times its length and 1 KiB at most: many of %j',
  (unit) => {
    const replacement = '"'.repeat(64);
    const redactor = new Redactor([custom('.', { replacement }), naming('card')], undefined);
    const list = Array.from({ length: 500 }, () => `"${unit}"`).join();
    const json = `{"a":[${list}],"n":[${'1,'.repeat(2000)}1],"${unit}":{"${unit}":"${unit}"}}`;
    const redacted = jsonBy(redactor, json)!;
    expect(Buffer.byteLength(redacted)).toBeLessThanOrEqual(4 * Buffer.byteLength(json) + 1024);
    expect(Buffer.byteLength(redacted)).toBeGreaterThan(Buffer.byteLength(json));
    JSON.parse(redacted);
    expect(redactor.text(unit.repeat(1000))).toBe(replacement);
  },
);

const CHOICES = fc.array(fc.nat(7), { maxLength: 12 });

it('a string of JSON is redacted as its text is, however its characters are written', () => {
  fc.assert(
    fc.property(HOSTILE_TEXT, CHOICES, fc.boolean(), (text, choices, isKey) => {
      const written = jsonOf(text, choices);
      const json = isKey ? `{${written}:[{}]}` : `{"key":[ ${written} ,"next"],"n":1}`;
      const redacted = jsonBy(all, json);
      const parsed = JSON.parse(redacted ?? json) as Record<string, unknown[]>;
      expect(isKey ? Object.keys(parsed)[0] : parsed.key![0]).toBe(all.text(text) ?? text);
    }),
    { numRuns: 10_000 },
  );
});

it('what is redacted is JSON, and nothing but strings and numbers has changed', () => {
  /** The value without what may change. */
  const shape = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shape);
    if (typeof value === 'object' && value !== null) return Object.values(value).map(shape);
    return typeof value === 'string' || typeof value === 'number' ? 'scalar' : value;
  };
  const { tree } = fc.letrec<{ tree: string; object: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('null', 'true', '1.5e3', CARD, '-0.5'),
      fc.tuple(HOSTILE_TEXT, CHOICES).map(([text, choices]) => jsonOf(text, choices)),
      fc.array(tie('tree'), { maxLength: 3 }).map((items) => `[${items.join(' , ')}]`),
      tie('object'),
    ),
    object: fc
      .uniqueArray(fc.tuple(HOSTILE_TEXT, tie('tree')), { selector: ([key]) => key, maxLength: 3 })
      .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(`k${key}`)} :${value}`).join()}}`),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      const json = `{"value":${value}}`;
      const redacted = jsonBy(all, json);
      expect(shape(JSON.parse(redacted ?? json))).toEqual(shape(JSON.parse(json)));
    }),
    { numRuns: 2000 },
  );
});
