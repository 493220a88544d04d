import { describe, expect, it } from 'vitest';
import { levelOf, promote, spanIdOf, targetOf, traceIdOf, traceparentIn, type Facts } from './promote.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const none = (): Facts => ({ level: undefined, traceId: undefined, spanId: undefined });

it.each([
  ['message', 'message'],
  ['msg', 'message'],
  ['level', 'level'],
  ['log.level', 'level'],
  ['severity', 'level'],
  ['trace_id', 'traceId'],
  ['traceID', 'traceId'],
  ['trace.id', 'traceId'],
  ['spanId', 'spanId'],
  ['span.id', 'spanId'],
  ['traceparent', 'traceparent'],
  ['Message', undefined],
  ['messages', undefined],
  ['ms', undefined],
  ['traceparents', undefined],
  ['', undefined],
  ['é', undefined],
])('the key %j stands for %s', (key, target) => {
  const bytes = Buffer.from(`"${key}"`);
  expect(targetOf(bytes, 1, bytes.length - 1)).toBe(target);
});

it.each([
  ['INFO', 'info'],
  ['Warning', 'warning'],
  ['err_1', 'err_1'],
  [10, 'trace'],
  [30, 'info'],
  [60, 'fatal'],
  [35, undefined],
  ['30', undefined],
  ['', undefined],
  ['two words', undefined],
  ['a"b', undefined],
  ['x'.repeat(33), undefined],
  [null, undefined],
  [{ name: 'info' }, undefined],
  [['info'], undefined],
])('the level %j is written as %s', (value, level) => {
  expect(levelOf(value)).toBe(level);
});

describe.each([
  ['trace', traceIdOf, TRACE],
  ['span', spanIdOf, SPAN],
])('a %s id', (_, idOf, id) => {
  it('is written in lower case', () => {
    expect([idOf(id), idOf(id.toUpperCase())]).toEqual([id, id]);
  });

  it.each([
    ['too short', id.slice(1)],
    ['too long', `${id}0`],
    ['nought', '0'.repeat(id.length)],
    ['not hex', `${id.slice(1)}g`],
    ['a number', 12],
    ['absent', undefined],
  ])('is none when it is %s', (_, value) => {
    expect(idOf(value)).toBeUndefined();
  });
});

it.each([
  ['alone', PARENT, true],
  ['inside a text', `got traceparent=${PARENT}, going on`, true],
  ['of a later version', `cc-${TRACE}-${SPAN}-00-more`, true],
  ['in upper case, which the standard forbids', PARENT.toUpperCase(), false],
  ['with a trace id of nought', `00-${'0'.repeat(32)}-${SPAN}-01`, false],
  ['with a span id of nought', `00-${TRACE}-${'0'.repeat(16)}-01`, false],
  ['inside a longer word', `a${PARENT}`, false],
  ['with a longer end', `${PARENT}f`, false],
])('finds a traceparent %s', (_, text, isThere) => {
  expect(traceparentIn(text)).toEqual(isThere ? { traceId: TRACE, spanId: SPAN } : undefined);
});

it('takes the first of two values for a field, and leaves the second', () => {
  const facts = none();
  expect([promote('level', 'info', facts), promote('level', 'debug', facts)]).toEqual([true, false]);
  expect(facts.level).toBe('info');
});

it('leaves a value of the wrong shape, and takes a right one after it', () => {
  const facts = none();
  expect([promote('traceId', 'none', facts), promote('traceId', TRACE, facts)]).toEqual([false, true]);
  expect(facts).toEqual({ ...none(), traceId: TRACE });
});

it('takes both ids of a traceparent', () => {
  const facts = none();
  expect(promote('traceparent', PARENT, facts)).toBe(true);
  expect(facts).toEqual({ ...none(), traceId: TRACE, spanId: SPAN });
});

it.each([
  ['a trace id was taken', { ...none(), traceId: 'f'.repeat(32) }, PARENT],
  ['a span id was taken', { ...none(), spanId: 'f'.repeat(16) }, PARENT],
  ['it is none', none(), 'no parent'],
  ['it is a number', none(), 7],
])('leaves a traceparent when %s', (_, before, value) => {
  const facts = { ...before };
  expect(promote('traceparent', value, facts)).toBe(false);
  expect(facts).toEqual(before);
});
