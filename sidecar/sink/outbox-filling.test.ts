import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lines, outboxWorld as world, type Departure } from '../../test/sidecar/outbox-world.ts';
import type { LogFile } from '../source/log-file.ts';
import { violations, type Checkpoint } from '../source/checkpoint.ts';
import type { Fate } from './fates.ts';

const ALWAYS = { ruleFor: () => 'debug' };

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
    const { bodies, departures, add, outbox, answer } = world();
    for (let batch = 0; batch < 2; batch++) {
      add(1, 'x'.repeat(1_000_000));
      outbox.dispatch();
      await answer(batch);
    }
    expect(outbox.release()).toBe(true);
    expect(outbox.release()).toBe(false);
    add();
    outbox.dispatch();
    expect(new Set(departures.map(({ batch }) => batch)).size).toBe(3);
    expect(bodies.at(-1)!.capacity).toBeLessThan(100_000);
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
