import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakedClock } from '../../test/sidecar/faked-clock.ts';
import { MemorySink } from '../../test/sidecar/memory-sink.ts';
import { listen } from '../../test/sidecar/said.ts';
import { Reminder } from '../reminder.ts';
import { freshCheckpoint } from '../source/checkpoint.ts';
import type { Outcome } from './answer.ts';
import { pack } from './slice.ts';
import { Sealer } from './sealer.ts';

const clock = new FakedClock();
beforeEach(() => clock.start());
afterEach(() => clock.stop());

const FILES = 'files';
const constant = Buffer.from('"kubernetes":{"namespace":"shop"},"service.name":"cart","host.name":"n"');
const pod = { namespace: 'shop', name: 'p', uid: 'u', node: 'n', labels: new Map(), annotations: new Map() };
const fileOf = (name: number) => String(name).padStart(24, '0');

function world(isIdle = false) {
  const sink = new MemorySink();
  const { log, said } = listen();
  const ending = new AbortController();
  const now = () => performance.now();
  const sealed: string[] = [];
  const sealer = new Sealer({
    sink,
    streams: () => ({ files: FILES }),
    pack,
    version: '1.2.3',
    log,
    reminder: new Reminder(now),
    now,
    wall: () => 0,
    random: () => 1,
    ending: ending.signal,
    isIdle: () => isIdle,
    onSealed: (file, size) => sealed.push(`${file} ${size}`),
  });
  const seal = (name: number) => {
    sealer.seal(freshCheckpoint({ file: fileOf(name), container: 'cart', run: 0, generation: 0 }), 0, constant);
  };
  const announce = (container = 'cart', run = 0) => sealer.announce({ pod, container, run, constant });
  const stop = () => {
    ending.abort();
    return clock.soon(sealer.stop());
  };
  sealer.start();
  return { sink, said, sealed, sealer, seal, announce, stop };
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('seals and start documents', () => {
  it('that come together go together, and who waits for a seal hears of it', async () => {
    const { sink, sealed, seal, announce, stop } = world();
    announce();
    seal(1);
    seal(2);
    await clock.once(() => sealed.length === 2);
    expect(sink.requests.map(({ stream, items }) => [stream, items.length])).toEqual([[FILES, 3]]);
    expect([...sink.stored(FILES).keys()].slice(1)).toEqual([`${fileOf(1)}.0.seal`, `${fileOf(2)}.0.seal`]);
    expect(sealed).toEqual([`${fileOf(1)} 0`, `${fileOf(2)} 0`]);
    await stop();
    expect(sink.requests).toHaveLength(1);
  });

  it('that are there already are done', async () => {
    const { sink, sealed, said, seal, stop } = world();
    sink.stored(FILES).set(`${fileOf(1)}.0.seal`, { id: '', document: {} });
    seal(1);
    await clock.once(() => sealed.length === 1);
    await stop();
    expect(said).toEqual([]);
  });

  it('of one run are one, however often it is announced', async () => {
    const { sink, announce, stop } = world();
    for (let i = 0; i < 10; i++) announce('cart', 0);
    announce('cart', 1);
    announce('proxy', 0);
    await stop();
    expect(sink.stored(FILES).size).toBe(3);
    announce('cart', 0);
    expect(sink.requests).toHaveLength(1);
  });

  it('wait until Elasticsearch is there, and go then', async () => {
    const { sink, sealed, said, seal, stop } = world();
    sink.onRequest = () =>
      sink.requests.length < 5 ? { kind: 'retry', elsewhere: true, reason: '503', error: 'away' } : undefined;
    seal(1);
    await clock.once(() => sealed.length === 1);
    seal(2);
    await clock.once(() => sealed.length === 2);
    await stop();
    expect(said.map(({ message }) => message)).toEqual([
      'Elasticsearch did not take records',
      'Elasticsearch takes records again',
    ]);
  });

  it('that are refused are given up, and said to be once, and nobody hears that they are sealed', async () => {
    const { sink, sealed, said, seal, stop } = world();
    const refused: Outcome = { kind: 'rejected', reason: 'document_parsing_exception', error: 'no such luck' };
    sink.onItem = ({ id }) => (id.startsWith(fileOf(3)) ? undefined : refused);
    for (const name of [1, 2, 3]) seal(name);
    await clock.once(() => sealed.length === 1);
    await stop();
    expect(sealed).toEqual([`${fileOf(3)} 0`]);
    expect(said).toMatchObject([
      { level: 'error', id: `${fileOf(1)}.0.seal`, reason: 'document_parsing_exception', error: 'no such luck' },
    ]);
    expect(sink.requests).toHaveLength(1);
  });

  it('go in parts when they are many, and past some thousands further ones are left', async () => {
    const { sink, sealed, said, seal, stop } = world();
    for (const name of numbered(5000)) seal(name);
    await stop();
    expect(sealed).toHaveLength(4096);
    expect(Math.max(...sink.requests.map(({ items }) => items.length))).toBe(500);
    expect(said).toMatchObject([{ message: 'too many seals wait; further files stay unproven' }]);
  });
});

describe('at the end of the pod', () => {
  it('what waits is sent at once', async () => {
    const { sealed, seal, stop } = world();
    const before = performance.now();
    seal(1);
    await stop();
    expect(sealed).toHaveLength(1);
    expect(performance.now() - before).toBeLessThan(100);
  });

  it('nobody waits when there is nothing', async () => {
    const { sink, stop } = world();
    await stop();
    expect(sink.requests).toEqual([]);
  });

  const AWAY: MemorySink['onRequest'] = () => ({ kind: 'retry', elsewhere: true, reason: '503', error: 'away' });
  const SILENT: MemorySink['onRequest'] = () => new Promise<never>(() => undefined);
  it.each<[string, MemorySink['onRequest'], boolean, number]>([
    ['is away', AWAY, false, 10_000],
    ['never answers', SILENT, false, 10_000],
    ['is away without a policy', AWAY, true, 2000],
  ])('an Elasticsearch that %s holds it up for so long, and no longer', async (_, reply, isIdle, ms) => {
    const { sink, sealed, said, seal, stop } = world(isIdle);
    sink.onRequest = reply;
    seal(1);
    const before = performance.now();
    await stop();
    const took = performance.now() - before;
    expect(took).toBeGreaterThanOrEqual(ms);
    expect(took).toBeLessThan(ms + 2000);
    expect(sealed).toEqual([]);
    expect(said.at(-1)).toMatchObject({ message: 'not all files are sealed; they stay unproven', documents: 1 });
    const requests = sink.requests.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sink.requests).toHaveLength(requests);
  });
});
