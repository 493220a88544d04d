import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readBulk, weave, writeBulk } from './wire.ts';

const items = ['a', 'b', 'c'].map((id) => ({ id, document: `{"message":"${id} é"}` }));
const stored = { create: { status: 201 } };
const refused = { create: { status: 429, error: { type: 'busy', reason: 'no room' } } };

it('reads what it writes', () => {
  expect(readBulk(writeBulk(items))).toEqual(items);
  expect(gunzipSync(writeBulk(items.slice(0, 1))).toString()).toBe('{"create":{"_id":"a"}}\n{"message":"a é"}\n');
});

it.each([
  ['its last newline is missing', '{"create":{"_id":"a"}}\n{}', /no newline/],
  ['an action is no create', '{"index":{"_id":"a"}}\n{}\n', /no create/],
  ['a document is missing', '{"create":{"_id":"a"}}\n', /not pairs/],
  ['a document is no JSON', '{"create":{"_id":"a"}}\n{\n', /JSON/],
  ['its UTF-8 is broken', Buffer.from('{"create":{"_id":"a"}}\n{"a":"\xff"}\n', 'latin1'), /not valid/],
])('refuses a body when %s', (_, body, says) => {
  expect(() => readBulk(gzipSync(body))).toThrow(says);
});

it('puts refusals and answers together in the order of the request', () => {
  expect(weave(new Map([[1, refused]]), [stored, stored], 3)).toEqual([stored, refused, stored]);
  expect(() => weave(new Map([[1, refused]]), [stored], 3)).toThrow('1 answers are too few for 2 records');
});
