import { expect, type TestContext } from 'vitest';
import { violations } from '../../sidecar/source/checkpoint.ts';
import { until } from '../wait.ts';
import { startBulkServer, type BulkServer } from './bulk-server.ts';
import { configOf, SidecarWorld, STREAMS, type SidecarProcess } from './process.ts';
import { sumsByFile } from './sums.ts';

export interface Parts {
  readonly world: SidecarWorld;
  readonly server: BulkServer;
}

/** For `test.extend`: a server that takes records, and the pod of a sidecar that sends to it. */
export const PARTS = {
  server: async ({ onTestFinished }: TestContext, use: (server: BulkServer) => Promise<void>) => {
    const server = await startBulkServer();
    onTestFinished(() => server.close());
    await use(server);
  },
  world: async ({ server }: Pick<Parts, 'server'>, use: (world: SidecarWorld) => Promise<void>) => {
    const world = new SidecarWorld();
    world.configure(configOf([server.url]));
    await use(world);
    await world.down();
  },
};

const messages = (server: BulkServer, stream = STREAMS.logs) =>
  [...server.stored(stream).values()].map(({ document }) => document.message);

/** Waits until a stream has so many records. */
export const holds = (server: BulkServer, records: number, stream = STREAMS.logs) =>
  until(
    `${records} records in ${stream}, where there are ${server.stored(stream).size}`,
    () => server.stored(stream).size >= records,
    { everyMs: 10 },
  );

/** The sidecar ends well, each text is stored once, and the checkpoints tell of just what is stored. */
export async function expectDelivered(sidecar: SidecarProcess, { world, server }: Parts, texts: readonly string[]) {
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
