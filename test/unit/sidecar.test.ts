import { closeSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ENV } from '../../api/names.ts';
import { DEFAULT_LIMITS } from '../../api/sidecar-config.ts';
import { renew } from '../../operator/certs.ts';
import { violations } from '../../sidecar/source/checkpoint.ts';
import { startBulkServer, type BulkServer } from '../sidecar/bulk-server.ts';
import { criLine, numbered } from '../sidecar/cri.ts';
import { configOf, SidecarWorld, STREAMS, type SidecarProcess } from '../sidecar/process.ts';
import { sumsByFile } from '../sidecar/sums.ts';
import { until } from '../wait.ts';

const TROUBLE = 'Elasticsearch did not take records';
const CALM = 'Elasticsearch takes records again';
const SMALL = { ...DEFAULT_LIMITS, batchBytes: 16_384, batchAgeMs: 50 };

interface Parts {
  readonly world: SidecarWorld;
  readonly server: BulkServer;
}

const it = test.extend<Parts>({
  server: async ({ onTestFinished }, use) => {
    const server = await startBulkServer();
    onTestFinished(() => server.close());
    await use(server);
  },
  world: async ({ server }, use) => {
    const world = new SidecarWorld();
    world.configure(configOf([server.url]));
    await use(world);
    await world.down();
  },
});

const messages = (server: BulkServer, stream = STREAMS.logs) =>
  [...server.stored(stream).values()].map(({ document }) => document.message);

const holds = (server: BulkServer, records: number, stream = STREAMS.logs) =>
  until(
    `${records} records in ${stream}, where there are ${server.stored(stream).size}`,
    () => server.stored(stream).size >= records,
    { everyMs: 10 },
  );

/** The sidecar ends well, each text is stored once, and the checkpoints tell of just what is stored. */
async function expectDelivered(sidecar: SidecarProcess, { world, server }: Parts, texts: readonly string[]) {
  expect(await sidecar.stop()).toBe(0);
  expect(sidecar.raw).toEqual([]);
  expect(messages(server).sort()).toEqual([...texts].sort());
  expectAccount(world, server);
}

function expectAccount(world: SidecarWorld, server: BulkServer) {
  const documents = (stream: string) => [...server.stored(stream).values()].map(({ document }) => document);
  const stored = sumsByFile(documents(STREAMS.logs));
  const buried = sumsByFile(documents(STREAMS.deadLetters));
  const none = { records: 0, bytes: 0, offsets: 0n };
  const checkpoints = world.checkpoints();
  for (const checkpoint of checkpoints) {
    expect(violations(checkpoint)).toEqual([]);
    expect(checkpoint.stored).toEqual(stored.get(checkpoint.file) ?? none);
    expect(checkpoint.deadLettered).toEqual(buried.get(checkpoint.file) ?? none);
  }
  const known = new Set(checkpoints.map(({ file }) => file));
  expect([...stored.keys(), ...buried.keys()].filter((file) => !known.has(file))).toEqual([]);
}

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

  it('sends again the records that Elasticsearch had no room for, and only those', async ({ world, server }) => {
    const refused = new Set<string>();
    server.onItem = ({ id, document }) => {
      if (refused.has(id) || !document.message?.endsWith('7')) return undefined;
      refused.add(id);
      return { status: 429, error: { type: 'es_rejected_execution_exception', reason: 'queue is full' } };
    };
    const { texts, content } = numbered('line', 100);
    world.write(content);
    const sidecar = world.start();
    await holds(server, 100);
    await expectDelivered(sidecar, { world, server }, texts);
    const requests = server.requests.filter(({ stream }) => stream === STREAMS.logs);
    expect(requests.map(({ items }) => items.length)).toEqual([100, 10]);
    expect(world.checkpoints()[0]!.duplicates).toBe(0);
  });

  it.for([
    ['is not ready (503)', { status: 503, body: 'no master' }, '503'],
    ['is behind a proxy that cannot reach it (502)', { status: 502, body: '<html>Bad Gateway</html>' }, '502'],
    ['has no room at all (429)', { status: 429, body: '{"error":{"type":"circuit_breaking_exception"}}' }, '429'],
    ['answers only half of what it has to say', 'cut', 'ECONNRESET'],
  ] as const)('says once that Elasticsearch %s, and goes on', async ([, reply, reason], { world, server }) => {
    server.onRequest = () => (server.requests.length <= 3 ? reply : undefined);
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    await sidecar.hears(CALM);
    await expectDelivered(sidecar, { world, server }, texts);
    expect(sidecar.lines(TROUBLE)).toMatchObject([{ url: server.url, reason: expect.stringContaining(reason) }]);
    expect(sidecar.lines(CALM)).toHaveLength(1);
  });

  it('waits for an Elasticsearch that nobody has started yet', async ({ world, server }) => {
    const away = await startBulkServer();
    await away.close();
    world.configure(configOf([away.url]));
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    const { url, error, cure } = await sidecar.hears(TROUBLE);
    expect({ url, error, cure }).toEqual({
      url: away.url,
      error: expect.stringContaining('ECONNREFUSED'),
      cure: expect.stringContaining('nothing is lost'),
    });
    const there = await startBulkServer({ port: away.port });
    await holds(there, 20);
    await expectDelivered(sidecar, { world, server: there }, texts);
    await there.close();
    expect(server.requests).toEqual([]);
  });

  it('with a key that is refused it holds everything and says so once, and uses a new key', async ({
    world,
    server,
  }) => {
    const body = JSON.stringify({ error: { type: 'security_exception', reason: 'invalidated' } });
    server.onRequest = ({ authorization }) => (authorization === 'ApiKey new' ? undefined : { status: 401, body });
    world.secret('apiKey', 'old\n');
    const { texts, content } = numbered('line', 20);
    world.write(content);
    const sidecar = world.start();
    await until('a third try', () => server.requests.length >= 3);
    expect(world.checkpoints().map(({ stored }) => stored.records)).toEqual([0]);
    world.secret('apiKey', 'new');
    await holds(server, 20);
    await expectDelivered(sidecar, { world, server }, texts);
    expect(sidecar.lines(TROUBLE)).toMatchObject([
      {
        url: server.url,
        reason: '401 security_exception',
        error: 'invalidated',
        cure: expect.stringContaining('API key'),
      },
    ]);
  });

  it('a record that is refused goes again as clean text, and then as a dead letter', async ({ world, server }) => {
    server.onItem = ({ document }, { stream }) => {
      const refused = document.app ?? (stream === STREAMS.logs && document.message.includes('curse'));
      return refused
        ? { status: 400, error: { type: 'document_parsing_exception', reason: 'no such luck' } }
        : undefined;
    };
    const payloads = ['{"message":"poison","a":1}', '{"message":"curse","a":1}', 'curse', 'harmless'];
    for (const payload of payloads) world.write(criLine(payload));
    const sidecar = world.start();
    await holds(server, 2, STREAMS.deadLetters);
    await expectDelivered(sidecar, { world, server }, ['{"message":"poison","a":1}', 'harmless']);
    const [repaired] = [...server.stored(STREAMS.logs).values()].filter(({ document }) => document.tracewell.repaired);
    expect(repaired!.document).toMatchObject({
      message: payloads[0],
      tracewell: { format: 'text', repaired: 'document_parsing_exception' },
    });
    const dead = [...server.stored(STREAMS.deadLetters).values()];
    expect(dead.map(({ document }) => document)).toMatchObject([
      { message: payloads[1], tracewell: { reason: 'document_parsing_exception', error: 'no such luck' } },
      { message: payloads[2], tracewell: { reason: 'document_parsing_exception', error: 'no such luck' } },
    ]);
    for (const { id, document } of dead) {
      expect(id).toBe(`${document.tracewell.file}.${document['log.offset']}.${document.tracewell.bytes}`);
    }
    expect(world.checkpoints()).toMatchObject([{ stored: { records: 2 }, deadLettered: { records: 2 } }]);
    expect(sidecar.lines('Elasticsearch refuses records in every form')).toHaveLength(1);
  });

  it('halves a batch that is too large for the server or a proxy before it', async ({ world, server }) => {
    server.onRequest = ({ bytes }) => (bytes > 20_000 ? { status: 413, body: 'too large' } : undefined);
    const { texts, content } = numbered('line', 300);
    world.write(content);
    const sidecar = world.start();
    await holds(server, 300);
    await expectDelivered(sidecar, { world, server }, texts);
  });

  it('a single record that is too large becomes a dead letter, and the others are not held up', async ({
    world,
    server,
  }) => {
    server.onRequest = ({ bytes, stream }) =>
      bytes > 20_000 && stream === STREAMS.logs ? { status: 413, body: 'too large' } : undefined;
    const { texts, content } = numbered('line', 3);
    const long = 'x'.repeat(30_000);
    world.write(criLine(long.slice(0, 16_000), { tag: 'P' }) + criLine(long.slice(16_000)) + content);
    const sidecar = world.start();
    await holds(server, 1, STREAMS.deadLetters);
    await expectDelivered(sidecar, { world, server }, texts);
    expect([...server.stored(STREAMS.deadLetters).values()].map(({ document }) => document)).toMatchObject([
      { message: long, tracewell: { reason: 'TooLarge' } },
    ]);
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

  it('names URL and cure when the certificate is of another authority, and trusts the right one', async ({ world }) => {
    const [right, wrong] = await Promise.all(
      ['localhost', 'other'].map((name) => renew('renew all', undefined, [name], new Date())),
    );
    const server = await startBulkServer({ tls: right! });
    world.configure(configOf([server.url]));
    world.secret('elasticsearchCa', wrong!.ca);
    world.write(criLine('kept meanwhile'));
    const sidecar = world.start();
    const { url, error } = await sidecar.hears(TROUBLE);
    expect(url).toBe(server.url);
    expect(error).toContain('es-ca.crt');
    world.secret('elasticsearchCa', right!.ca);
    await holds(server, 1);
    await expectDelivered(sidecar, { world, server }, ['kept meanwhile']);
    await server.close();
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
    // By such stamps a record waits for three seconds.
    const begun = Date.now() + 3_600_000;
    const stamped = (text: string, ms: number) => criLine(text, { stamp: new Date(begun + ms).toISOString() });
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
