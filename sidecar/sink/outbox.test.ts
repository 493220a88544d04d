import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { outboxWorld as world } from '../../test/sidecar/outbox-world.ts';

const ALWAYS = { ruleFor: () => 'debug' };

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

  it('have their checkpoints written every two seconds, however full they are', async () => {
    const { outbox, clock, writes, send, add, answer } = world({ batchBytes: 1000 });
    for (let turn = 0; turn < 10; turn++) {
      send();
      await answer(turn);
      clock.ms += 400;
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
    const { bodies, add, outbox, answer } = world({ batchBytes: 100_000 });
    add(1, 'x'.repeat(1_000_000));
    outbox.dispatch();
    expect(bodies.at(-1)!.capacity).toBeLessThan(100_000);
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
