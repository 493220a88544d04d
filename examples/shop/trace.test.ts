import { expect, it } from 'vitest';
import { newSpan, traceparentOf } from './trace.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

it('a hop keeps the trace id of its caller and has a span id of its own', () => {
  const span = newSpan(`00-${TRACE}-${PARENT}-01`);
  expect(span).toEqual({ traceId: TRACE, spanId: expect.stringMatching(/^[0-9a-f]{16}$/) as string });
  expect(span.spanId).not.toBe(PARENT);
});

it('what a hop passes on is read by the next one', () => {
  const first = newSpan();
  expect(newSpan(traceparentOf(first)).traceId).toBe(first.traceId);
});

it.each([
  ['no header', undefined],
  ['an empty one', ''],
  ['upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
  ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
  ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['the forbidden version', `ff-${TRACE}-${PARENT}-01`],
  ['a word before it', `x00-${TRACE}-${PARENT}-01`],
])('%s begins a new trace', (_, header) => {
  const { traceId } = newSpan(header);
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(traceId).not.toBe(TRACE);
});
