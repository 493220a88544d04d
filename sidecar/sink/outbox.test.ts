import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRecord } from '../plain/record.ts';
import { freshCheckpoint, violations, type Checkpoint } from '../source/checkpoint.ts';
import { STDOUT, type LaneOffsets } from '../source/lane.ts';
import type { LogFile } from '../source/log-file.ts';
import type { Batch } from './batch.ts';
import { PlainBody } from './bulk-body.ts';
import type { Fate, Fates } from './fates.ts';
import { Outbox } from './outbox.ts';

const RECORD_BYTES = 10;
const ALWAYS = { ruleFor: () => 'debug' };

/** What an outbox needs of a log file, whose records are ten bytes each. */
class Lines {
  position = 0;
  checkpoint: Checkpoint;

  constructor(name: string) {
    this.checkpoint = freshCheckpoint({ file: name.padEnd(24, '0'), container: 'cart', run: 0, generation: 0 });
  }

  get file(): LogFile {
    return this as unknown as LogFile;
  }

  next(text = 'a line'): RawRecord {
    const buffer = Buffer.from(text);
    const offset = this.position;
    this.position += RECORD_BYTES;
    const whole = { buffer, start: 0, end: buffer.length, cut: 0, continued: false };
    return { offset, bytes: RECORD_BYTES, lane: STDOUT, stamp: '2026-01-02T03:04:05Z', ...whole };
  }

  lanesNow(): LaneOffsets {
    return [this.position, this.position, this.position];
  }

  settle(checkpoint: Checkpoint): Checkpoint {
    this.checkpoint = checkpoint;
    return checkpoint;
  }
}

interface Departure {
  readonly batch: Batch;
  readonly records: number;
  readonly answer: (fates: readonly Fate[]) => void;
  readonly fail: (error: Error) => void;
}

/** An outbox whose batches are answered for when a test says so. */
function world(changes: Partial<{ inFlight: number; batchBytes: number; batchAgeMs: number }> = {}) {
  const limits = { inFlight: 3, batchBytes: 1_000_000, batchAgeMs: 3000, ...changes };
  const clock = { ms: 0 };
  const departures: Departure[] = [];
  /** Records, and when. */
  const acknowledged: [number, number][] = [];
  const saved: Checkpoint[] = [];
  /** How many checkpoints there were, each time they were written. */
  const writes: number[] = [];
  const body = new PlainBody(() => 0);
  const outbox = new Outbox({
    deliverer: {
      deliver: (batch) => {
        const { promise, resolve, reject } = Promise.withResolvers<Fates>();
        const isStored = (fate: Fate) => fate === 'stored' || fate === 'discarded';
        const answer = (fates: readonly Fate[]) => resolve(fates.every(isStored) ? 'stored' : fates);
        departures.push({ batch, records: batch.count, answer, fail: reject });
        return promise;
      },
    },
    body,
    state: {
      save: () => void writes.push(saved.length),
      remember: (checkpoints) => void saved.push(...checkpoints),
    },
    limits: () => limits,
    now: () => clock.ms,
    wall: () => clock.ms,
    onAcknowledged: ({ weights }, at) => acknowledged.push([weights.reduce((sum, weight) => sum + weight, 0), at]),
  });
  const lines = new Lines('a');
  const origin = { file: lines.checkpoint.file, constant: Buffer.from('"host.name":"n"') };
  const add = (count = 1, text?: string) => {
    for (let i = 0; i < count; i++) outbox.add(lines.file, origin, lines.next(text));
  };
  const send = (count = 1) => {
    add(count);
    outbox.dispatch();
  };
  const answer = async (at: number, fate: Fate = 'stored') => {
    departures[at]!.answer(Array.from({ length: departures[at]!.records }, () => fate));
    await outbox.landed(0);
  };
  return { outbox, body, limits, clock, departures, acknowledged, saved, writes, lines, origin, add, send, answer };
}

describe('batches on their way', () => {
  it('are told of when they are answered for, whatever order that is', async () => {
    const { acknowledged, clock, send, answer, outbox } = world();
    send(1);
    send(2);
    expect(outbox.oldest).toBe(Date.parse('2026-01-02T03:04:05Z'));
    clock.ms = 700;
    await answer(1);
    clock.ms = 900;
    await answer(0);
    expect(acknowledged).toEqual([
      [2, 700],
      [1, 900],
    ]);
    expect(outbox.oldest).toBeUndefined();
  });

  it('are as many as the configuration says at this moment', () => {
    const { outbox, limits, send } = world({ inFlight: 2 });
    send();
    expect(outbox.isFull).toBe(false);
    send();
    expect(outbox.isFull).toBe(true);
    limits.inFlight = 3;
    expect(outbox.isFull).toBe(false);
    limits.inFlight = 1;
    expect(outbox.isFull).toBe(true);
    expect(() => send()).toThrow('BUG');
  });

  it('move a checkpoint in the order in which they left, whatever order they are answered in', async () => {
    const { saved, send, answer, outbox } = world();
    send(1);
    send(2);
    send(3);
    await answer(2);
    await answer(1);
    expect(saved).toEqual([]);
    expect(outbox.isFull).toBe(true);
    await answer(0);
    expect(saved.map(({ lanes, stored }) => [lanes[0], stored.records])).toEqual([
      [10, 1],
      [30, 3],
      [60, 6],
    ]);
    expect(outbox.isEmpty).toBe(true);
  });

  it('have their checkpoints written once a second, however full they are', async () => {
    const { outbox, clock, writes, send, add, answer } = world({ batchBytes: 1000 });
    for (let turn = 0; turn < 10; turn++) {
      send();
      await answer(turn);
      clock.ms += 200;
      outbox.save();
    }
    expect(writes).toEqual([1, 5, 10]);
    add(10);
    outbox.dispatch();
    await answer(10);
    expect(writes).toEqual([1, 5, 10]);
    await outbox.flush();
    expect(writes).toEqual([1, 5, 10, 11]);
  });

  it('move a checkpoint to where the files stood when they left', async () => {
    const { saved, send, add, answer } = world();
    send(2);
    add(5);
    await answer(0);
    expect(saved.map(({ lanes }) => lanes)).toEqual([[20, 20, 20]]);
  });

  it('are filled again once they are answered for', async () => {
    const { departures, send, answer } = world({ inFlight: 2 });
    for (let turn = 0; turn < 20; turn += 2) {
      send();
      send();
      await answer(turn + 1);
      await answer(turn);
    }
    expect(new Set(departures.map(({ batch }) => batch)).size).toBeLessThanOrEqual(3);
  });

  it('let go of the memory that a huge record took', async () => {
    const { body, add, outbox, answer } = world({ batchBytes: 100_000 });
    add(1, 'x'.repeat(1_000_000));
    outbox.dispatch();
    expect(body.capacity).toBeLessThan(100_000);
    await answer(0);
  });

  it('that fail by a bug stay unanswered for, with all that come after, and whoever waits hears of it', async () => {
    const { departures, saved, send, answer, outbox } = world();
    send(1);
    send(1);
    send(1);
    departures[1]!.fail(new Error('a bug'));
    await expect(outbox.landed(60_000)).rejects.toThrow('a batch cannot be delivered');
    await expect(answer(2)).rejects.toThrow('a batch cannot be delivered');
    expect(saved).toEqual([]);
    await expect(answer(0)).rejects.toThrow('a batch cannot be delivered');
    expect(saved.map(({ lanes }) => lanes[0])).toEqual([10]);
    await expect(outbox.flush()).rejects.toThrow('a batch cannot be delivered');
  });
});

it('sends records out of their turn beside the others, and counts none of them', async () => {
  const { outbox, departures, saved, lines, origin, send, answer } = world({ inFlight: 1 });
  send();
  const sizes: number[] = [];
  outbox.sendAhead((add) => {
    sizes.push(add(lines.file, origin, lines.next()));
    add(lines.file, origin, lines.next(), ALWAYS);
    sizes.push(add(lines.file, origin, lines.next()));
  });
  expect(departures.map(({ records }) => records)).toEqual([1, 2]);
  expect(sizes[1]).toBe(departures[1]!.batch.size);
  expect(gunzipSync(departures[1]!.batch.gzip)).toHaveLength(sizes[1]!);
  departures[1]!.answer(['stored', 'stored']);
  await answer(0);
  expect(saved.map(({ lanes, stored }) => [lanes[0], stored.records])).toEqual([[10, 1]]);
  outbox.sendAhead(() => undefined);
  expect(departures).toHaveLength(2);
});

describe('whoever waits for a landing', () => {
  it('waits for nothing when nothing is on its way', async () => {
    await expect(world().outbox.landed(60_000)).resolves.toBeUndefined();
  });

  it('hears of it', async () => {
    const { send, departures, outbox, saved } = world();
    send();
    const landed = outbox.landed(60_000);
    departures[0]!.answer(['stored']);
    await landed;
    expect(saved).toHaveLength(1);
  });

  it('by a flush is sent without room for it, and heard of when all is answered for', async () => {
    const { outbox, add, send, departures } = world({ inFlight: 1 });
    send();
    add();
    const flushed = outbox.flush();
    expect(departures).toHaveLength(2);
    departures[1]!.answer(['stored']);
    departures[0]!.answer(['stored']);
    await flushed;
    expect(outbox.isEmpty).toBe(true);
  });
});

describe('the batch that is filled', () => {
  it('is due when its first record has waited long enough, never while it is empty', () => {
    const { outbox, clock, add } = world();
    clock.ms = 10_000;
    expect(outbox.isDueIn(0)).toBe(false);
    add();
    clock.ms = 12_999;
    add();
    expect(outbox.isDueIn(0)).toBe(false);
    clock.ms = 13_000;
    expect(outbox.isDueIn(0)).toBe(true);
    outbox.dispatch();
    expect(outbox.isDueIn(0)).toBe(false);
  });

  it('is due before, when nobody will look in time', () => {
    const { outbox, clock, add } = world();
    expect(outbox.isDueIn(60_000)).toBe(false);
    add();
    clock.ms = 2000;
    expect([outbox.isDueIn(999), outbox.isDueIn(1000)]).toEqual([false, true]);
  });

  it('is due soon when it has an error in it', () => {
    const { outbox, clock, add } = world();
    add();
    add(1, 'ERROR no more cups');
    clock.ms = 200;
    expect(outbox.isDueIn(0)).toBe(true);
  });

  it('is due soon in a pod that says much', () => {
    const { outbox, clock, add } = world({ inFlight: 8 });
    for (; clock.ms < 5000; clock.ms += 1000) {
      add(10, 'x'.repeat(100_000));
      outbox.dispatch();
    }
    add();
    clock.ms += 160;
    expect(outbox.isDueIn(0)).toBe(true);
  });

  it('takes as long to fill as the pod needs to say so much', () => {
    const { outbox, clock, add } = world({ inFlight: 30, batchBytes: 1_000_000 });
    expect(outbox.fillMs).toBe(Infinity);
    for (; clock.ms < 30_000; clock.ms += 1000) {
      add(10, 'x'.repeat(99_000));
      outbox.dispatch();
    }
    expect(outbox.fillMs).toBeGreaterThan(800);
    expect(outbox.fillMs).toBeLessThan(1200);
  });

  it('grows by a little for a record that is left out', () => {
    const { outbox, lines, origin } = world();
    const { file } = lines;
    for (let i = 0; i < 100; i++) outbox.add(file, origin, lines.next(), ALWAYS);
    expect(outbox.bytes).toBe(6400);
    outbox.dispatch();
    expect(outbox.bytes).toBe(0);
  });

  it('keeps no more memory than it needs when it is quiet', async () => {
    const { body, add, outbox, answer } = world();
    add(1, 'x'.repeat(1_000_000));
    outbox.dispatch();
    await answer(0);
    outbox.shrink();
    add();
    outbox.dispatch();
    expect(body.capacity).toBeLessThan(100_000);
  });
});

it('counts each record once, by its fate, and passes none that is not answered for', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('add' as const), file: fc.nat(1) }),
    fc.record({ do: fc.constant('discard' as const), file: fc.nat(1) }),
    fc.record({ do: fc.constant('dispatch' as const) }),
    fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(7),
      fates: fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }),
    }),
  );
  const FATES = ['stored', 'duplicate', 'deadLettered'] as const;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 8 }), async (steps, inFlight) => {
      const { outbox, departures, saved } = world({ inFlight });
      const files = [new Lines('a'), new Lines('b')];
      const counts = { stored: 0, duplicate: 0, deadLettered: 0, discarded: 0 };
      const open: Departure[] = [];
      const answered = new Set<Departure>();
      /** Where the files stood when each batch left. */
      const left: Map<LogFile, number>[] = [];
      /** Up to where all of a file is answered for. */
      const passed = (file: LogFile): number => {
        const open = departures.findIndex((one) => !answered.has(one));
        return left[(open < 0 ? departures.length : open) - 1]?.get(file) ?? 0;
      };
      const answer = async (at: number, fates: readonly number[]) => {
        const [departure] = open.splice(at % open.length, 1);
        if (!departure) return;
        answered.add(departure);
        const all = departure.batch.runs.flatMap(({ rule, from, to }) =>
          Array.from({ length: to - from }, (_, i): Fate => {
            const fate = rule === undefined ? FATES[fates[(from + i) % fates.length]!]! : 'discarded';
            counts[fate]++;
            return fate;
          }),
        );
        departure.answer(all);
        await outbox.landed(0);
      };
      const dispatch = () => {
        if (outbox.isFull) return;
        const before = departures.length;
        outbox.dispatch();
        if (departures.length === before) return;
        open.push(departures.at(-1)!);
        left.push(new Map(files.map((lines) => [lines.file, lines.position])));
      };
      let added = 0;
      for (const each of steps) {
        const lines = files[each.do === 'add' || each.do === 'discard' ? each.file : 0]!;
        if (each.do === 'add') outbox.add(lines.file, { file: 'x', constant: Buffer.from('"a":1') }, lines.next());
        if (each.do === 'discard')
          outbox.add(lines.file, { file: 'x', constant: Buffer.from('"a":1') }, lines.next(), ALWAYS);
        if (each.do === 'dispatch') dispatch();
        if (each.do === 'answer') await answer(each.which, each.fates);
        if (each.do === 'add' || each.do === 'discard') added++;
        for (const { checkpoint, file } of files) {
          expect(checkpoint.lanes[0]).toBeLessThanOrEqual(passed(file));
          expect(violations(checkpoint)).toEqual([]);
        }
      }
      while (!outbox.isEmpty) {
        dispatch();
        await answer(0, [0]);
      }
      const sums = files.map(({ checkpoint }) => checkpoint);
      const total = (count: (checkpoint: Checkpoint) => number) => sums.reduce((sum, one) => sum + count(one), 0);
      expect({
        stored: total(({ stored, duplicates }) => stored.records - duplicates),
        duplicate: total(({ duplicates }) => duplicates),
        deadLettered: total(({ deadLettered }) => deadLettered.records),
        discarded: total(({ discarded }) => discarded.records),
      }).toEqual(counts);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(added);
      for (const { file } of sums) {
        const offsets = saved.filter((one) => one.file === file).map(({ lanes }) => lanes[0]);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      }
      expect(files.map(({ checkpoint }) => checkpoint.lanes[0])).toEqual(files.map(({ position }) => position));
    }),
  );
});
