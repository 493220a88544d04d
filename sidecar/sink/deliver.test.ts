import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakedClock } from '../../test/sidecar/faked-clock.ts';
import { MemorySink, type MemoryItem } from '../../test/sidecar/memory-sink.ts';
import { listen } from '../../test/sidecar/said.ts';
import type { RawRecord } from '../plain/record.ts';
import { Reminder } from '../reminder.ts';
import { STDOUT } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import type { Outcome } from './answer.ts';
import { Batch } from './batch.ts';
import { PlainBody } from './bulk-body.ts';
import { Deliverer } from './deliver.ts';
import type { Fate } from './fates.ts';

const clock = new FakedClock();
beforeEach(() => clock.start());
afterEach(() => clock.stop());

const LOGS = 'logs';
const DEAD = 'dead';
const REFUSED: Outcome = { kind: 'rejected', reason: 'document_parsing_exception', error: 'no such luck' };
const BUSY: Outcome = { kind: 'retry', reason: '429 es_rejected_execution_exception', error: 'full' };
const BURIED = 'Elasticsearch refuses records in every form';
const HELD = 'Elasticsearch refuses too many records in every form; they are held back';

function recordOf(text: string, offset: number): RawRecord {
  const buffer = Buffer.from(text);
  const whole = { buffer, start: 0, end: buffer.length, cut: 0, continued: false };
  return { offset, bytes: 10, lane: STDOUT, stamp: '2026-01-02T03:04:05.678901234Z', ...whole };
}

/** A deliverer, and files whose records are `texts`, ten bytes each. */
function world() {
  const sink = new MemorySink();
  const { log, said } = listen();
  const ending = new AbortController();
  const now = () => performance.now();
  const real = new Deliverer({
    sink,
    streams: () => ({ logs: LOGS, deadLetters: DEAD }),
    log,
    reminder: new Reminder(now),
    now,
    wall: () => 0,
    random: () => 1,
    ending: ending.signal,
  });
  /** Each record's fate. */
  const deliver = async (batch: Batch): Promise<readonly Fate[]> => {
    const fates = await real.deliver(batch);
    if (fates !== 'stored') return fates;
    return batch.runs.flatMap(({ rule, from, to }) => all(to - from, rule === undefined ? 'stored' : 'discarded'));
  };
  const deliverer = { deliver };
  const lines = (message: string) => said.filter((line) => line.message === message);
  return { sink, said, lines, ending, deliverer };
}

function batchOf(texts: readonly (string | undefined)[], { file: name = 'f', isGone = false } = {}): Batch {
  const batch = new Batch();
  const body = new PlainBody(() => 0);
  const reread = async ({ offset }: { offset: number }) =>
    isGone ? undefined : recordOf(texts[offset / 10] ?? '', offset);
  const file = { reread } as unknown as LogFile;
  const origin = { file: name, constant: Buffer.from('"host.name":"n"') };
  for (const [i, text] of texts.entries()) {
    const record = recordOf(text ?? '', 10 * i);
    if (text === undefined) batch.discard(file, record, 'debug');
    else {
      body.write(record, origin);
      batch.add(file, origin, record, body.length);
    }
  }
  batch.gzip = body.pack();
  return batch;
}

const numbered = (count: number, name = 'line') => Array.from({ length: count }, (_, i) => `${name} ${i}`);
const all = (count: number, fate: Fate) => Array.from({ length: count }, () => fate);
const messages = (sink: MemorySink, stream: string) =>
  [...sink.stored(stream).values()].map(({ document }) => document['message']);

describe('a batch', () => {
  it('that is stored, sent again, is found to be stored', async () => {
    const { sink, deliverer } = world();
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(3))))).toEqual(all(3, 'stored'));
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(3))))).toEqual(all(3, 'duplicate'));
    expect(messages(sink, LOGS)).toEqual(numbered(3));
  });

  it('has the records that a rule leaves out neither sent nor forgotten', async () => {
    const { sink, deliverer } = world();
    const fates = await clock.soon(deliverer.deliver(batchOf([undefined, 'a', undefined, 'b'])));
    expect(fates).toEqual(['discarded', 'stored', 'discarded', 'stored']);
    expect(messages(sink, LOGS)).toEqual(['a', 'b']);
  });

  it('of nothing but records that a rule leaves out needs no request', async () => {
    const { sink, deliverer } = world();
    expect(await deliverer.deliver(batchOf([undefined, undefined]))).toEqual(all(2, 'discarded'));
    expect(sink.requests).toEqual([]);
  });

  it('is sent again but for what was taken', async () => {
    const { sink, deliverer } = world();
    sink.onItem = ({ document }) => {
      const isBusy = sink.requests.length < 5 && document['message'] !== 'line 0';
      return isBusy ? BUSY : undefined;
    };
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(1000))))).toEqual(all(1000, 'stored'));
    expect(sink.requests.map(({ items }) => items.length)).toEqual([1000, 999, 999, 999, 999]);
    expect(sink.stored(LOGS).size).toBe(1000);
  });

  it('that is too large is halved until it is not', async () => {
    const { sink, deliverer } = world();
    sink.onRequest = ({ items }) => (items.length > 2 ? { kind: 'tooLarge' } : undefined);
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(7))))).toEqual(all(7, 'stored'));
    expect(messages(sink, LOGS)).toEqual(numbered(7));
  });

  it('waits as long as the key is refused, and says so once a minute with the cure', async () => {
    const { sink, lines, deliverer } = world();
    const until = performance.now() + 150_000;
    sink.onRequest = () =>
      performance.now() < until ? { kind: 'hold', reason: '401 security_exception', error: 'no' } : undefined;
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(2))))).toEqual(all(2, 'stored'));
    const said = lines('Elasticsearch did not take records');
    expect(said.length).toBeGreaterThanOrEqual(2);
    expect(said.length).toBeLessThanOrEqual(3);
    expect(said[0]).toMatchObject({ reason: '401 security_exception', cure: expect.stringContaining('API key') });
    expect(lines('Elasticsearch takes records again')).toHaveLength(1);
  });

  it('is stored when the failure store takes it, and that is said', async () => {
    const { sink, lines, deliverer } = world();
    sink.onItem = () => ({ kind: 'stored', aside: true });
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(50))))).toEqual(all(50, 'stored'));
    expect(lines('Elasticsearch puts records into the failure store')).toMatchObject([{ stream: LOGS }]);
  });
});

describe('a refused record', () => {
  it('goes again as clean text under the same name', async () => {
    const { sink, deliverer } = world();
    sink.onItem = ({ document }) => (document['app'] ? REFUSED : undefined);
    const texts = ['{"message":"a","b":1}', 'plain'];
    expect(await clock.soon(deliverer.deliver(batchOf(texts)))).toEqual(all(2, 'stored'));
    expect(sink.requests[1]!.items.map(({ id }) => id)).toEqual(['f.0.10']);
    expect(new Set(messages(sink, LOGS))).toEqual(new Set(texts));
    expect(sink.stored(LOGS).get('f.0.10')!.document['tracewell']).toMatchObject({
      repaired: 'document_parsing_exception',
    });
  });

  it.each([
    ['refused again becomes a dead letter with its text', false, 'curse', 'curse'],
    ['that is gone from its file becomes a dead letter with its text, too', true, 'curse', 'curse'],
    ['that was JSON and is gone is JSON again', true, '{"b": 1, "msg":"curse"}', '{"message":"curse","b":1}'],
  ])('%s', async (_, isGone, text, message) => {
    const { sink, lines, deliverer } = world();
    sink.onItem = ({ document }, { stream }) =>
      stream === LOGS && String(document['message']).includes('curse') ? REFUSED : undefined;
    const fates = await clock.soon(deliverer.deliver(batchOf(['a', text, 'b'], { isGone })));
    expect(fates).toEqual(['stored', 'deadLettered', 'stored']);
    expect(sink.stored(DEAD).get('f.10.10')!.document).toMatchObject({
      message,
      '@timestamp': '2026-01-02T03:04:05.678901234Z',
      tracewell: { file: 'f', bytes: 10, reason: 'document_parsing_exception', error: 'no such luck' },
    });
    expect(lines(BURIED)).toMatchObject([{ records: 1, stream: DEAD, error: 'no such luck' }]);
  });

  it('waits while even the stream of dead letters refuses it', async () => {
    const { sink, lines, deliverer } = world();
    let refusals = 0;
    sink.onItem = (_, { stream }) => (stream === LOGS || refusals++ < 5 ? REFUSED : undefined);
    expect(await clock.soon(deliverer.deliver(batchOf(['curse'])))).toEqual(['deadLettered']);
    expect(lines('Elasticsearch did not take records')).toMatchObject([{ stream: DEAD }]);
  });

  it('too large even alone and as clean text is a dead letter', async () => {
    const { sink, deliverer } = world();
    sink.onRequest = ({ stream, items }) =>
      stream === LOGS && items.some(({ id }) => id === 'f.10.10') ? { kind: 'tooLarge' } : undefined;
    expect(await clock.soon(deliverer.deliver(batchOf(['a', 'large', 'b'])))).toEqual([
      'stored',
      'deadLettered',
      'stored',
    ]);
    expect(sink.stored(DEAD).get('f.10.10')!.document['tracewell']).toMatchObject({ reason: 'TooLarge' });
  });

  it('of many is written anew in parts of a megabyte', async () => {
    const { sink, deliverer } = world();
    sink.onItem = ({ document }) => (document['app'] ? REFUSED : undefined);
    const text = JSON.stringify({ a: 'x'.repeat(200_000) });
    expect(await clock.soon(deliverer.deliver(batchOf(Array.from({ length: 12 }, () => text))))).toEqual(
      all(12, 'stored'),
    );
    expect(sink.requests.map(({ items }) => items.length)).toEqual([12, 6, 6]);
  });
});

describe('records that are refused in numbers for one reason', () => {
  const broken = (sink: MemorySink) => {
    sink.onItem = (_, { stream }) => (stream === LOGS ? REFUSED : undefined);
  };

  it('are held back, and stored in their first form once that is mended', async () => {
    const { sink, lines, deliverer } = world();
    broken(sink);
    const texts = Array.from({ length: 30 }, (_, i) => JSON.stringify({ message: `m ${i}`, a: i }));
    const delivered = deliverer.deliver(batchOf(texts));
    const mendedAt = performance.now() + 200_000;
    await clock.once(() => performance.now() > mendedAt);
    expect(sink.stored(DEAD).size).toBe(0);
    const isFirst = (item: MemoryItem | undefined) => item?.document['app'] !== undefined;
    sink.onRequest = ({ items }) => {
      if (isFirst(items[0])) sink.onItem = () => undefined;
      return undefined;
    };
    expect(await clock.soon(delivered)).toEqual(all(30, 'stored'));
    expect([...sink.stored(LOGS).values()].map(({ document }) => document['app'])).toEqual(
      texts.map((_, i) => ({ a: i })),
    );
    expect(lines(BURIED)).toEqual([]);
    const alerts = lines(HELD);
    expect(alerts.length).toBeGreaterThanOrEqual(3);
    expect(alerts.length).toBeLessThanOrEqual(5);
    expect(alerts[0]).toMatchObject({
      level: 'error',
      reason: 'document_parsing_exception',
      error: 'no such luck',
      records: 30,
      stream: LOGS,
      cure: expect.stringContaining('mend'),
    });
    // Some forty tries in more than three minutes would be too many.
    expect(sink.requests.length).toBeLessThan(40);
  });

  it('are buried when they are few, or few among many', async () => {
    const { sink, deliverer } = world();
    sink.onItem = ({ id }, { stream }) => (stream === LOGS && Number(id.split('.')[1]) < 200 ? REFUSED : undefined);
    expect(await clock.soon(deliverer.deliver(batchOf(numbered(20))))).toEqual(all(20, 'deadLettered'));
    const other = world();
    other.sink.onItem = sink.onItem;
    const fates = await clock.soon(other.deliverer.deliver(batchOf(numbered(250, 'other'))));
    expect(fates).toEqual([...all(20, 'deadLettered'), ...all(230, 'stored')]);
  });

  it('are buried at the end of the pod, for then they would be lost', async () => {
    const { sink, ending, deliverer } = world();
    broken(sink);
    const delivered = deliverer.deliver(batchOf(numbered(30)));
    await clock.once(() => sink.requests.length >= 6);
    expect(sink.stored(DEAD).size).toBe(0);
    ending.abort();
    expect(await clock.soon(delivered)).toEqual(all(30, 'deadLettered'));
    expect(sink.stored(DEAD).size).toBe(30);
  });

  it('hold up no record that is not refused', async () => {
    const { sink, deliverer } = world();
    sink.onItem = ({ document }, { stream }) =>
      stream === LOGS && String(document['message']).startsWith('bad') ? REFUSED : undefined;
    void deliverer.deliver(batchOf([...numbered(30, 'bad'), ...numbered(10, 'good')]));
    const other = deliverer.deliver(batchOf(numbered(10, 'fine'), { file: 'g' }));
    expect(await clock.soon(other)).toEqual(all(10, 'stored'));
    await clock.once(() => sink.stored(LOGS).size === 20);
    expect(new Set(messages(sink, LOGS))).toEqual(new Set([...numbered(10, 'fine'), ...numbered(10, 'good')]));
  });
});

describe('several batches', () => {
  it('in an outage send one request at a time, and together afterwards', async () => {
    const { sink, deliverer } = world();
    const until = performance.now() + 60_000;
    sink.onRequest = () =>
      performance.now() < until ? { kind: 'retry', elsewhere: true, reason: '503', error: 'away' } : undefined;
    const batches = ['a', 'b', 'c', 'd', 'e'].map((file) => deliverer.deliver(batchOf(numbered(3), { file })));
    expect(await clock.soon(Promise.all(batches))).toEqual(Array.from({ length: 5 }, () => all(3, 'stored')));
    // Five that went before the trouble was known, then 200 ms, 400 ms, …, 25.6 s apart; at last the five.
    expect(sink.requests.length).toBeLessThanOrEqual(5 + 9 + 5);
  });
});

it('gives each record one fate, and it is where its fate says, whatever is answered', async () => {
  const answers = fc.infiniteStream(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant('store' as const) },
      { weight: 1, arbitrary: fc.constantFrom('retry', 'hold', 'tooLarge', 'lost' as const) },
    ),
  );
  const outcomes = fc.infiniteStream(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      { weight: 2, arbitrary: fc.constant(REFUSED) },
      { weight: 1, arbitrary: fc.constant(BUSY) },
    ),
  );
  const batches = fc.array(fc.array(fc.boolean(), { maxLength: 40 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(batches, answers, outcomes, async (kept, answer, outcome) => {
      const { sink, deliverer } = world();
      sink.onItem = () => outcome.next().value;
      sink.onRequest = ({ stream, items }) => {
        const next = answer.next().value;
        if (next === 'tooLarge') return { kind: 'tooLarge' };
        const fault = { reason: '503', error: 'away' };
        if (next === 'retry') return { kind: 'retry', elsewhere: true, ...fault };
        if (next === 'hold') return { kind: 'hold', ...fault };
        // Stored, and nobody hears of it.
        if (next === 'lost') {
          for (const item of items) sink.stored(stream).set(item.id, item);
          return { kind: 'retry', elsewhere: true, ...fault };
        }
        return undefined;
      };
      const all = kept.map((batch, i) =>
        batchOf(
          batch.map((isKept) => (isKept ? 'text' : undefined)),
          { file: `${i}` },
        ),
      );
      const fates = await clock.soon(Promise.all(all.map((batch) => deliverer.deliver(batch))));
      expect(fates.map(({ length }) => length)).toEqual(kept.map(({ length }) => length));
      const isTrue = (fate: Fate, id: string): boolean => {
        if (fate === 'discarded') return !sink.stored(LOGS).has(id) && !sink.stored(DEAD).has(id);
        return sink.stored(fate === 'deadLettered' ? DEAD : LOGS).has(id);
      };
      const lies = fates.flatMap((batch, i) => batch.filter((fate, j) => !isTrue(fate, `${i}.${10 * j}.10`)));
      expect(lies).toEqual([]);
      const isKept = fates.map((batch) => batch.map((fate) => fate !== 'discarded'));
      expect(isKept).toEqual(kept);
    }),
    { numRuns: 60 },
  );
});
