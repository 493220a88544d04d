import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ENV } from '../../api/names.ts';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { criLine, numbered } from '../sidecar/cri.ts';
import { expectDelivered, holds, PARTS, type Parts } from '../sidecar/delivering.ts';
import { configOf, STREAMS, type SidecarWorld } from '../sidecar/process.ts';
import { until } from '../wait.ts';

const SMALL = { ...DEFAULT_LIMITS, batchBytes: 16_384, batchAgeMs: 50 };
/** By such stamps a record waits for three seconds for lines that go on with it. */
const begun = Date.now() + 3_600_000;
const inAnHour = (ms: number) => new Date(begun + ms).toISOString();
const it = test.extend<Parts>(PARTS);

describe.concurrent('the sidecar, a process of its own', () => {
  it('captures containers that are there and those that appear later, never itself', async ({ world, server }) => {
    const early = numbered('early', 3);
    const late = numbered('late', 3);
    world.write(early.content, 'init');
    world.write(criLine('about capturing'), 'tracewell');
    const sidecar = world.start();
    await holds(server, 3);
    world.write(late.content, 'cart');
    await holds(server, 6);
    await expectDelivered(sidecar, { world, server }, [...early.texts, ...late.texts]);
    const containers = [...server.stored(STREAMS.logs).values()].map(
      ({ document }) => document.kubernetes.container.name,
    );
    expect(containers).toEqual(['init', 'init', 'init', 'cart', 'cart', 'cart']);
  });

  it('captures the earlier runs of a container that was restarted', async ({ world, server }) => {
    const runs = [numbered('first run', 5), numbered('second run', 5), numbered('third run', 5)];
    world.write(runs[0]!.content, 'cart', '0.log');
    world.write(runs[1]!.content, 'cart', '1.log');
    const sidecar = world.start();
    await holds(server, 10);
    world.write(runs[2]!.content, 'cart', '2.log');
    await holds(server, 15);
    const texts = runs.flatMap((run) => run.texts);
    await expectDelivered(sidecar, { world, server }, texts);
    const runsOf = world.checkpoints().map(({ run, stored }) => ({ run, records: stored.records }));
    expect(runsOf.sort((a, b) => a.run - b.run)).toEqual([0, 1, 2].map((run) => ({ run, records: 5 })));
  });

  it('follows a log file that is rotated while it is written to', async ({ world, server }) => {
    world.configure(configOf([server.url], { limits: SMALL }));
    const live = world.file('cart');
    const sidecar = world.start();
    const texts: string[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const fd = openSync(live, 'a');
      const write = (part: number) => {
        const { content, texts: more } = numbered(`turn ${turn} part ${part}`, 300);
        writeSync(fd, content);
        texts.push(...more);
      };
      write(0);
      // Some turns are longer than the sidecar needs to see them, others are over at once.
      if (turn % 2 === 0) await holds(server, texts.length);
      renameSync(live, `${live}.20260102-03040${turn}`);
      write(1);
      closeSync(fd);
    }
    await holds(server, texts.length);
    await expectDelivered(sidecar, { world, server }, texts);
    expect(world.checkpoints()).toHaveLength(5);
  });

  // Five processes, one after the other, while other files are tested.
  it('killed in the middle, again and again, it delivers every line once', async ({ world, server }) => {
    world.configure(configOf([server.url], { limits: SMALL }));
    const texts: string[] = [];
    for (let block = 0; block < 200; block++) {
      const { texts: between, content } = numbered(`error of block ${block}`, 20, { stream: 'stderr' });
      world.write(criLine(`block ${block}, `, { tag: 'P' }) + content + criLine('and its end'));
      texts.push(`block ${block}, and its end`, ...between);
    }
    for (let life = 0; life < 4; life++) {
      const sidecar = world.start();
      const before = server.requests.length;
      await new Promise<void>((resolve) => {
        // Its records are stored then, and it never hears of it.
        server.onRequest = () => {
          if (server.requests.length - before === 3) resolve(sidecar.kill());
          return undefined;
        };
      });
    }
    server.onRequest = () => undefined;
    const last = world.start();
    await last.hears('started');
    await expectDelivered(last, { world, server }, texts);
    expect(world.checkpoints()[0]!.duplicates).toBeGreaterThan(0);
  }, 120_000);

  it('on SIGTERM sends the rest, the last line without newline included, and says what became of all', async ({
    world,
    server,
  }) => {
    world.configure(configOf([server.url], { limits: { ...DEFAULT_LIMITS, batchAgeMs: 60_000 } }));
    const { texts, content } = numbered('line', 100);
    const sidecar = world.start();
    await sidecar.hears('started');
    world.write(`${content}${criLine('cut by the end', { tag: 'P' })}${criLine('the last').trimEnd()}`);
    await expectDelivered(sidecar, { world, server }, [...texts, 'cut by the endthe last']);
    const counts = { files: 1, read: 101, stored: 101, duplicates: 0, deadLettered: 0, discarded: 0, unframed: 0 };
    expect(sidecar.said.at(-1)).toMatchObject({ message: expect.stringContaining('ended: everything'), ...counts });
  });

  it('at its end waits for one answer: all is on its way, also a line that might have gone on', async ({
    world,
    server,
  }) => {
    const logs = { containers: { include: [], exclude: [] }, multiline: 'Auto' as const, drop: [], redact: [] };
    world.configure(configOf([server.url], { logs, limits: { ...DEFAULT_LIMITS, batchAgeMs: 60_000 } }));
    const all = Promise.withResolvers<void>();
    server.onRequest = async () => {
      await all.promise;
      return undefined;
    };
    const texts = ['order 1 taken', 'order 2 taken', 'order 3 taken'];
    const sidecar = world.start();
    await sidecar.hears('started');
    world.write(texts.map((text, i) => criLine(text, { stamp: inAnHour(i) })).join(''));
    const ended = expectDelivered(sidecar, { world, server }, texts);
    const asked = () => server.requests.filter(({ stream }) => stream === STREAMS.logs);
    await until('every record to be on its way', () => asked().flatMap(({ items }) => items).length === texts.length);
    all.resolve();
    await ended;
  });

  it.for<[string, (world: SidecarWorld, content: string) => void]>([
    ['in the file that is on its way', (world, content) => world.write(content)],
    ['in one that is done', (world, content) => world.write(content, 'quiet')],
    [
      'in one that takes its place',
      (world, content) => {
        renameSync(world.file('cart'), world.file('cart', '0.log.20260102-030405'));
        world.write(content);
      },
    ],
  ])('at its end reads what is said while it waits for an answer, %s', async ([, happens], { world, server }) => {
    const quiet = numbered('quiet', 5);
    world.write(quiet.content, 'quiet');
    const sidecar = world.start();
    await holds(server, 5);
    const answer = Promise.withResolvers<void>();
    server.onRequest = async ({ stream }) => {
      if (stream === STREAMS.logs) await answer.promise;
      return undefined;
    };
    const [early, late] = [numbered('early', 20), numbered('late', 20)];
    world.write(early.content);
    const texts = [...quiet.texts, ...early.texts, ...late.texts];
    const ended = expectDelivered(sidecar, { world, server }, texts);
    const sent = () => server.requests.flatMap(({ stream, items }) => (stream === STREAMS.logs ? items : []));
    await until('the early ones to be on their way', () => sent().length === 25);
    // A writer may be killed no earlier than this is asked to end.
    happens(world, late.content);
    answer.resolve();
    await ended;
    const seals = [...server.stored(STREAMS.files).values()].map(({ document }) => document.tracewell as object);
    for (const { file, size } of world.checkpoints())
      expect(seals).toContainEqual(expect.objectContaining({ kind: 'seal', file, size }));
  });

  it('at its end sends what it can read before it tries again what it cannot', async ({ world, server }) => {
    world.configure(configOf([server.url], { limits: { ...DEFAULT_LIMITS, batchAgeMs: 60_000 } }));
    const sidecar = world.start();
    await sidecar.hears('started');
    const [packed, line] = [numbered('packed', 2000), numbered('line', 20)];
    const gzip = gzipSync(packed.content);
    const write = (from: number, to?: number) =>
      world.write(gzip.subarray(from, to), 'cart', '0.log.20260102-030405.gz');
    write(0, gzip.length / 2);
    world.write(line.content, 'other');
    const ended = expectDelivered(sidecar, { world, server }, [...line.texts, ...packed.texts]);
    await holds(server, line.texts.length);
    write(gzip.length / 2);
    await ended;
  });

  it('waits for its configuration, even when the pod ends meanwhile', async ({ world, server }) => {
    world.configure(configOf([server.url]));
    const config = `${world.configFile}.later`;
    renameSync(world.configFile, config);
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    const waiting = await sidecar.hears('waiting for the configuration');
    expect(waiting).toMatchObject({ file: world.configFile, consequence: 'captures nothing until there is one' });
    const ended = expectDelivered(sidecar, { world, server }, texts);
    renameSync(config, world.configFile);
    await ended;
  });

  it('goes on with its last good configuration while a new one is wrong', async ({ world, server }) => {
    const sidecar = world.start();
    await sidecar.hears('runs a configuration');
    world.configure(JSON.stringify({ ...configOf([server.url]), revision: 'second', limits: {} }));
    const { error, consequence } = await sidecar.hears('the configuration is wrong');
    expect(error).toContain('limits.batchBytes must be an integer');
    expect(consequence).toBe('goes on with revision first');
    world.write(criLine('under the first'));
    await holds(server, 1);
    world.configure(configOf([server.url], { revision: 'third', cluster: 'other' }));
    await until('the third revision', () => sidecar.lines('runs a configuration').length === 2);
    world.write(criLine('under the third'));
    await expectDelivered(sidecar, { world, server }, ['under the first', 'under the third']);
    const clusters = [...server.stored(STREAMS.logs).values()].map(
      ({ document }) => document['orchestrator.cluster.name'],
    );
    expect(clusters).toEqual(['test', 'other']);
  });

  it('keeps lines without a CRI header as text, counts them and says so once', async ({ world, server }) => {
    const bare = ['a bare line', '2026-13-45T99:99:99Z stdout F no such time', '{"looks":"like JSON"}'];
    world.write(`${bare.join('\n')}\n${criLine('a line')}${bare.join('\n')}\n`);
    const sidecar = world.start();
    await holds(server, 7);
    await expectDelivered(sidecar, { world, server }, ['a line', ...bare, ...bare]);
    expect(world.checkpoints()).toMatchObject([{ unframed: 6 }]);
    expect(sidecar.lines('a log file has lines without CRI header; they are kept as text')).toHaveLength(1);
    const formats = [...server.stored(STREAMS.logs).values()].map(({ document }) => document.tracewell.format);
    expect(formats.filter((format) => format === 'unframed')).toHaveLength(6);
  });

  it('joins what came while it waited for room with the line before', async ({ world, server }) => {
    world.configure(
      configOf([server.url], {
        limits: { ...SMALL, inFlight: 1 },
        logs: { containers: { include: [], exclude: [] }, multiline: 'Auto', drop: [], redact: [] },
      }),
    );
    const stamped = (text: string, ms: number) => criLine(text, { stamp: inAnHour(ms) });
    const large = ['a', 'b'].map((letter) => letter.repeat(SMALL.batchBytes));
    world.write(stamped(large[0]!, 0) + stamped(large[1]!, 1) + stamped('ERROR order failed', 2));
    let first = Infinity;
    server.onRequest = () => {
      first = Math.min(first, Date.now());
      return Date.now() - first < 3500 ? { status: 503 } : undefined;
    };
    const sidecar = world.start();
    await until('a first try', () => server.requests.length > 0, { everyMs: 10 });
    world.write(stamped('java.lang.IllegalStateException: no stock', 3));
    world.write(stamped('\tat shop.Order.place(Order.java:7)', 4));
    const trace = 'ERROR order failed\njava.lang.IllegalStateException: no stock\n\tat shop.Order.place(Order.java:7)';
    await holds(server, 3);
    await expectDelivered(sidecar, { world, server }, [...large, trace]);
  });

  it('with a rule survives a record whose field names would fill its memory', async ({ world, server }) => {
    world.configure(
      configOf([server.url], {
        logs: {
          containers: { include: [], exclude: [] },
          multiline: 'Off',
          drop: [{ when: 'app.nothing: *' }],
          redact: [],
        },
      }),
    );
    const inner = Array.from({ length: 40_000 }, (_, index) => `"${index}":1`).join();
    world.write(criLine(`{"${'k'.repeat(400_000)}":{${inner}}}`) + criLine('after it'));
    const sidecar = world.start({ ...world.env, NODE_OPTIONS: '--max-old-space-size=100' });
    await holds(server, 2);
    expect(await sidecar.stop()).toBe(0);
  });

  it('without its environment it says what is missing in one sentence, and ends with 1', async ({ world }) => {
    const sidecar = world.start({ [ENV.logs]: world.logs });
    expect(await sidecar.ended()).toBe(1);
    expect(sidecar.raw).toEqual([]);
    expect(sidecar.said).toHaveLength(1);
    const { error } = sidecar.said[0]!;
    for (const name of [ENV.config, ENV.state, ENV.podUid, ENV.policy]) expect(error).toContain(name);
    expect(error).not.toContain(ENV.logs);
  });

  it('with a state folder that it cannot use it says so in one sentence, and ends with 1', async ({ world }) => {
    const file = join(world.folder, 'a-file');
    writeFileSync(file, '');
    const sidecar = world.start({ ...world.env, [ENV.state]: join(file, 'state') });
    expect(await sidecar.ended()).toBe(1);
    expect(sidecar.raw).toEqual([]);
    expect(sidecar.said).toHaveLength(1);
    expect(sidecar.said[0]!.error).toContain(`${ENV.state} must name a folder that can be written to`);
  });
});
