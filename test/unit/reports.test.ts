import { renameSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { violations } from '../../sidecar/source/checkpoint.ts';
import { startBulkServer, type BulkServer } from '../sidecar/bulk-server.ts';
import { numbered } from '../sidecar/cri.ts';
import { configOf, STREAMS, type SidecarProcess } from '../sidecar/process.ts';
import { ReportWorld } from '../sidecar/report-world.ts';
import { until } from '../wait.ts';

interface Parts {
  readonly world: ReportWorld;
  readonly server: BulkServer;
}

const it = test.extend<Parts>({
  server: async ({ onTestFinished }, use) => {
    const server = await startBulkServer();
    onTestFinished(() => server.close());
    await use(server);
  },
  world: async ({ server }, use) => {
    const world = await ReportWorld.start();
    world.pod.configure(configOf([server.url]));
    await use(world);
    await world.down();
  },
});

/** The files are looked at every five seconds, and so often it reports; every thirty while there is no news. */
const told = <T>(what: string, probe: () => T) => until(what, probe, { everyMs: 20 });
const TEST = { timeout: 90_000 };
const texts = (server: BulkServer) =>
  [...server.stored(STREAMS.logs).values()].map(({ document }) => document.message).sort();
const holds = (server: BulkServer, records: number) =>
  told(`${records} records`, () => server.stored(STREAMS.logs).size >= records);
const goes = ({ pod }: ReportWorld) => renameSync(pod.configFile, `${pod.configFile}.gone`);
const comes = ({ pod }: ReportWorld) => renameSync(`${pod.configFile}.gone`, pod.configFile);

async function ends(sidecar: SidecarProcess): Promise<void> {
  expect(await sidecar.stop()).toBe(0);
  expect(sidecar.raw).toEqual([]);
}

describe.concurrent('a sidecar and the operator that it reports to', TEST, () => {
  it('tells of every file how it stands, and at the end what became of all', async ({ world, server }) => {
    const { content } = numbered('line', 5);
    world.pod.write(content);
    const sidecar = world.pod.start(world.env);
    const report = await told('five records in a report', () =>
      world.report?.files[0]?.stored.records === 5 ? world.report : undefined,
    );
    expect(report).toMatchObject({
      state: 'Delivering',
      policy: 'TracingPolicy.all',
      revision: 'first',
      sidecar: { path: 'engine' },
      files: [{ container: 'cart', run: 0, size: content.length, lost: {}, ended: false }],
    });
    expect(report.reason).toBeUndefined();
    const more = numbered('more', 2);
    world.pod.write(more.content);
    await ends(sidecar);
    const [checkpoint] = world.pod.checkpoints();
    expect(world.report).toMatchObject({
      state: 'Ended',
      files: [{ stored: { records: 7 }, ended: true, size: checkpoint!.size, sealed: checkpoint!.sealed }],
      measures: { delay: { records: 7 }, storage: { records: 7 }, formats: { text: 7 }, retries: {} },
    });
    expect(world.report!.measures!.storage.ms).toBe(world.report!.measures!.batches['stored']);
    expect(checkpoint!.sealed).toBe(content.length + more.content.length);
    expect(server.stored(STREAMS.logs).size).toBe(7);
    expect(new Set(world.results)).toEqual(new Set(['Accepted']));
    expect(sidecar.lines('the operator takes no reports')).toEqual([]);
  });

  it('tells why it holds records, and how many bytes wait', async ({ world, server }) => {
    server.onRequest = () => ({ status: 401, body: '{"error":{"type":"security_exception","reason":"no"}}' });
    const { content } = numbered('line', 5);
    world.pod.write(content);
    const sidecar = world.pod.start(world.env);
    const report = await told('a report of trouble', () =>
      world.report?.state === 'Holding' ? world.report : undefined,
    );
    expect(report.reason).toMatch(/^401/);
    expect(report.lastAcknowledged).toBeUndefined();
    expect(report.files).toMatchObject([{ size: content.length, stored: { records: 0 } }]);
    server.onRequest = () => undefined;
    await told('a report of delivery', () => world.report?.state === 'Delivering');
    await ends(sidecar);
  });

  it('killed, it goes on reporting what it had: no value becomes smaller', async ({ world, server }) => {
    world.pod.write(numbered('line', 50).content);
    const first = world.pod.start(world.env);
    await holds(server, 50);
    await told('fifty records in a report', () => world.report?.files[0]?.stored.records === 50);
    await first.kill();
    const { at } = world.report!;
    const second = world.pod.start(world.env);
    const report = await told('a report of the next process', () => (world.report!.at > at ? world.report : undefined));
    expect(report.files[0]!.stored.records).toBe(50);
    await ends(second);
  });

  it('goes on without the operator, says so once, and reports again when one is there, of another authority', async ({
    world,
    server,
  }) => {
    await world.operatorEnds();
    world.pod.write(numbered('line', 5).content);
    const sidecar = world.pod.start(world.env);
    await holds(server, 5);
    await sidecar.hears('the operator takes no reports');
    await world.operatorStarts();
    await told('a report', () => world.report);
    await sidecar.hears('the operator takes reports again');
    expect(sidecar.lines('the operator takes no reports')).toHaveLength(1);
    await ends(sidecar);
    expect(texts(server)).toHaveLength(5);
  });

  it('with nobody who listens it ends without delay', async ({ world, server }) => {
    await world.operatorEnds();
    world.pod.write(numbered('line', 5).content);
    const sidecar = world.pod.start(world.env);
    await holds(server, 5);
    const before = performance.now();
    await ends(sidecar);
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it('shows the token that is there at the time', async ({ world }) => {
    world.token('');
    const sidecar = world.pod.start(world.env);
    await sidecar.hears('runs a configuration');
    world.token('cart-0.renewed.c');
    await ends(sidecar);
    expect(world.report?.state).toBe('Ended');
  });
});

describe.concurrent('a sidecar whose policy is gone', TEST, () => {
  it('delivers what it has read, reports that it is idle, and reads on when a policy governs the pod again', async ({
    world,
    server,
  }) => {
    const before = numbered('before', 5);
    world.pod.write(before.content);
    const sidecar = world.pod.start(world.env);
    await holds(server, 5);
    goes(world);
    await told('it is idle', () => world.report?.state === 'Idle');
    expect(sidecar.lines('the policy is gone')).toHaveLength(1);
    const meanwhile = numbered('meanwhile', 5);
    const live = world.pod.write(meanwhile.content);
    renameSync(live, `${live}.20260102-030405`);
    // It looks at its files meanwhile, and finds no policy.
    world.pod.configure('{');
    await sidecar.hears('the configuration is wrong');
    expect(texts(server)).toEqual([...before.texts].sort());
    comes(world);
    const after = numbered('after', 5);
    world.pod.write(after.content);
    await holds(server, 15);
    await told('it delivers', () => world.report?.state === 'Delivering');
    await ends(sidecar);
    expect(texts(server)).toEqual([...before.texts, ...meanwhile.texts, ...after.texts].sort());
    for (const checkpoint of world.pod.checkpoints()) expect(violations(checkpoint)).toEqual([]);
  });

  it('ends at once with its pod, reads nothing more, and says so', async ({ world, server }) => {
    world.pod.write(numbered('before', 5).content);
    const sidecar = world.pod.start(world.env);
    await holds(server, 5);
    goes(world);
    await told('it is idle', () => world.report?.state === 'Idle');
    world.pod.write(numbered('meanwhile', 5).content);
    await ends(sidecar);
    expect(sidecar.lines('ended without a policy: what was said since it went is not read')).toHaveLength(1);
    expect(world.report).toMatchObject({ state: 'Ended', files: [{ stored: { records: 5 }, ended: false }] });
    expect(server.stored(STREAMS.logs).size).toBe(5);
  });

  it('whose key went with it ends all the same, and has it delivered when both come back', async ({
    world,
    server,
  }) => {
    const { content, texts: lines } = numbered('line', 5);
    server.onRequest = () => ({ status: 401, body: '{}' });
    world.pod.write(content);
    const sidecar = world.pod.start(world.env);
    await sidecar.hears('Elasticsearch did not take records');
    goes(world);
    await told('it is idle', () => world.report?.state === 'Idle');
    const before = performance.now();
    await ends(sidecar);
    expect(performance.now() - before).toBeLessThan(10_000);
    server.onRequest = () => undefined;
    comes(world);
    const next = world.pod.start(world.env);
    await holds(server, 5);
    await ends(next);
    expect(texts(server)).toEqual([...lines].sort());
  });

  it('counts what was removed meanwhile as lost, as far as it had been seen', async ({ world, server }) => {
    const before = numbered('before', 5);
    const live = world.pod.write(before.content);
    const sidecar = world.pod.start(world.env);
    await holds(server, 5);
    goes(world);
    await told('it is idle', () => world.report?.state === 'Idle');
    rmSync(live);
    world.pod.write(numbered('other', 3).content, 'cart', '1.log');
    comes(world);
    await holds(server, 8);
    await ends(sidecar);
    const lost = world.pod.checkpoints().map(({ run, lost }) => ({ run, lost }));
    expect(lost).toEqual(
      expect.arrayContaining([
        { run: 0, lost: {} },
        { run: 1, lost: {} },
      ]),
    );
  });
});
